"""Tasks through the API."""

import json
from typing import Any

import pytest

from pomelo import leads, tasks
from pomelo.base import addresses
from pomelo.base.ids import StepId
from pomelo.leads import Lead, NewLead
from pomelo.tasks import Task, TaskType
from tests.api.client import Caller
from tests.api.test_sequences import draft
from tests.make import NOW


async def someone(api: Caller) -> Lead:
    campaign, _ = await draft(api)
    said: dict[str, object] = {"firstName": "Richard", "lastName": "Hendricks", "phone": "+1 555"}
    new = NewLead(api.team.id, campaign, addresses.parse("richard@piedpiper.com"), said)
    async with api.database.transaction() as db:
        (added,) = await leads.add(db, [new], now=NOW)
    assert isinstance(added, Lead)
    return added


def by_hand(api: Caller, lead: Lead, **more: Any) -> dict[str, Any]:
    return {
        "recordId": lead.id,
        "type": "phone",
        "assignedTo": api.user.id,
        "dueDate": "2026-12-01",
        "title": "Call Richard",
        **more,
    }


async def test_a_task_is_made_listed_changed_and_done(api: Caller) -> None:
    lead = await someone(api)

    made = await api.call("POST", "/tasks", by_hand(api, lead, message="Ask", priority="2"))
    listed = await api.call("GET", "/tasks", filters="[]")
    changed = await api.call("PATCH", "/tasks", {"id": made["_id"], "title": "Ring"})
    done = await api.call("PATCH", "/tasks", {"id": made["_id"], "done": True})

    assert made == {
        "_id": made["_id"],
        "type": "phone",
        "title": "Call Richard",
        "priority": 2,
        "leadId": lead.id,
        "campaignId": lead.campaign_id,
        "contactId": lead.contact_id,
        "dueDate": "2026-12-01T00:00:00.000Z",
        "userId": api.user.id,
        "content": "Ask",
        "status": "pending",
        "createdAt": made["createdAt"],
    }
    assert made["_id"].startswith("opp_")
    assert listed == {"results": [made], "page": 0}
    assert changed == made | {"title": "Ring"}
    assert (done["status"], "completedAt" in done) == ("completed", True)
    assert (await api.call("GET", "/tasks", filters="[]"))["results"] == []


FILTERS: list[tuple[list[dict[str, Any]], bool]] = [
    ([], True),
    ([{"id": "fullName", "value": "hard hend"}], True),
    ([{"id": "fullName", "value": "monica"}], False),
    ([{"id": "email", "value": "PIEDPIPER"}], True),
    ([{"id": "phone", "value": "555"}], True),
    ([{"id": "linkedin", "value": "in/richard"}], False),
    ([{"id": "type", "in": ["phone", "manual"]}], True),
    ([{"id": "type", "out": ["phone"]}], False),
    ([{"id": "campaignState", "in": ["paused"]}], True),
    ([{"id": "campaignState", "out": ["paused"]}], False),
    ([{"id": "campaignId", "in": ["cam_other"]}], False),
    ([{"id": "assignedTo", "out": ["usr_other"]}], True),
    ([{"id": "dueDate", "from": "2026-12-01", "to": "2026-12-01"}], True),
    ([{"id": "dueDate", "to": "2026-11-30"}], False),
]


@pytest.mark.parametrize(("filters", "is_found"), FILTERS)
async def test_tasks_are_found_by_what_is_known_of_them(
    api: Caller, filters: list[dict[str, Any]], *, is_found: bool
) -> None:
    made = await api.call("POST", "/tasks", by_hand(api, await someone(api)))

    found = await api.call("GET", "/tasks", filters=json.dumps(filters))

    assert [task["_id"] for task in found["results"]] == ([made["_id"]] if is_found else [])


@pytest.mark.parametrize(
    "text", ["{", "{}", '[{"id": "age"}]', '[{"id": 1}]', '[{"id":"type","in":1}]']
)
async def test_malformed_filters_are_said_as_lemlist_does(api: Caller, text: str) -> None:
    assert await api.refused("GET", "/tasks", filters=text) == (
        400,
        '{"error":"Malformed filters"}',
    )


