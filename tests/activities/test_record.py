"""The door: facts are kept, move leads in their order, and are first once."""

import asyncio
from datetime import datetime, timedelta

import msgspec
import pytest

from pomelo import activities, leads
from pomelo.activities import Activity, Fact
from pomelo.base.db import Database, Db
from pomelo.base.ids import LeadId, StepId, TeamId
from pomelo.leads import ActivityType, Lead, LeadState
from tests import make

A = ActivityType
HOUR = timedelta(hours=1)
ONE, TWO = StepId("stp_one"), StepId("stp_two")


def fact(
    lead: Lead, what: A, step: StepId | None = ONE, *, hour: int = 0, bot: bool = False
) -> Fact:
    return Fact(
        team_id=lead.team_id,
        type=what,
        lead_id=lead.id,
        at=make.NOW + hour * HOUR,
        step_id=step,
        is_bot=bot,
    )


async def record(db: Db, *facts: Fact) -> list[Activity]:
    return [activity for activity in await activities.record(db, facts) if activity]


@pytest.fixture
async def lead(db: Db) -> Lead:
    return await make.lead(db, await make.campaign(db, (await make.team(db)).id))


async def again(db: Db, lead: Lead) -> Lead:
    return await leads.get(db, lead.team_id, lead.id)


async def test_a_fact_is_kept_and_moves_its_lead(db: Db, lead: Lead) -> None:
    kept = await record(db, fact(lead, A.EMAILS_SENT))

    assert [(one.type, one.is_first, one.reached) for one in kept] == [
        (A.EMAILS_SENT, True, LeadState.CONTACTED)
    ]
    after = await again(db, lead)
    assert (after.state, after.last_state) == (LeadState.CONTACTED, "emailsSent")
    assert await db.fetchval("SELECT contacted_at FROM leads") == make.NOW


async def test_facts_of_one_batch_take_effect_in_their_order(db: Db, lead: Lead) -> None:
    kept = await record(
        db,
        fact(lead, A.EMAILS_SENT),
        fact(lead, A.EMAILS_REPLIED, hour=1),
        fact(lead, A.EMAILS_OPENED, hour=2),
        fact(lead, A.EMAILS_OPENED, hour=3),
    )

    assert [one.reached for one in kept] == [LeadState.CONTACTED, LeadState.WARMED, None, None]
    assert [one.is_first for one in kept] == [True, True, True, False]
    assert [one.has_stopped for one in kept] == [False, True, False, False]
    after = await again(db, lead)
    assert (after.state, after.stopped_by) == (LeadState.WARMED, A.EMAILS_REPLIED)
    assert await db.fetchval("SELECT opened_count FROM leads") == 2


async def test_first_is_first_of_its_type_lead_and_step(db: Db, lead: Lead) -> None:
    await record(db, fact(lead, A.EMAILS_OPENED))

    kept = await record(
        db,
        fact(lead, A.EMAILS_OPENED),
        fact(lead, A.EMAILS_OPENED, TWO),
        fact(lead, A.EMAILS_CLICKED),
        fact(lead, A.PAUSED, None),
        fact(lead, A.PAUSED, None),
    )

    assert [one.is_first for one in kept] == [False, True, True, True, False]


async def test_a_machine_is_kept_and_moves_nothing(db: Db, lead: Lead) -> None:
    before = await again(db, lead)

    kept = await record(db, fact(lead, A.EMAILS_CLICKED, bot=True))

    assert [(one.is_bot, one.is_first, one.reached) for one in kept] == [(True, False, None)]
    assert await again(db, lead) == before


async def test_a_person_after_a_machine_is_first(db: Db, lead: Lead) -> None:
    await record(db, fact(lead, A.EMAILS_OPENED, bot=True))

    kept = await record(db, fact(lead, A.EMAILS_OPENED), fact(lead, A.EMAILS_OPENED, bot=True))

    assert [one.is_first for one in kept] == [True, False]


async def test_a_fact_about_a_lead_that_is_gone_is_dropped(db: Db, lead: Lead) -> None:
    gone = msgspec.structs.replace(fact(lead, A.EMAILS_OPENED), lead_id=LeadId("lea_gone"))
    theirs = msgspec.structs.replace(fact(lead, A.EMAILS_OPENED), team_id=TeamId("tea_other"))

    kept = await activities.record(db, [gone, fact(lead, A.EMAILS_SENT), theirs])

    assert [one is None for one in kept] == [True, False, True]
    assert await db.fetchval("SELECT count(*) FROM activities") == 1


async def test_nothing_told_is_nothing_done(db: Db) -> None:
    assert await activities.record(db, []) == []


async def test_the_senders_of_a_lead_is_kept_with_its_facts(db: Db, lead: Lead) -> None:
    await db.execute("UPDATE leads SET sender_id = 'usm_one'")

    kept = await record(db, fact(lead, A.EMAILS_OPENED))

    assert kept[0].sender_id == "usm_one"


async def test_a_sequence_that_was_over_is_not_stopped_again(db: Db, lead: Lead) -> None:
    await db.execute("UPDATE leads SET due_at = NULL")

    kept = await record(db, fact(lead, A.EMAILS_REPLIED))

    assert kept[0].has_stopped is False
    assert (await again(db, lead)).stopped_by is A.EMAILS_REPLIED


async def test_facts_of_many_teams_are_one_batch(db: Db, now: datetime) -> None:
    people = [
        await make.lead(db, await make.campaign(db, (await make.team(db)).id)) for _ in range(3)
    ]

    kept = await record(db, *(fact(lead, A.EMAILS_SENT) for lead in people))

    assert [one.lead_id for one in kept] == [lead.id for lead in people]
    assert await db.fetchval("SELECT count(*) FROM leads WHERE state = 'contacted'") == 3


async def test_as_many_statements_for_three_hundred_facts_as_for_one(db: Db) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    people = [await make.lead(db, campaign, f"p{n}@hooli.com") for n in range(30)]
    await record(db, fact(people[0], A.SCANNED))  # the driver learns our types
    ran: list[object] = []

    with db.query_logger(ran.append):
        for _ in range(10):
            await record(db, *(fact(lead, A.EMAILS_CLICKED) for lead in people for _ in range(10)))
        await asyncio.sleep(0)

    assert len(ran) == 10 * 5


async def test_one_of_many_at_once_is_first_and_none_is_lost(database: Database) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        campaign = await make.campaign(db, team.id)
        people = [await make.lead(db, campaign, f"p{n}@hooli.com") for n in range(5)]

    async def open_all(turn: int) -> list[Activity]:
        ordered = people if turn % 2 else people[::-1]
        async with database.transaction() as db:
            return await record(db, *(fact(lead, A.EMAILS_OPENED) for lead in ordered))

    rounds = await asyncio.gather(*(open_all(turn) for turn in range(30)))

    kept = [activity for some in rounds for activity in some]
    assert sum(one.is_first for one in kept) == 5
    assert sum(one.reached is not None for one in kept) == 5
    async with database.transaction() as db:
        assert await db.fetchval("SELECT sum(opened_count) FROM leads") == 150
