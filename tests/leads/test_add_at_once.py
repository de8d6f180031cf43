"""Adding leads at the same moment: one row a person and campaign, whoever comes first."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import pytest

from pomelo import campaigns, leads
from pomelo.activities import unsubscribe
from pomelo.base.addresses import parse
from pomelo.base.db import Database, Db
from pomelo.base.errors import PomeloError
from pomelo.base.groupcommit import GroupCommit
from pomelo.base.ids import TeamId
from pomelo.campaigns import Campaign
from pomelo.leads import (
    AlreadyInCampaign,
    AlreadyInOtherCampaign,
    Lead,
    NewLead,
)
from pomelo.schedules import ScheduleChanges
from pomelo.unsubscribes import Source
from tests import make
from tests.postgres import IMPATIENT, until_somebody_waits_for_a_lock

Outcome = Lead | PomeloError


def new(campaign: Campaign, email: str, *, deduplicate: bool = False) -> NewLead:
    return NewLead(campaign.team_id, campaign.id, parse(email), {}, deduplicate)


def kinds(outcomes: Sequence[Outcome]) -> list[type[Outcome]]:
    return [type(outcome) for outcome in outcomes]


async def test_a_hundred_adds_of_one_person_at_once_make_one_lead(
    database: Database, now: datetime
) -> None:
    async with database.transaction() as db:
        campaign = await make.campaign(db, (await make.team(db)).id)
    spellings = ["richard@piedpiper.com", "Richard@PiedPiper.com", "RICHARD@PIEDPIPER.COM"]

    async def add(number: int) -> Outcome:
        async with database.transaction() as db:
            person = new(campaign, spellings[number % 3], deduplicate=number % 2 == 0)
            return (await leads.add(db, [person], now=now))[0]

    outcomes = await asyncio.gather(*(add(number) for number in range(100)))

    assert sorted(kind.__name__ for kind in kinds(outcomes)) == ["AlreadyInCampaign"] * 99 + [
        "Lead"
    ]
    async with database.transaction() as db:
        assert await db.fetchval("SELECT count(*) FROM leads") == 1


async def test_of_parallel_adds_with_deduplicate_one_campaign_keeps_the_person(
    database: Database, now: datetime
) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        ten = [await make.campaign(db, team.id, f"Campaign{number}") for number in range(10)]
    spellings = ["richard@piedpiper.com", "Richard@PiedPiper.com"]

    async def add(number: int) -> Outcome:
        async with database.transaction() as db:
            person = new(ten[number % 10], spellings[number % 2], deduplicate=True)
            return (await leads.add(db, [person], now=now))[0]

    outcomes = await asyncio.gather(*(add(number) for number in range(100)))

    found = kinds(outcomes)
    assert found.count(Lead) == 1
    assert set(found) == {Lead, AlreadyInCampaign, AlreadyInOtherCampaign}
    assert found.count(AlreadyInCampaign) == 9
    async with database.transaction() as db:
        assert await db.fetchval("SELECT count(DISTINCT campaign_id) FROM leads") == 1


async def test_two_flushers_with_the_same_people_never_deadlock(
    database: Database, now: datetime
) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        campaign = await make.campaign(db, team.id)
    people = [new(campaign, f"p{number}@hooli.com") for number in range(100)]

    async def write(db: Db, items: Sequence[NewLead]) -> Sequence[Outcome]:
        return await leads.add(db, items, now=now)

    flushers = [GroupCommit(database, write) for _ in range(4)]
    outcomes = await asyncio.gather(
        *(
            flusher.submit(person)
            for turn, flusher in enumerate(flushers)
            for person in (people if turn % 2 else reversed(people))
        ),
        return_exceptions=True,
    )

    assert sum(isinstance(outcome, Lead) for outcome in outcomes) == 100
    assert {type(o) for o in outcomes} == {Lead, AlreadyInCampaign}


PAUSED = (
    "UPDATE teams SET paused_at = created_at",
    "UPDATE campaigns SET is_held = true",
)
ONE_SCHEDULE = (
    "UPDATE campaign_schedules SET schedule_id = (SELECT min(schedule_id) FROM campaign_schedules)",
)


async def pause_team(db: Db, team: TeamId) -> None:
    await campaigns.pause_team(db, team, now=make.NOW)


async def resume_team(db: Db, team: TeamId) -> None:
    await campaigns.resume_team(db, team, now=make.NOW)


async def change_hours(db: Db, team: TeamId) -> None:
    schedule = await db.fetchval("SELECT min(schedule_id) FROM campaign_schedules")
    changes = ScheduleChanges(start_time="08:00")
    await campaigns.change_schedule(db, team, schedule, changes, now=make.NOW)


@pytest.mark.parametrize(
    ("before", "act"), [((), pause_team), (PAUSED, resume_team), (ONE_SCHEDULE, change_hours)]
)
async def test_whoever_changes_many_campaigns_locks_them_in_the_order_of_those_who_add(
    database: Database, before: Sequence[str], act: Callable[[Db, TeamId], Awaitable[None]]
) -> None:
    async with database.transaction() as db:
        team = (await make.team(db)).id
        made = [await make.campaign(db, team, name) for name in ("Campaign1", "Campaign2")]
        first, last = sorted(made, key=lambda one: one.id)
        await db.execute("UPDATE campaigns SET created_at = 'now' WHERE id = $1", first.id)
        for statement in before:
            await db.execute(statement)

    async def change() -> None:
        async with database.transaction() as db:
            await act(db, team)

    async with database.transaction() as db:
        await db.execute(IMPATIENT)
        await make.lead(db, first)
        changing = asyncio.create_task(change())
        await until_somebody_waits_for_a_lock(database)
        await make.lead(db, last)

    await changing


async def test_whoever_unsubscribes_while_they_are_added_is_unsubscribed(
    database: Database, now: datetime
) -> None:
    async with database.transaction() as db:
        campaign = await make.campaign(db, (await make.team(db)).id)

    async def add(email: str) -> None:
        async with database.transaction() as db:
            await leads.add(db, [new(campaign, email)], now=now)

    async def leave(email: str) -> None:
        async with database.transaction() as db:
            values = [parse(email)]
            await unsubscribe(db, campaign.team_id, values, source=Source.LEAD, now=now)

    emails = [f"p{number}@hooli.com" for number in range(30)]
    await asyncio.gather(*(act(email) for email in emails for act in (add, leave)))

    async with database.transaction() as db:
        states = await db.fetch("SELECT state, stopped_by FROM leads")
    assert len(states) == 30
    assert {tuple(row) for row in states} == {("emailsUnsubscribed", "emailsUnsubscribed")}