async def test_a_pattern_is_not_searched_for(api: Caller) -> None:
    filters = '[{"id": "email", "regex": "(a+)+$"}]'

    status, sentence = await api.refused("GET", "/tasks", filters=filters)

    assert (status, "value" in sentence) == (400, True)


WRONG: list[tuple[dict[str, Any], int, str]] = [
    ({"recordId": ""}, 400, "recordId is required"),
    ({"recordId": "lea_nobody"}, 404, "Lead not found"),
    ({"assignedTo": "usr_nobody"}, 400, "no such user"),
    ({"type": "linkedinVisit"}, 400, "made by hand"),
    ({"type": "fax"}, 400, "type"),
    ({"dueDate": "soon"}, 400, "date"),
    ({"priority": "9"}, 400, "priority"),
    ({"title": "x" * 1001}, 400, "1000 characters"),
]


@pytest.mark.parametrize(("wrong", "status", "words"), WRONG)
async def test_a_wrong_task_is_refused_with_a_sentence(
    api: Caller, wrong: dict[str, Any], status: int, words: str
) -> None:
    answer = await api.refused("POST", "/tasks", by_hand(api, await someone(api), **wrong))

    assert (answer[0], words in answer[1]) == (status, True), answer


async def test_a_task_that_is_over_is_not_changed(api: Caller) -> None:
    made = await api.call("POST", "/tasks", by_hand(api, await someone(api)))
    assert await api.call("POST", "/tasks/ignore", {"ids": [made["_id"]]}) == {}

    status, _ = await api.refused("PATCH", "/tasks", {"id": made["_id"], "title": "Late"})
    again = await api.call("PATCH", "/tasks", {"id": made["_id"], "done": True})

    assert (status, again["status"]) == (409, "ignored")


@pytest.mark.parametrize("is_inside", [False, True], ids=["step", "its condition"])
async def test_the_task_of_a_step_that_is_deleted_is_open_no_more(
    api: Caller, is_inside: bool
) -> None:
    campaign, steps = await draft(api)
    if is_inside:
        condition = {"type": "conditional", "conditionKey": "hasPhoneNumber", "delay": 0}
        above = await api.call("POST", steps, condition)
        steps_inside = f"/sequences/{above['conditions'][0]['sequenceId']}/steps"
        step = await api.call("POST", steps_inside, {"type": "phone"})
    else:
        above = step = await api.call("POST", steps, {"type": "phone"})
    other = await api.call("POST", steps, {"type": "manual", "title": "Write a card"})
    new = NewLead(api.team.id, campaign, addresses.parse("richard@piedpiper.com"))
    async with api.database.transaction() as db:
        (lead,) = await leads.add(db, [new], now=NOW)
        assert isinstance(lead, Lead)
        made = [task_of(api, lead, StepId(one["_id"])) for one in (step, other)]
        await tasks.insert(db, made)

    await api.call("DELETE", f"{steps}/{above['_id']}")

    listed = await api.call("GET", "/tasks", filters="[]")
    assert [one["_id"] for one in listed["results"]] == [made[1].id]


def task_of(api: Caller, lead: Lead, step: StepId) -> Task:
    """As a worker makes it."""
    return Task(
        team_id=api.team.id,
        id=tasks.new_id(),
        type=TaskType.PHONE,
        title="Call Richard",
        message="",
        lead_id=lead.id,
        campaign_id=lead.campaign_id,
        contact_id=lead.contact_id,
        step_id=step,
        sequence_step=0,
        assigned_to=api.user.id,
        due_at=NOW,
        created_at=NOW,
    )


async def test_what_is_changed_and_done_twice_is_done_once(api: Caller) -> None:
    lead = await someone(api)
    made = await api.call("POST", "/tasks", by_hand(api, lead))
    said = {"id": made["_id"], "title": "Called", "dueDate": "2026-12-02", "done": True}

    once = await api.call("PATCH", "/tasks", said)
    again = await api.call("PATCH", "/tasks", said)
    status, _ = await api.refused("PATCH", "/tasks", said | {"title": "Never called"})

    assert again == once
    assert (once["status"], once["title"], status) == ("completed", "Called", 409)
