"""Steps of every kind through the API: what each says, and what comes of a condition."""

from typing import Any

import pytest

from pomelo import leads
from pomelo.base import addresses
from pomelo.leads import Lead, NewLead
from pomelo.sequences import ChangingWhileRunning
from tests.api.client import Caller
from tests.api.test_sequences import STEP, draft, start
from tests.make import NOW

KINDS: list[dict[str, Any]] = [
    {"type": "manual", "title": "Send {{firstName}} a card", "message": "A nice one"},
    {"type": "phone", "message": "Ask for {{firstName}}"},
    {"type": "api", "method": "POST", "url": "https://pied.example/{{firstName}}",
     "headers": {"X-Team": "blue"}, "message": '{"name": "{{firstName}}"}'},
    {"type": "linkedinVisit", "message": ""},
    {"type": "linkedinInvite", "message": "Hi", "altMessage": "Hello"},
    {"type": "linkedinSend", "message": "Hi", "images": ["https://pied.example/a.png"]},
    {"type": "linkedinVoiceNote", "message": "Say hi", "recordMode": "manual"},
    {"type": "linkedinFollow", "message": ""},
    {"type": "linkedinLikeLastPost", "message": ""},
    {"type": "linkedinCommentLastPost", "message": "Well said"},
    {"type": "linkedinEndorse", "message": "", "skillName": "Python", "endorseAnyFallback": True},
    {"type": "linkedinWithdrawInvitation", "message": ""},
    {"type": "whatsappMessage", "message": "Hi {{firstName}}"},
    {"type": "sms", "message": "Hi {{firstName}}"},
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind["type"]))
async def test_a_step_of_every_kind_comes_back_as_it_was_given(
    api: Caller, kind: dict[str, Any]
) -> None:
    campaign, steps = await draft(api)

    added = await api.call("POST", steps, kind)
    changed = await api.call("PATCH", f"{steps}/{added['_id']}", {"type": kind["type"], "delay": 3})

    assert added.items() >= kind.items()
    assert changed == added | {"delay": 3}
    found = await api.call("GET", f"/campaigns/{campaign}/sequences")
    assert [step for one in found.values() for step in one["steps"]] == [changed]


async def test_a_condition_gets_two_branches_that_take_steps_and_conditions(api: Caller) -> None:
    campaign, steps = await draft(api)
    await api.call("POST", steps, STEP)

    added = await api.call("POST", steps, {"type": "conditional", "conditionKey": "emailsOpened",
                                           "delayType": "within", "delay": 3})  # fmt: skip

    yes, no = (one["sequenceId"] for one in added["conditions"])
    assert added["conditions"] == [
        {"sequenceId": yes, "label": "Opened an e-mail", "key": "emailsOpened", "delay": 3,
         "delayType": "within"},
        {"sequenceId": no, "label": "Opened no e-mail", "fallback": True},
    ]  # fmt: skip
    await api.call("POST", f"/sequences/{yes}/steps", STEP | {"subject": ""})
    nested = await api.call(
        "POST", f"/sequences/{no}/steps", {"type": "conditional", "conditionKey": "hasPhoneNumber",
                                           "delayType": "waitUntil"},
    )  # fmt: skip
    found = await api.call("GET", f"/campaigns/{campaign}/sequences")
    main = steps.split("/")[2]
    assert {key: (one["level"], one.get("parentId"), one.get("conditionalStepIndex"))
            for key, one in found.items()} == {
        main: (0, None, None),
        yes: (1, main, 1),
        no: (1, main, 1),
        nested["conditions"][0]["sequenceId"]: (2, no, 0),
        nested["conditions"][1]["sequenceId"]: (2, no, 0),
    }  # fmt: skip


async def test_a_condition_that_goes_takes_its_branches_with_it(api: Caller) -> None:
    campaign, steps = await draft(api)
    added = await api.call("POST", steps, {"type": "conditional", "conditionKey": "emailsOpened"})
    branch = added["conditions"][0]["sequenceId"]
    await api.call("POST", f"/sequences/{branch}/steps", STEP)

    await api.call("DELETE", f"{steps}/{added['_id']}")

    found = await api.call("GET", f"/campaigns/{campaign}/sequences")
    assert list(found) == [steps.split("/")[2]]
    gone = await api.refused("POST", f"/sequences/{branch}/steps", STEP)
    assert gone == (404, "Sequence not found")


async def test_the_first_mail_on_every_way_needs_a_subject(api: Caller) -> None:
    _, steps = await draft(api)
    condition = {"type": "conditional", "conditionKey": "hasPhoneNumber"}
    added = await api.call("POST", steps, condition)
    branch = f"/sequences/{added['conditions'][0]['sequenceId']}/steps"

    status, sentence = await api.refused("POST", branch, STEP | {"subject": ""})

    assert (status, "needs a subject" in sentence) == (400, True)
    await api.call("POST", branch, STEP)
    await api.call("POST", branch, STEP | {"subject": ""})


async def test_while_it_runs_a_condition_asks_what_it_asked(api: Caller) -> None:
    campaign, steps = await draft(api)
    await api.call("POST", steps, STEP)
    asked = {"type": "conditional", "conditionKey": "hasPhoneNumber"}
    added = await api.call("POST", steps, asked)
    path = f"{steps}/{added['_id']}"
    await start(api, campaign)

    status, sentence = await api.refused(
        "PATCH", path, {"type": "conditional", "conditionKey": "emailsOpened"}
    )

    assert (status, sentence) == (400, str(ChangingWhileRunning()))
    changed = await api.call("PATCH", path, {"type": "conditional", "delay": 9})
    assert (changed["delay"], changed["conditionKey"]) == (9, "hasPhoneNumber")


async def test_leads_cannot_be_sent_where_they_are(api: Caller) -> None:
    campaign, steps = await draft(api)
    body = {"type": "sendToAnotherCampaign", "campaignId": campaign}

    status, sentence = await api.refused("POST", steps, body)

    assert (status, "already" in sentence) == (400, True)


async def test_a_step_keeps_its_number_in_the_statistics(api: Caller) -> None:
    campaign, steps = await draft(api)
    first = await api.call("POST", steps, STEP)
    await api.call("POST", steps, {"type": "conditional", "conditionKey": "hasPhoneNumber"})
    await start(api, campaign)
    await api.call("POST", f"/campaigns/{campaign}/pause")
    await api.call("POST", steps, STEP | {"index": 0})
    await api.call("DELETE", f"{steps}/{first['_id']}")
    await api.call("POST", steps, STEP)

    async with api.database.transaction() as db:
        rows = await db.fetch(
            "SELECT number, type FROM steps WHERE campaign_id = $1 ORDER BY position", campaign
        )

    assert [tuple(row) for row in rows] == [(3, "email"), (2, "conditional"), (4, "email")]


async def test_who_is_added_is_looked_for_as_the_first_step_asks(api: Caller) -> None:
    campaign, steps = await draft(api)
    early = await _add(api, campaign, "richard@piedpiper.com")

    await api.call("POST", steps, {"type": "manual", "title": "Call"})
    late = await _add(api, campaign, "monica@piedpiper.com")

    async with api.database.transaction() as db:
        found = [await leads.get(db, api.team.id, lead.id) for lead in (early, late)]
    assert [lead.needs_sender for lead in found] == [False, False]


async def _add(api: Caller, campaign: Any, email: str) -> Lead:
    async with api.database.transaction() as db:
        new = NewLead(api.team.id, campaign, addresses.parse(email))
        (added,) = await leads.add(db, [new], now=NOW)
    assert isinstance(added, Lead)
    return added
