import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest

from pomelo.api import ratelimit
from pomelo.api.ratelimit import Granted, Quota, RateLimiter, javascript_date, quotas
from pomelo.base.clock import monotonic
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from tests.api import toy
from tests.api.toy import KEY
from tests.api.wires import ask

HEADERS = {"retry-after", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}
AT = datetime(2021, 2, 16, 9, 2, 42, tzinfo=UTC)


@pytest.fixture
async def windows(database: Database) -> Database:
    """The database with the limiter's table, made here where no migration has made it."""
    async with database.transaction() as db:
        if await db.fetchval("SELECT to_regclass('request_windows')") is None:
            await db.execute((files("pomelo.api") / "tables.sql").read_text("utf-8"))
    return database


@pytest.fixture
async def elsewhere(windows: Database, postgres: Embedded) -> AsyncIterator[Database]:
    """Another process, as the database sees it."""
    other = Database(size=5, **postgres.options())
    await other.open()
    yield other
    await other.close()


async def shift(database: Database, by: timedelta) -> None:
    """Let time pass for all windows, or (a clock set back) run backwards."""
    async with database.transaction() as db:
        await db.execute(
            "UPDATE request_windows SET used_at = used_at - $1::interval,"
            " hits = ARRAY(SELECT hit - $1::interval FROM unnest(hits) AS hit)",
            by,
        )


async def hits(limiter: RateLimiter, times: int, key: str = "key_1") -> list[bool]:
    found = await asyncio.gather(*(limiter.hit(key) for _ in range(times)))
    return [quota.is_granted for quota in found]


def test_an_instant_is_written_as_javascript_does() -> None:
    assert javascript_date(AT) == "Tue Feb 16 2021 09:02:42 GMT+0000 (Coordinated Universal Time)"


@pytest.mark.parametrize(
    ("quota", "retry_after", "remaining"),
    [
        (Quota(True, 20, 19, AT), b"0", b"19"),
        (Quota(True, 20, 0, AT, 1.2), b"2", b"0"),
        (Quota(False, 20, 0, AT, 0.01), b"1", b"0"),
        (Quota(False, 20, 0, AT, 2.0), b"2", b"0"),
    ],
)
def test_headers_tell_when_one_more_is_granted(
    quota: Quota, retry_after: bytes, remaining: bytes
) -> None:
    assert quota.headers() == [
        (b"retry-after", retry_after),
        (b"x-ratelimit-limit", b"20"),
        (b"x-ratelimit-remaining", remaining),
        (b"x-ratelimit-reset", javascript_date(AT).encode()),
    ]


def test_what_is_granted_to_a_batch_is_dealt_out_in_its_order() -> None:
    rows = [Granted("a", 2, 20, AT, AT), Granted("b", 1, 5, AT, AT)]

    dealt = quotas(["a", "b", "a", "a"], rows, 20)

    assert [(q.is_granted, q.remaining) for q in dealt] == [
        (True, 1), (True, 15), (True, 0), (False, 0),
    ]  # fmt: skip
    assert dealt[3].wait_seconds == 2
    assert dealt[0].reset_at == AT + timedelta(seconds=2)


async def test_a_burst_gets_exactly_its_limit(windows: Database) -> None:
    limiter = RateLimiter(windows, 20)

    granted = await hits(limiter, 50)

    assert granted == [True] * 20 + [False] * 30


async def test_processes_count_together(windows: Database, elsewhere: Database) -> None:
    here, there = RateLimiter(windows, 20), RateLimiter(elsewhere, 20)

    granted = await asyncio.gather(hits(here, 15), hits(there, 15), hits(here, 15))

    assert sum(itertools.chain(*granted)) == 20


async def test_keys_do_not_know_of_each_other(windows: Database) -> None:
    limiter = RateLimiter(windows, 3)

    await hits(limiter, 5, "key_1")

    assert await hits(limiter, 4, "key_2") == [True, True, True, False]


async def test_the_window_slides(windows: Database) -> None:
    limiter = RateLimiter(windows, 4)
    await hits(limiter, 2)
    await shift(windows, timedelta(seconds=1.5))
    await hits(limiter, 2)

    await shift(windows, timedelta(seconds=0.6))

    assert await hits(limiter, 4) == [True, True, False, False]


async def test_a_refused_request_does_not_lengthen_the_wait(windows: Database) -> None:
    await hits(RateLimiter(windows, 4), 9)
    await shift(windows, timedelta(seconds=1.9))
    await hits(RateLimiter(windows, 4), 9)

    await shift(windows, timedelta(seconds=0.2))

    assert await hits(RateLimiter(windows, 4), 5) == [True] * 4 + [False]


async def test_a_clock_set_back_locks_nobody_out(windows: Database) -> None:
    await hits(RateLimiter(windows, 4), 4)

    await shift(windows, -timedelta(hours=1))

    assert await hits(RateLimiter(windows, 4), 5) == [True] * 4 + [False]


