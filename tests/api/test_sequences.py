"""Sequences and steps through the API."""

from typing import Any

import pytest

from pomelo import leads
from pomelo.base import addresses
from pomelo.base.ids import CampaignId
from pomelo.leads import NewLead
from pomelo.sequences import AddingWhileRunning
from tests import make
from tests.api.client import Caller

STEP: dict[str, Any] = {
    "type": "email",
    "subject": "Hello {{firstName}}",
    "message": "<p>Hi {{firstName}}</p>",
}


async def draft(api: Caller) -> tuple[CampaignId, str]:
    """A campaign and the path of its steps."""
    made = await api.call("POST", "/campaigns", {"name": "Campaign1"})
    return CampaignId(made["_id"]), f"/sequences/{made['sequenceId']}/steps"


async def start(api: Caller, campaign: CampaignId) -> None:
    async with api.database.transaction() as db:
        sender = await make.sender(db, api.team.id)
    await api.call("PATCH", f"/campaigns/{campaign}", {"senderIds": [sender.id]})
    await api.call("POST", f"/campaigns/{campaign}/start")


async def listed(api: Caller, campaign: CampaignId) -> list[dict[str, Any]]:
    (main,) = (await api.call("GET", f"/campaigns/{campaign}/sequences")).values()
    return list(main["steps"])


async def test_an_empty_sequence_is_there_from_the_start(api: Caller) -> None:
    made = await api.call("POST", "/campaigns", {"name": "Campaign1"})
    sequence = made["sequenceId"]

    assert await api.call("GET", f"/campaigns/{made['_id']}/sequences") == {
        sequence: {"_id": sequence, "steps": [], "level": 0}
    }


async def test_a_step_comes_changes_and_goes(api: Caller) -> None:
    campaign, steps = await draft(api)

    added = await api.call("POST", steps, STEP)
    path = f"{steps}/{added['_id']}"
    changed = await api.call("PATCH", path, {"type": "email", "subject": "Hi", "delay": 2})

    assert added == STEP | {
        "_id": added["_id"],
        "delay": 0,
        "emailTemplateId": added["emailTemplateId"],
        "index": 1,
        "sequenceId": steps.split("/")[2],
        "sequenceStep": 0,
    }
    assert added["_id"].startswith("stp_")
    assert added["emailTemplateId"].startswith("etp_")
    assert changed == added | {"subject": "Hi", "delay": 2}
    assert await listed(api, campaign) == [changed]
    assert await api.call("DELETE", path) == {"ok": True}
    assert await listed(api, campaign) == []
    assert await api.refused("DELETE", path) == (404, "Step not found")


PLACES = [({}, 2), ({"index": -1}, 2), ({"index": 99}, 2), ({"index": 0}, 0), ({"index": 1}, 1)]


@pytest.mark.parametrize(("more", "place"), PLACES)
async def test_a_step_gets_its_place(api: Caller, more: dict[str, int], place: int) -> None:
    campaign, steps = await draft(api)
    for subject in ("a", "b"):
        await api.call("POST", steps, STEP | {"subject": subject})

    added = await api.call("POST", steps, STEP | {"subject": "new"} | more)

    assert (added["sequenceStep"], added["index"]) == (place, place + 1)
    assert added["delay"] == (0 if place == 0 else 1)
    subjects = ["a", "b"]
    subjects.insert(place, "new")
    assert [step["subject"] for step in await listed(api, campaign)] == subjects


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"delay": 1.5}, "delay"),
    ({"delay": -1}, "whole number of days"),
    ({"index": -2}, "index"),
    ({"subject": ""}, "needs a subject"),
    ({"subject": "x" * 401}, "400 characters"),
    ({"message": ""}, "no message"),
    ({"message": "<p>\n{{ firstName"}, "In the message: Line 2 of the template"),
    ({"subject": "{% for x in y %}"}, "In the subject: Line 1 of the template"),
    ({"type": "linkedinInvite", "message": "x" * 301}, "300 characters"),
    ({"type": "manual"}, "needs a title"),
    ({"type": "sms", "message": " "}, "needs a message"),
    ({"type": "api"}, "needs method and url"),
    ({"type": "api", "method": "POST", "url": "ftp://a.b"}, "begins with http"),
    ({"type": "api", "method": "POST", "url": "http://[::1/"}, "begins with http"),
    ({"type": "api", "method": "POST", "url": "http://a..b/"}, "begins with http"),
    ({"type": "linkedinSend", "message": "m", "images": ["https://["]}, "an https server"),
    ({"type": "linkedinSend", "message": "m", "videos": ["https://℀.example"]}, "an https server"),
    ({"type": "api", "method": "POST", "url": "https://{{host}}/"}, "without variables"),
    ({"type": "api", "method": "GET", "url": "https://a.b", "headers": {"Host": "c"}}, "'Host'"),
    (
        {"type": "api", "method": "GET", "url": "https://a.b", "headers": {"X": "a\r\nb"}},
        "one line",
    ),
    ({"type": "conditional"}, "needs conditionKey"),
    ({"type": "conditional", "conditionKey": "linkedinOpened"}, "nothing here reads LinkedIn"),
    ({"type": "conditional", "conditionKey": "hasScore"}, "no score"),
    ({"type": "sendToAnotherCampaign"}, "needs campaignId"),
    ({"type": "sendToAnotherCampaign", "campaignId": "cam_none"}, "no such campaign"),
    ({"delayMinutes": -1}, "delayMinutes"),
    ({"type": "fax"}, "type"),
]


