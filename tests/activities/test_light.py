"""Facts that need no decision do what a decision would do, and machines' hold up nobody."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from pomelo import activities, leads
from pomelo.activities import Activity, Fact
from pomelo.base.db import Database, Db
from pomelo.base.ids import StepId
from pomelo.leads import ActivityType, Lead, LeadState, NextStep
from tests import make

A = ActivityType
ONE, TWO = StepId("stp_one"), StepId("stp_two")
MINUTE = timedelta(minutes=1)


def opening(lead: Lead, step: StepId = ONE, *, minute: int = 0, bot: bool = False) -> Fact:
    return Fact(
        team_id=lead.team_id,
        type=A.EMAILS_OPENED,
        lead_id=lead.id,
        at=make.NOW + minute * MINUTE,
        step_id=step,
        is_bot=bot,
    )


async def record(db: Db, *facts: Fact) -> list[Activity]:
    return [activity for activity in await activities.record(db, facts) if activity]


async def made(db: Db, state: LeadState = LeadState.IMPORTED) -> Lead:
    return await make.lead(db, await make.campaign(db, (await make.team(db)).id), state=state)


@pytest.mark.parametrize("state", LeadState)
async def test_an_open_does_to_a_lead_in_any_state_what_is_decided(
    db: Db, state: LeadState
) -> None:
    lead = await made(db, state)
    (was,) = await leads.lock(db, [(lead.team_id, lead.id)])
    early, late = opening(lead), opening(lead, minute=5)
    decided = leads.moved(leads.moved(was, late.type, late.at), early.type, early.at)

    kept = await record(db, late, early)

    assert await leads.lock(db, [(lead.team_id, lead.id)]) == [decided]
    reached = decided.state if decided.state is not was.state else None
    assert [one.reached for one in kept] == [reached, None]
    assert {one.has_stopped for one in kept} == {False}


def sending(lead: Lead, step: StepId = ONE) -> tuple[Fact, NextStep]:
    fact = Fact(
        team_id=lead.team_id, type=A.EMAILS_SENT, lead_id=lead.id, at=make.NOW, step_id=step
    )
    return fact, NextStep(lead.team_id, lead.id, 0, None, None, lead.due_at)


async def record_sent(db: Db, *sent: tuple[Fact, NextStep]) -> list[Activity]:
    before = {one.id for one in await kept_of(db)}
    facts, nexts = [fact for fact, _ in sent], [following for _, following in sent]
    await activities.record_sent(db, facts, nexts, at=make.NOW)
    return [one for one in await kept_of(db) if one.id not in before]


async def kept_of(db: Db) -> list[Activity]:
    found = await db.fetch("SELECT * FROM activities")
    return msgspec.convert([dict(row) for row in found], list[Activity])


@pytest.mark.parametrize("state", LeadState)
async def test_a_mail_that_was_sent_does_to_a_lead_in_any_state_what_is_decided(
    db: Db, state: LeadState
) -> None:
    lead = await made(db, state)
    (was,) = await leads.lock(db, [(lead.team_id, lead.id)])
    decided = leads.moved(was, A.EMAILS_SENT, make.NOW)

    (kept,) = await record_sent(db, sending(lead))

    assert await leads.lock(db, [(lead.team_id, lead.id)]) == [decided]
    assert kept.reached == (decided.state if decided.state is not was.state else None)
    assert (kept.is_first, kept.has_stopped) == (True, False)


async def test_a_mail_is_the_first_of_its_step_once(db: Db) -> None:
    lead = await made(db)

    rounds = [await record_sent(db, sending(lead, step)) for step in (ONE, ONE, TWO)]

    assert [one.is_first for kept in rounds for one in kept] == [True, False, True]


async def test_of_a_lead_that_somebody_else_has_claimed_nothing_is_kept(db: Db) -> None:
    lead, other = await made(db), await made(db)
    await db.execute("UPDATE leads SET fence = 1 WHERE id = $1", lead.id)

    kept = await record_sent(db, sending(lead), sending(other))

    assert [one.lead_id for one in kept] == [other.id]


async def test_an_open_is_the_first_of_its_step_once(db: Db) -> None:
    lead = await made(db)

    kept = await record(db, opening(lead), opening(lead), opening(lead, bot=True))
    later = await record(db, opening(lead), opening(lead, TWO), opening(lead, TWO))

    assert [one.is_first for one in kept + later] == [True, False, False, False, True, False]


async def test_of_many_opens_at_once_of_a_later_step_one_is_first(database: Database) -> None:
    async with database.transaction() as db:
        lead = await made(db)
        await record(db, opening(lead))

    async def open_again() -> list[Activity]:
        async with database.transaction() as db:
            return await record(db, opening(lead, TWO))

    rounds = await asyncio.gather(*(open_again() for _ in range(20)))

    assert sum(one.is_first for kept in rounds for one in kept) == 1
    async with database.transaction() as db:
        assert await db.fetchval("SELECT opened_count FROM leads") == 21


async def test_a_machine_waits_for_nobody_who_decides_about_its_lead(database: Database) -> None:
    async with database.transaction() as db:
        lead = await made(db)

    async with database.transaction() as busy, asyncio.timeout(4):
        await leads.lock(busy, [(lead.team_id, lead.id)])
        async with database.transaction() as db:
            kept = await record(db, opening(lead, bot=True))

    assert [one.is_bot for one in kept] == [True]


async def test_of_leads_that_are_gone_nothing_is_kept(db: Db) -> None:
    lead = await made(db)
    await activities.remove(db, lead.team_id, lead.id)
    other = await made(db)

    kept = await activities.record(
        db, [opening(lead), opening(lead, bot=True), opening(other), opening(other, bot=True)]
    )

    assert [one and one.lead_id for one in kept] == [None, None, other.id, other.id]


async def test_opens_are_written_in_three_statements_at_most(db: Db) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    people = [await make.lead(db, campaign, f"p{n}@hooli.com") for n in range(30)]
    await record(db, opening(people[0]))  # the driver learns our types
    ran: list[object] = []

    with db.query_logger(ran.append):
        for _ in range(10):
            await record(db, *(opening(lead) for lead in people for _ in range(10)))
        await asyncio.sleep(0)

    assert len(ran) == 10 * 3
