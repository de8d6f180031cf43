import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.types import ASGIApp

from pomelo.api import gauges, meta
from pomelo.api.call import AppState
from pomelo.api.meta import OPERATIONS
from pomelo.app import build
from pomelo.base import metrics
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.base.silence import DiskFull
from tests import make
from tests.api import toy
from tests.api.wires import ask
from tests.postgres import fill_disk


async def migrations_are_behind() -> str | None:
    return "Tables are older than the program; run `pomelo migrate`."


async def all_is_well() -> str | None:
    return None


@pytest.fixture
def state(database: Database) -> AppState:
    return AppState(database, Clock(), "http://pomelo.example", checks=(all_is_well,))


async def test_health_is_ready_when_the_database_answers(state: AppState) -> None:
    answer = await ask(build(state, rate_limit=20), "GET", "/health", headers={})

    assert (answer.status, answer.json["status"]) == (200, "ready")
    assert "warnings" not in answer.json
    assert "retry-after" not in answer.headers


async def test_health_says_that_something_is_unsafe_and_tells_strangers_no_more(
    state: AppState,
) -> None:
    unsafe = replace(state, is_unsafe=True)

    answer = await ask(build(unsafe, rate_limit=20), "GET", "/health", headers={})

    assert (answer.status, answer.json["warnings"]) == (
        200,
        ["Something about the set-up is unsafe; `pomelo doctor` and the log say what."],
    )


async def test_health_says_which_check_fails(state: AppState) -> None:
    behind = replace(state, checks=(all_is_well, migrations_are_behind))

    answer = await ask(build(behind, rate_limit=20), "GET", "/health", headers={})

    assert answer.status == 503
    assert answer.json["reason"] == "Tables are older than the program; run `pomelo migrate`."


async def test_health_does_not_wait_for_a_database_that_hangs(
    state: AppState, postgres: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meta, "ANSWER_SECONDS", 0.05)
    busy = Database(size=1, **postgres.options())
    await busy.open()
    app = build(replace(state, database=busy), rate_limit=20)

    async with busy.transaction(), asyncio.timeout(1):
        answer = await ask(app, "GET", "/health", headers={})
    await busy.close()

    assert (answer.status, answer.json["reason"]) == (503, "The database does not answer.")


async def test_health_says_that_the_database_is_away() -> None:
    answer = await ask(toy.app(operations=OPERATIONS), "GET", "/health", headers={})

    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert answer.json["status"] == "not ready"
    assert answer.json["reason"] == "The database does not answer."


async def test_health_says_that_the_disk_of_the_database_is_full(
    state: AppState, postgres: Embedded
) -> None:
    full = Database(size=1, **postgres.options())
    await full.open()
    with pytest.raises(DiskFull):
        async with full.transaction() as db:
            await fill_disk(db)

    app = build(replace(state, database=full), rate_limit=20)
    answer = await ask(app, "GET", "/health", headers={})
    await full.close()

    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert answer.json["reason"] == (
        "The disk of the database is full; free some space, then send the request again."
    )


async def test_metrics_count_requests_by_operation_and_status() -> None:
    app = toy.app(operations=(*OPERATIONS, *toy.OPERATIONS))
    before = requests("toy_fail", "404")

    await ask(app, "GET", "/api/fail/missing")
    answer = await ask(app, "GET", "/metrics", headers={})

    assert requests("toy_fail", "404") == before + 1
    assert 'pomelo_requests_total{operation="toy_fail",status="404"}' in answer.text
    assert 'pomelo_request_seconds_count{operation="toy_fail"}' in answer.text


def requests(operation: str, status: str) -> float:
    labels = {"operation": operation, "status": status}
    return metrics.REGISTRY.get_sample_value("pomelo_requests_total", labels) or 0


async def test_the_front_door_leads_to_the_reference(state: AppState) -> None:
    answer = await ask(build(state, rate_limit=20), "GET", "/", headers={})

    assert (answer.status, answer.headers["location"]) == (302, "/docs")


async def waiting(app: ASGIApp) -> str:
    """Ask for the metrics, and give how many leads they say are waiting."""
    return await gauge(app, "pomelo_leads_waiting")


async def gauge(app: ASGIApp, name: str) -> str:
    answer = await ask(app, "GET", "/metrics", headers={})
    (line,) = re.findall(rf"^{name} (.*)$", answer.text, re.MULTILINE)
    return str(line)


async def test_what_the_database_counts_is_counted_seldom(state: AppState) -> None:
    async with state.database.transaction() as db:
        campaign = await make.campaign(db, (await make.team(db)).id)
        await make.lead(db, campaign, "richard@hooli.com")
    app = build(state, rate_limit=0)
    first = await waiting(app)
    async with state.database.transaction() as db:
        await make.lead(db, campaign, "dinesh@hooli.com")

    soon = await waiting(app)
    other_process = await waiting(build(state, rate_limit=0))

    assert (first, soon, other_process) == ("1.0", "1.0", "2.0")


async def test_the_oldest_due_step_of_a_running_campaign_tells_how_late_it_is(
    state: AppState,
) -> None:
    hour_ago = state.clock.now() - timedelta(hours=1)
    async with state.database.transaction() as db:
        team = await make.team(db)
        running = await make.running_campaign(db, team.id, await make.sender(db, team.id))
        stopped = await make.campaign(db, team.id)
        for campaign, due_at in (
            (stopped, hour_ago - timedelta(days=1)),
            (running, hour_ago),
            (running, hour_ago + timedelta(minutes=5)),
        ):
            lead = await make.lead(db, campaign, f"{due_at:%d-%M}@hooli.com")
            await db.execute("UPDATE leads SET due_at = $1 WHERE id = $2", due_at, lead.id)

    late = float(await gauge(build(state, rate_limit=0), "pomelo_oldest_due_seconds"))

    assert 3600 <= late < 3660


async def test_nobody_waits_for_a_count_that_takes_long(
    state: AppState, postgres: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges, "PATIENCE_SECONDS", 0.05)
    busy = Database(size=1, **postgres.options())
    await busy.open()

    async with busy.transaction(), asyncio.timeout(1):
        await waiting(build(replace(state, database=busy), rate_limit=0))
    await busy.close()


async def test_what_cannot_be_counted_is_no_number() -> None:
    assert await waiting(toy.app(operations=OPERATIONS)) == "NaN"
