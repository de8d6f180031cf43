"""What an answer touches beyond its own lead: its colleagues, and a task for a person."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from pomelo import activities, campaigns, delivery, leads, tasks
from pomelo.activities import Fact, recording, spreading
from pomelo.base.addresses import parse
from pomelo.base.db import Database, Db
from pomelo.campaigns import Campaign, CampaignChanges
from pomelo.leads import ActivityType, Lead, NewLead
from pomelo.tasks import Task, TaskState, Wanted
from tests import make

HOUR = timedelta(hours=1)
REPLIED, CLICKED = ActivityType.EMAILS_REPLIED, ActivityType.EMAILS_CLICKED


async def campaign(database: Database, settings: dict[str, Any], **changed: Any) -> Campaign:
    async with database.transaction() as db:
        team = await make.team(db)
        made = await make.running_campaign(db, team.id, await make.sender(db, team.id))
        changes = CampaignChanges(other_settings=settings, **changed)
        return await campaigns.change(db, team.id, made.id, changes)


async def added(database: Database, made: Campaign, *emails: str) -> list[Lead]:
    new = [NewLead(made.team_id, made.id, parse(email)) for email in emails]
    async with database.transaction() as db:
        return [one for one in await leads.add(db, new, now=make.NOW) if isinstance(one, Lead)]


async def happens(database: Database, lead: Lead, kind: ActivityType, **more: Any) -> None:
    async with database.transaction() as db:
        fact = Fact(team_id=lead.team_id, type=kind, lead_id=lead.id, at=make.NOW + HOUR, **more)
        await activities.record(db, [fact])


async def now(database: Database, lead: Lead) -> Lead:
    async with database.transaction() as db:
        return await leads.get(db, lead.team_id, lead.id)


async def opened(database: Database, made: Campaign) -> list[Task]:
    async with database.transaction() as db:
        return await tasks.list_open(db, made.team_id, Wanted(), offset=0, limit=10)


def company(event: str) -> dict[str, Any]:
    return {event: {"propagateProgressToCompany": True}}


async def test_a_reply_ends_the_sequences_of_all_of_the_company_in_that_campaign(
    database: Database,
) -> None:
    made = await campaign(database, company("onReplied"))
    people = ("gavin@hooli.com", "hoover@eu.hooli.com", "richard@piedpiper.com")
    gavin, hoover, richard = await added(database, made, *people)

    await happens(database, gavin, REPLIED)

    stopped = [(await now(database, one)).stopped_by for one in (gavin, hoover, richard)]
    assert stopped == [REPLIED, ActivityType.COMPANY_STOPPED, None]
    assert (await now(database, hoover)).state is hoover.state


async def test_a_colleague_who_is_removed_meanwhile_is_passed_over(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await campaign(database, company("onReplied"))
    gavin, hoover = await added(database, made, "gavin@hooli.com", "hoover@hooli.com")

    async def then_remove(db: Db, facts: Sequence[Fact]) -> spreading.Colleagues:
        found = await spreading.list_colleagues(db, facts)
        async with database.transaction() as other:
            await activities.remove(other, hoover.team_id, hoover.id)
        return found

    monkeypatch.setattr(recording, "list_colleagues", then_remove)
    await happens(database, gavin, REPLIED)

    assert (await now(database, gavin)).stopped_by is REPLIED


async def test_where_a_reply_only_pauses_it_pauses_the_company(database: Database) -> None:
    made = await campaign(database, company("onReplied"), pause_on=("replied",))
    gavin, hoover = await added(database, made, "gavin@hooli.com", "hoover@hooli.com")

    await happens(database, gavin, REPLIED)

    assert [(await now(database, one)).is_paused for one in (gavin, hoover)] == [True, True]


@pytest.mark.parametrize(
    ("settings", "changed", "kind", "more"),
    [
        ({}, {}, REPLIED, {}),
        (company("onLinkClicked"), {}, REPLIED, {}),
        (company("onReplied"), {"stop_on_replied": False}, REPLIED, {}),
        (company("onReplied"), {}, REPLIED, {"is_bot": True}),
        (
            company("onLinkClicked"),
            {"stop_on_clicked": True, "click_filter": "/book"},
            CLICKED,
            {"extra": {"location": "https://a.example/read"}},
        ),
    ],
)
async def test_what_the_campaign_does_not_let_count_touches_no_colleague(
    database: Database, settings: Any, changed: Any, kind: ActivityType, more: Any
) -> None:
    made = await campaign(database, settings, **changed)
    gavin, hoover = await added(database, made, "gavin@hooli.com", "hoover@hooli.com")

    await happens(database, gavin, kind, **more)

    after = await now(database, hoover)
    assert (after.stopped_by, after.is_paused) == (None, False)


@pytest.mark.parametrize(
    ("event", "kind", "changed"),
    [
        ("onLinkClicked", CLICKED, {"stop_on_clicked": True}),
        ("onMeetingBooked", ActivityType.MEETING_BOOKED, {"stop_on_meeting": True}),
    ],
)
async def test_clicks_and_meetings_count_for_a_company_where_its_campaign_says_so(
    database: Database, event: str, kind: ActivityType, changed: Any
) -> None:
    made = await campaign(database, company(event), **changed)
    gavin, hoover = await added(database, made, "gavin@hooli.com", "hoover@hooli.com")

    await happens(database, gavin, kind)

    assert (await now(database, hoover)).stopped_by is ActivityType.COMPANY_STOPPED


async def test_people_of_a_public_mailbox_provider_are_no_company(database: Database) -> None:
    made = await campaign(database, company("onReplied"))
    one, other = await added(database, made, "gavin@gmail.com", "hoover@gmail.com")

    await happens(database, one, REPLIED)

    assert (await now(database, other)).stopped_by is None


async def test_colleagues_who_answer_at_once_do_not_lock_each_other_out(
    database: Database,
) -> None:
    made = await campaign(database, company("onReplied"))
    people = await added(database, made, *(f"p{number}@hooli.com" for number in range(8)))

    all_begun = asyncio.Barrier(len(people))

    async def answer(lead: Lead) -> None:
        async with database.transaction() as db:
            await all_begun.wait()
            fact = Fact(team_id=lead.team_id, type=REPLIED, lead_id=lead.id, at=make.NOW)
            await activities.record(db, [fact])

    await asyncio.gather(*map(answer, people))

    async with database.transaction() as db:
        left = await db.fetchval(
            "SELECT count(*) FROM leads WHERE replied_at IS NULL OR stopped_by IS NULL"
        )
    assert left == 0


async def test_colleagues_whose_meetings_are_booked_at_once_do_not_lock_each_other_out(
    database: Database,
) -> None:
    made = await campaign(database, company("onMeetingBooked"), stop_on_meeting=True)
    people = await added(database, made, *(f"p{number}@hooli.com" for number in range(8)))

    all_begun = asyncio.Barrier(len(people))

    async def book(lead: Lead) -> None:
        async with database.transaction() as db:  # which no deadlock is allowed to break
            await all_begun.wait()
            await activities.book_meeting(db, made.team_id, [lead.id], now=make.NOW)

    await asyncio.gather(*map(book, people))

    async with database.transaction() as db:
        left = await db.fetchval("SELECT count(*) FROM leads WHERE meeting_booked_at IS NULL")
    assert left == 0


@pytest.mark.parametrize(
    ("settings", "kind", "type_", "title"),
    [
        ({"onReplied": {"createNewTask": True}}, REPLIED, "opportunityReplied", "replied"),
        ({"opportunityReplied": True}, REPLIED, "opportunityReplied", "replied"),
        (
            {"onLinkClicked": {"createNewTask": True}},
            CLICKED,
            "opportunityClicked",
            "clicked a link",
        ),
        ({"opportunityClicked": True}, CLICKED, "opportunityClicked", "clicked"),
    ],
)
async def test_an_answer_makes_one_task_for_whoever_writes(
    database: Database, settings: Any, kind: ActivityType, type_: str, title: str
) -> None:
    made = await campaign(database, settings)
    (gavin,) = await added(database, made, "gavin@hooli.com")

    await happens(database, gavin, kind)
    await happens(database, gavin, kind)

    (task,) = await opened(database, made)
    assert task.type == type_
    assert task.title.startswith(f"gavin@hooli.com {title}")
    assert (task.lead_id, task.assigned_to) == (gavin.id, made.created_by)


async def test_such_a_task_is_ended_without_another_fact(database: Database) -> None:
    made = await campaign(database, {"opportunityReplied": True})
    (gavin,) = await added(database, made, "gavin@hooli.com")
    await happens(database, gavin, REPLIED)
    (task,) = await opened(database, made)

    async with database.transaction() as db:
        await delivery.end_tasks(db, made.team_id, [task.id], TaskState.DONE, now=make.NOW + HOUR)
        told = await db.fetchval("SELECT count(*) FROM activities")

    assert (await opened(database, made), told) == ([], 1)


async def test_a_campaign_that_wants_no_task_gets_none(database: Database) -> None:
    made = await campaign(database, {"opportunityClicked": True})
    (gavin,) = await added(database, made, "gavin@hooli.com")

    await happens(database, gavin, REPLIED)
    await happens(database, gavin, CLICKED, is_bot=True)

    assert await opened(database, made) == []
