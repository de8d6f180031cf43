"""Campaigns through the API: every example of the reference, and what is refused."""

from typing import Any

import pytest

from pomelo import activities
from pomelo.activities import Fact
from pomelo.leads import ActivityType
from tests import make
from tests.api.client import Caller
from tests.api.own import a_running_campaign, a_sender, made, names

A = ActivityType


async def test_a_new_campaign(api: Caller) -> None:
    created = await api.call("POST", "/campaigns", {"name": "Campaign1"})

    assert created == {
        "_id": created["_id"],
        "name": "Campaign1",
        "labels": [],
        "timezone": "Europe/Paris",
        "sequenceId": created["sequenceId"],
        "scheduleIds": created["scheduleIds"],
        "teamId": api.team.id,
        "createdBy": api.user.id,
        "createdAt": created["createdAt"],
        "state": "paused",
        "status": "draft",
        "autoReview": True,
        "stopOnEmailReplied": True,
        "scannedCount": 0,
        "reviewedCount": 0,
        "inSequenceLeadCount": 0,
        "variableKeys": [],
        "displayedVariableKeys": ["companyName"],
        "senders": [],
        "sendUsers": [],
        "emoji": "",
        "crmOpportunitiesOnTask": False,
        "unsubscribe": "campaign",
    }
    assert created["_id"].startswith("cam_")
    assert created["sequenceId"].startswith("seq_")
    assert created["createdAt"].endswith("Z")
    (schedule,) = await api.call("GET", f"/campaigns/{created['_id']}/schedules")
    assert [schedule["_id"]] == created["scheduleIds"]
    assert {key: schedule[key] for key in ("name", "start", "end", "weekdays")} == {
        "name": "Default schedule",
        "start": "09:00",
        "end": "18:00",
        "weekdays": [1, 2, 3, 4, 5],
    }


async def test_what_a_new_campaign_may_say(api: Caller) -> None:
    body: dict[str, Any] = {
        "name": "Campaign1",
        "timezone": "America/New_York",
        "autoReview": False,
        "autoReviewConditions": ["deliverable", "risky"],
    }

    campaign = await api.call("GET", f"/campaigns/{await made(api, **body)}")

    assert {key: campaign[key] for key in body} == body


BAD_BODIES: list[tuple[dict[str, object], str]] = [
    ({}, "name"),
    ({"name": ""}, "1 to 200 characters"),
    ({"name": 7}, "name"),
    ({"name": "x", "timezone": "Mars/Olympus"}, "IANA"),
    ({"name": "x", "autoReview": "yes"}, "autoReview"),
    ({"name": "x", "labels": [""]}, "Labels"),
]


@pytest.mark.parametrize(("body", "word"), BAD_BODIES)
async def test_a_wrong_campaign_is_refused_with_a_sentence(
    api: Caller, body: dict[str, object], word: str
) -> None:
    status, sentence = await api.refused("POST", "/campaigns", body)

    assert status == 400
    assert word in sentence
    assert await names(api) == []


async def test_without_a_body_a_campaign_is_shown_as_it_is_sent(api: Caller) -> None:
    answer = await api.http.post("/api/campaigns")

    assert answer.status_code == 400
    assert answer.text.startswith('This needs a body: send a JSON object, such as {"name": "')


async def test_a_campaign_starts_and_pauses_once_each(api: Caller) -> None:
    campaign = await api.call("POST", "/campaigns", {"name": "Campaign1"})
    path, sender = f"/campaigns/{campaign['_id']}", await a_sender(api)
    step = {"type": "email", "subject": "Hello", "message": "<p>Hi</p>"}
    await api.call("POST", f"/sequences/{campaign['sequenceId']}/steps", step)
    await api.call("PATCH", path, {"senderIds": [sender.id]})

    assert await api.refused("POST", f"{path}/pause") == (
        400,
        "You can't pause campaigns that are not running.",
    )
    assert await api.call("POST", f"{path}/start") == {"_id": campaign["_id"], "state": "running"}
    assert await api.refused("POST", f"{path}/start") == (
        400,
        "You can't start campaigns that are already running.",
    )
    assert (await api.call("GET", path))["status"] == "running"
    assert await api.call("POST", f"{path}/pause") == {"_id": campaign["_id"], "state": "paused"}
    assert (await api.call("GET", path))["status"] == "paused"