async def test_a_lower_limit_takes_hold_of_windows_that_are_fuller(windows: Database) -> None:
    await hits(RateLimiter(windows, 20), 20)

    quota = await RateLimiter(windows, 5).hit("key_1")

    assert (quota.is_granted, quota.remaining, quota.limit) == (False, 0, 5)


async def test_a_flood_is_refused_without_asking_the_database(windows: Database) -> None:
    batches: list[int] = []
    limiter = RateLimiter(windows, 2, batches.append)
    await hits(limiter, 3)

    again = await limiter.hit("key_1")

    assert not again.is_granted
    assert 0 < again.wait_seconds <= 2
    assert sum(batches) == 3


async def test_rows_that_say_nothing_any_more_are_dropped(
    windows: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hits(RateLimiter(windows, 2), 1, "key_old")
    await shift(windows, timedelta(minutes=2))
    limiter = RateLimiter(windows, 2)
    monkeypatch.setattr(ratelimit, "FORGET_SECONDS", -1)

    await hits(limiter, 1, "key_new")

    async with windows.transaction() as db:
        assert [row["key"] for row in await db.fetch("SELECT key FROM request_windows")] == [
            "key_new"
        ]


async def test_no_two_seconds_hold_more_than_the_limit_nor_much_less(
    windows: Database, elsewhere: Database
) -> None:
    # F38: eight callers on two processes, who never stop asking.
    granted: list[float] = []
    end = monotonic() + 4.3

    async def call(limiter: RateLimiter) -> None:
        while monotonic() < end:
            quota = await limiter.hit("key_1")
            if quota.is_granted:
                granted.append(monotonic())
            await asyncio.sleep(0.01)

    limiters = (RateLimiter(windows, 20), RateLimiter(elsewhere, 20))
    await asyncio.gather(*(call(limiter) for limiter in limiters * 4))

    granted.sort()
    # The answer reaches the caller a little after the moment that counts.
    late = 0.1
    assert all(b - a > 2 - late for a, b in zip(granted, granted[20:], strict=False))
    assert 19 * 3 <= len(granted) <= 60


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "status"),
    [
        ("GET", "/api/search", None, b"", 200),
        ("GET", "/api/search", {}, b"", 400),
        ("GET", "/api/search?access_token=wrong", {}, b"", 401),
        ("GET", "/api/nothing", None, b"", 404),
        ("PUT", "/api/search", None, b"", 405),
        ("OPTIONS", "/api/search", None, b"", 204),
        ("POST", "/api/widgets", None, b"x" * 1_000_001, 413),
        ("GET", "/api/fail/oops", None, b"", 500),
        ("GET", "/api/leads/%FF", None, b"", 400),
        ("GET", "/api/stream", None, b"", 200),
    ],
)
async def test_every_answer_carries_the_headers(
    windows: Database, method: str, target: str, headers: dict[str, str] | None,
    body: bytes, status: int,
) -> None:  # fmt: skip
    app = toy.app(toy.Stream(), database=windows, rate_limit=20)

    answer = await ask(app, method, target, body, headers)

    assert answer.status == status
    assert answer.headers.keys() >= HEADERS
    assert answer.headers["x-ratelimit-limit"] == "20"
    assert answer.headers["x-ratelimit-remaining"] == "19"
    assert answer.headers["retry-after"] == "0"


async def test_the_request_too_many_is_refused_in_a_sentence(windows: Database) -> None:
    app = toy.app(database=windows, rate_limit=2)
    for _ in range(2):
        await ask(app, "GET", "/api/search")

    answer = await ask(app, "GET", "/api/search")

    assert answer.status == 429
    assert answer.text.startswith("Too many requests; wait for the seconds in Retry-After")
    assert int(answer.headers["retry-after"]) in (1, 2)
    assert answer.headers["x-ratelimit-remaining"] == "0"


async def test_who_has_no_key_is_counted_by_address_and_harms_nobody(windows: Database) -> None:
    app = toy.app(database=windows, rate_limit=2)
    for _ in range(3):
        refused = await ask(app, "GET", "/api/search?access_token=wrong", headers={})

    with_key = await ask(app, "GET", f"/api/search?access_token={KEY}", headers={})
    elsewhere = await ask(app, "GET", "/api/search", headers={}, client="192.0.2.8")

    assert (refused.status, with_key.status, elsewhere.status) == (429, 200, 400)


async def test_what_is_not_below_api_is_never_limited(windows: Database) -> None:
    app = toy.app(database=windows, rate_limit=1)

    for _ in range(3):
        opened = await ask(app, "GET", "/open", headers={})
        left = await ask(app, "POST", "/t/u/abc", headers={})

    assert (opened.status, left.status) == (200, 202)
    assert not HEADERS & opened.headers.keys()
    assert not HEADERS & left.headers.keys()


async def test_without_a_limit_the_headers_stay_and_nobody_is_asked() -> None:
    answer = await ask(toy.app(rate_limit=0), "GET", "/api/search")

    assert answer.status == 200
    assert answer.headers["x-ratelimit-remaining"] == "1000000"
    assert answer.headers["retry-after"] == "0"
