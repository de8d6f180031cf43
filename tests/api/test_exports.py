"""Exports over HTTP: started, asked about, over; every sentence of the reference about it."""

import re
from datetime import datetime
from pathlib import Path

import pytest
from msgspec import json

from pomelo.api import docs, openapi
from pomelo.api.auth import FindCaller
from pomelo.api.exports import OPERATIONS
from pomelo.api.statuses import sentence
from pomelo.app import callers_in
from pomelo.base import ids
from pomelo.base.errors import Unavailable
from pomelo.campaigns import CampaignNotFound
from pomelo.exports import Folder
from tests.api import toy
from tests.api.client import Caller
from tests.api.exporting import MINUTE, add, campaign_of, done, shift, work
from tests.api.wires import ask

START = "/api/campaigns/cam_123456/export/start"


async def test_an_export_is_started_and_pending(api: Caller) -> None:
    campaign = await campaign_of(api)

    answer = await api.call("GET", f"/campaigns/{campaign.id}/export/start")

    status = answer["status"]
    assert answer["ok"] is True
    assert status["exportId"].startswith("exp_")
    seed = ("teamId", "campaignId", "status")
    assert [status[key] for key in seed] == [api.team.id, campaign.id, "pending"]
    assert datetime.fromisoformat(status["startedAt"]).tzinfo is not None
    assert "url" not in status
    assert "endedAt" not in status


async def test_a_start_has_the_keys_of_later_clients_beside_the_seed_s(api: Caller) -> None:
    campaign = await campaign_of(api)

    answer = await api.call("GET", f"/campaigns/{campaign.id}/export/start")

    status = answer.pop("status")
    assert answer.pop("ok") is True
    assert answer == {key: status[key] for key in answer}
    assert answer["id"] == answer["_id"] == status["exportId"]
    assert answer["campaignName"] == "My Campaign"
    progress = ("progressIndex", "progressLastStepDuration", "progressType", "progress", "total")
    assert [answer[key] for key in progress] == [0, 0, "starting", 0, 0]
    started_at = datetime.fromisoformat(answer["startedAt"])
    assert answer["progressTime"] == round(started_at.timestamp() * 1000)
    assert status["fileSize"] == 0


async def test_several_exports_of_a_campaign_have_ids_of_their_own(
    api: Caller, folder: Folder
) -> None:
    campaign = await campaign_of(api)

    first, second = await done(api, folder, campaign), await done(api, folder, campaign)

    assert first["exportId"] != second["exportId"]
    assert (first["status"], second["status"]) == ("done", "done")


async def test_the_export_of_an_unknown_campaign_is_not_found(
    api: Caller, stranger: Caller
) -> None:
    foreign = await campaign_of(stranger)

    for campaign in (ids.campaign(), foreign.id):
        for rest in ("/start", "", "/list", "/leads", f"/{ids.export()}/status"):
            refused = await api.refused("GET", f"/campaigns/{campaign}/export{rest}")
            assert refused == (404, "Campaign not found")


def test_a_failure_to_start_is_told_in_the_seed_s_shape() -> None:
    (start,) = [one for one in OPERATIONS if one.path.endswith("/export/start")]
    assert start.shape_error is not None

    shaped = start.shape_error(Unavailable())

    assert json.encode(shaped) == b'{"ok":false,"message":"An error occurred"}'
    assert start.shape_error(CampaignNotFound()) is None


@pytest.mark.parametrize("find_caller", [toy.find_caller, callers_in(toy.NOWHERE)])
async def test_a_start_while_the_database_is_away_fails_in_the_seed_s_shape(
    find_caller: FindCaller,
) -> None:
    # The rate limit is what asks the database first, or before it the look for the key.
    app = toy.app(operations=OPERATIONS, rate_limit=20, find_caller=find_caller)

    answer = await ask(app, "GET", START)

    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert answer.headers["content-type"] == "application/json"
    assert answer.body == b'{"ok":false,"message":"An error occurred"}'


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("GET", START, {}),
        ("PUT", START, None),
        ("GET", f"{START}/%FF", None),
        ("GET", "/api/nothing", None),
    ],
    ids=["no key", "wrong method", "no path", "no operation"],
)
async def test_nobody_learns_by_a_failure_what_they_could_not_call(
    method: str, target: str, headers: dict[str, str] | None
) -> None:
    app = toy.app(operations=OPERATIONS, rate_limit=20)

    answer = await ask(app, method, target, headers=headers)

    assert (answer.status, answer.text) == (503, sentence(Unavailable))
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