async def test_a_start_says_what_is_missing(api: Caller) -> None:
    campaign = await api.call("POST", "/campaigns", {"name": "Campaign1"})
    start = f"/campaigns/{campaign['_id']}/start"
    step = {"type": "email", "subject": "Hello", "message": "<p>Hi</p>"}

    without_step = await api.refused("POST", start)
    await api.call("POST", f"/sequences/{campaign['sequenceId']}/steps", step)
    without_sender = await api.refused("POST", start)
    async with api.database.transaction() as db:
        await db.execute("UPDATE step_versions SET message = '{{ broken'")
    broken = await api.refused("POST", start)

    assert without_step[0] == without_sender[0] == broken[0] == 400
    assert "has no step" in without_step[1]
    assert "has no sender" in without_sender[1]
    assert broken[1].startswith("Step 1 cannot be sent. In the message: Line 1 of the template: ")


async def test_an_archived_campaign_does_not_run(api: Caller) -> None:
    campaign = await a_running_campaign(api)
    path = f"/campaigns/{campaign.id}"

    archived = await api.call("PATCH", path, {"archived": True})

    assert (archived["status"], archived["state"]) == ("archived", "paused")
    assert (await api.refused("POST", f"{path}/start"))[0] == 400
    assert (await api.call("PATCH", path, {"archived": False}))["status"] == "paused"
    assert (await api.call("POST", f"{path}/start"))["state"] == "running"


async def test_a_campaign_whose_mailbox_cannot_log_in_shows_it(api: Caller) -> None:
    campaign = await a_running_campaign(api)
    async with api.database.transaction() as db:
        await db.execute("UPDATE senders SET paused_for = 'auth'")

    shown = await api.call("GET", f"/campaigns/{campaign.id}")

    assert (shown["status"], shown["hasError"]) == ("errors", True)
    assert shown["errors"] == ["campaign1@piedpiper.example cannot log in to its mail server."]
    assert await names(api, status="errors") == ["Campaign1"]


async def test_a_campaign_warns_of_leads_whose_step_failed_until_it_is_mended(
    api: Caller, stranger: Caller
) -> None:
    campaign = await a_running_campaign(api)
    other = await a_running_campaign(stranger)
    before = await api.call("GET", f"/campaigns/{campaign.id}")
    async with api.database.transaction() as db:
        people = [await make.lead(db, campaign, f"lead{n}@hooli.com") for n in range(3)]
        kinds = (A.EMAILS_FAILED, A.EMAILS_FAILED, A.API_FAILED)
        for lead, kind in zip(people, kinds, strict=True):
            fact = Fact(team_id=lead.team_id, type=kind, lead_id=lead.id, at=make.NOW)
            await activities.record(db, [fact])

    see = f"see `pomelo explain {campaign.id}`."
    shown = await api.call("GET", f"/campaigns/{campaign.id}")
    theirs = await stranger.call("GET", f"/campaigns/{other.id}")
    async with api.database.transaction() as db:
        await activities.mend_campaign(db, campaign.team_id, campaign.id, now=make.NOW)
    mended = await api.call("GET", f"/campaigns/{campaign.id}")

    assert (shown["status"], shown["hasError"], shown["errors"]) == ("ended", False, [])
    assert shown["warnings"] == [
        *before["warnings"],
        f"1 lead could not go on: the call of the step was refused, or failed for a day; {see}",
        f"2 leads could not be written to: something that the text names is missing; {see}",
    ]
    assert not any("could not" in one for one in theirs["warnings"])
    assert mended["warnings"] == before["warnings"]


async def test_another_teams_campaign_looks_like_none(api: Caller, stranger: Caller) -> None:
    theirs = await made(stranger)

    for campaign in (theirs, "cam_none", theirs.removeprefix("cam_")):
        path = f"/campaigns/{campaign}"
        for method, place, body in (
            ("GET", path, None),
            ("PATCH", path, {"name": "Mine"}),
            ("POST", f"{path}/start", None),
            ("POST", f"{path}/pause", None),
        ):
            refused = await api.refused(method, place, body)
            assert refused == (404, "Campaign not found")
    assert await names(api) == []
    assert await names(stranger) == ["Campaign1"]