@pytest.mark.parametrize(("wrong", "words"), REFUSED)
async def test_a_wrong_step_is_refused_with_a_sentence(
    api: Caller, wrong: dict[str, Any], words: str
) -> None:
    campaign, steps = await draft(api)

    status, sentence = await api.refused("POST", steps, STEP | wrong)

    assert status == 400
    assert words in sentence
    assert await listed(api, campaign) == []


async def test_a_type_is_needed_and_kept(api: Caller) -> None:
    _, steps = await draft(api)
    path = f"{steps}/{(await api.call('POST', steps, STEP))['_id']}"

    assert (await api.refused("POST", steps, {"subject": "a", "message": "b"}))[0] == 400
    assert (await api.refused("PATCH", path, {"subject": "a"}))[0] == 400
    assert await api.refused("PATCH", path, {"type": "phone"}) == (
        400,
        "A step keeps its type; delete it and add another one instead.",
    )


async def test_a_follow_up_without_a_subject_goes_into_the_thread(api: Caller) -> None:
    _, steps = await draft(api)
    await api.call("POST", steps, STEP)

    added = await api.call("POST", steps, {"type": "email", "message": "<p>Any news?</p>"})

    assert (added["subject"], added["delay"]) == ("", 1)


async def test_while_running_only_words_and_delays_change(api: Caller) -> None:
    campaign, steps = await draft(api)
    path = f"{steps}/{(await api.call('POST', steps, STEP))['_id']}"
    await start(api, campaign)

    added = await api.refused("POST", steps, STEP)
    deleted = await api.refused("DELETE", path)
    changed = await api.call("PATCH", path, {"type": "email", "message": "<p>New</p>"})

    assert added == (400, AddingWhileRunning.__doc__)
    assert deleted == (400, "You cannot delete this step because the campaign is running")
    assert changed["message"] == "<p>New</p>"


async def test_leads_stay_at_their_step(api: Caller) -> None:
    campaign, steps = await draft(api)
    first = await api.call("POST", steps, STEP)
    await api.call("POST", steps, STEP)
    async with api.database.transaction() as db:
        for n in range(3):
            new = NewLead(api.team.id, campaign, addresses.parse(f"{n}@x.example"))
            await leads.add(db, [new], now=make.NOW)
        await db.execute("UPDATE leads SET step_position = left(email, 1)::int")

    async def positions() -> list[int]:
        async with api.database.transaction() as db:
            rows = await db.fetch("SELECT step_position FROM leads ORDER BY email")
            return [row[0] for row in rows]

    added = await api.call("POST", steps, STEP | {"index": 1})
    assert await positions() == [0, 1, 3]
    await api.call("DELETE", f"{steps}/{added['_id']}")
    assert await positions() == [0, 1, 2]
    await api.call("DELETE", f"{steps}/{first['_id']}")
    assert await positions() == [0, 0, 1]


async def test_another_teams_sequence_looks_like_none(api: Caller, stranger: Caller) -> None:
    campaign, steps = await draft(stranger)
    step = (await stranger.call("POST", steps, STEP))["_id"]

    for path in (steps, "/sequences/seq_none/steps"):
        assert await api.refused("POST", path, STEP) == (404, "Sequence not found")
        for method in ("PATCH", "DELETE"):
            body = STEP if method == "PATCH" else None
            refused = await api.refused(method, f"{path}/{step}", body)
            assert refused == (404, "Sequence not found")
    for unknown in (campaign, "cam_none"):
        refused = await api.refused("GET", f"/campaigns/{unknown}/sequences")
        assert refused == (404, "Campaign not found")
    _, mine = await draft(api)
    assert await api.refused("DELETE", f"{mine}/{step}") == (404, "Step not found")
    assert len(await listed(stranger, campaign)) == 1


async def test_a_campaign_without_sequence_says_so(api: Caller) -> None:
    campaign, _ = await draft(api)
    async with api.database.transaction() as db:
        await db.execute("DELETE FROM sequences")

    refused = await api.refused("GET", f"/campaigns/{campaign}/sequences")

    assert refused == (400, "Campaign has no sequence")


async def test_a_wording_that_no_mail_could_carry_is_refused_when_written(api: Caller) -> None:
    campaign = await api.call("POST", "/campaigns", {"name": "Campaign1"})
    body = {
        "type": "email",
        "subject": "Hello",
        "message": "<p {{firstName}}>Hi</p>",
    }

    status, text = await api.refused("POST", f"/sequences/{campaign['sequenceId']}/steps", body)

    assert status == 400
    assert "stands loose in a tag" in text
    assert (await api.call("GET", f"/campaigns/{campaign['_id']}/sequences"))[
        campaign["sequenceId"]
    ]["steps"] == []