async def test_a_done_export_has_a_url_an_end_and_a_size(api: Caller, folder: Folder) -> None:
    campaign = await campaign_of(api)
    await add(api, campaign)

    status = await done(api, folder, campaign)

    export = status["exportId"]
    assert status["status"] == "done"
    assert status["url"] == f"http://pomelo.example/api/files/exports/fil_{export}_my_campaign.csv"
    assert status["endedAt"] >= status["startedAt"]
    told = ("progressIndex", "progressType", "progress", "total")
    assert [status[key] for key in told] == [6, "done", 1, 1]
    file = await api.http.get(status["url"])
    assert len(file.content) == status["fileSize"]


async def test_an_export_that_failed_says_so(api: Caller, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    campaign = await campaign_of(api)

    status = await done(api, Folder(tmp_path / "file"), campaign)

    assert (status["status"], status["progressType"]) == ("error", "error")
    assert "url" not in status


async def test_an_unknown_export_is_not_found_in_json(api: Caller) -> None:
    campaign, other = await campaign_of(api), await campaign_of(api, "Other")
    of_other = (await api.call("GET", f"/campaigns/{other.id}/export/start"))["id"]

    for export in (ids.export(), of_other, "x"):
        status, text = await api.refused("GET", f"/campaigns/{campaign.id}/export/{export}/status")
        expected = f'{{"ok":false,"message":"Export with id {export} not found"}}'
        assert (status, text) == (404, expected)


def test_the_reference_shows_failures_as_they_are_answered() -> None:
    path = "/api/campaigns/{campaignId}/export/{exportId}/status"
    described = openapi.document(OPERATIONS, "http://pomelo.example")["paths"][path]["get"]
    (unknown,) = described["responses"]["404"]["content"]["application/json"]["examples"].values()
    not_started = {"ok": False, "message": "An error occurred"}
    page = docs.pages(OPERATIONS)["exports.md"]

    assert re.fullmatch(r"Export with id exp_\w{17} not found", unknown["value"]["message"])
    for shown in (unknown["value"], not_started):
        assert f"`{json.encode(shown).decode()}`" in page


async def test_an_export_of_another_team_is_not_found(api: Caller, stranger: Caller) -> None:
    campaign = await campaign_of(api)
    export = (await api.call("GET", f"/campaigns/{campaign.id}/export/start"))["id"]

    status, _ = await stranger.refused("GET", f"/campaigns/{campaign.id}/export/{export}/status")

    assert status == 404


@pytest.mark.parametrize("is_done", [True, False])
@pytest.mark.parametrize(("minutes", "expected"), [(119, 200), (121, 404)])
async def test_a_status_is_available_for_two_hours(
    api: Caller, folder: Folder, is_done: bool, minutes: int, expected: int
) -> None:
    campaign = await campaign_of(api)
    export = (await api.call("GET", f"/campaigns/{campaign.id}/export/start"))["id"]
    if is_done:
        await work(api, folder)
    await shift(api, "started_at", minutes * MINUTE)

    answer = await api.send("GET", f"/campaigns/{campaign.id}/export/{export}/status")

    assert answer.status_code == expected
    assert answer.json()["ok"] is (expected == 200)


async def test_what_is_pending_for_two_hours_is_never_done(api: Caller, folder: Folder) -> None:
    campaign = await campaign_of(api)
    await api.call("GET", f"/campaigns/{campaign.id}/export/start")
    await shift(api, "started_at", 121 * MINUTE)

    await work(api, folder)

    async with api.database.transaction() as db:
        assert await db.fetchval("SELECT state FROM exports") == "error"
    assert folder.names() == {}


async def test_a_look_at_export_start_starts_nothing(api: Caller) -> None:
    campaign = await api.call("POST", "/campaigns", {"name": "Campaign1"})

    answer = await api.send("HEAD", f"/campaigns/{campaign['_id']}/export/start")

    assert answer.status_code == 405
    async with api.database.transaction() as db:
        assert await db.fetchval("SELECT count(*) FROM exports") == 0
