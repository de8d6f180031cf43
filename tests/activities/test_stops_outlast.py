"""A stop that was answered holds, whatever had stopped the lead before and is taken back."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import pytest

from pomelo import activities, leads
from pomelo.activities import Fact
from pomelo.base.addresses import parse
from pomelo.base.db import Db
from pomelo.campaigns import Campaign
from pomelo.leads import ActivityType, Lead, LeadState
from pomelo.unsubscribes import Source
from tests import make
from tests.activities.test_actions import fail

A = ActivityType
MINUTE = timedelta(minutes=1)
LATER = make.NOW + 60 * MINUTE
Act = Callable[[Db, Lead], Awaitable[object]]


@pytest.fixture
async def campaign(db: Db) -> Campaign:
    return await make.campaign(db, (await make.team(db)).id)


async def mend(db: Db, lead: Lead) -> None:
    await activities.mend(db, lead.team_id, [lead.id], now=LATER)


async def leave(db: Db, lead: Lead) -> None:
    values = [parse(lead.email)]
    await activities.unsubscribe(db, lead.team_id, values, source=Source.USER, now=make.NOW)


async def come_back(db: Db, lead: Lead) -> None:
    await activities.resubscribe(db, lead.team_id, lead.address_key, now=LATER)


UNDONE = pytest.mark.parametrize(("stop", "undo"), [(fail, mend), (leave, come_back)])


@UNDONE
async def test_who_was_skipped_meanwhile_stays_skipped(
    db: Db, campaign: Campaign, now: datetime, stop: Act, undo: Act
) -> None:
    lead = await make.lead(db, campaign)
    await stop(db, lead)
    await activities.skip(db, lead.team_id, [lead.id], now=now)
    await activities.skip(db, lead.team_id, [lead.id], now=now)

    await undo(db, lead)

    assert (await leads.get(db, lead.team_id, lead.id)).stopped_by is A.SKIPPED
    assert await db.fetchval("SELECT count(*) FROM activities WHERE type = 'skipped'") == 1


@UNDONE
async def test_what_is_taken_back_is_not_the_last_that_happened(
    db: Db, campaign: Campaign, stop: Act, undo: Act
) -> None:
    lead = await make.lead(db, campaign)
    for at, happened, is_bot in (
        (make.NOW - 3 * MINUTE, A.EMAILS_SENT, False),
        (make.NOW - 2 * MINUTE, A.EMAILS_OPENED, False),
        (make.NOW - MINUTE, A.EMAILS_CLICKED, True),
    ):
        fact = Fact(team_id=lead.team_id, type=happened, lead_id=lead.id, at=at, is_bot=is_bot)
        await activities.record(db, [fact])
    await stop(db, lead)

    await undo(db, lead)

    after = await leads.get(db, lead.team_id, lead.id)
    assert (after.state, after.last_state) == (LeadState.HOOKED, A.EMAILS_OPENED)


@UNDONE
async def test_who_was_paused_meanwhile_stays_paused(
    db: Db, campaign: Campaign, now: datetime, stop: Act, undo: Act
) -> None:
    lead = await make.lead(db, campaign)
    await stop(db, lead)
    await activities.pause(db, lead.team_id, [lead.id], now=now)

    await undo(db, lead)

    after = await leads.get(db, lead.team_id, lead.id)
    assert (after.stopped_by, after.is_paused) == (None, True)


@pytest.mark.parametrize(
    "stopped_by", [A.EMAILS_CLICKED, A.COMPANY_STOPPED, A.EMAILS_BOUNCED, A.API_FAILED]
)
async def test_a_skip_is_kept_beside_every_stop_that_may_be_taken_back(
    db: Db, campaign: Campaign, now: datetime, stopped_by: A
) -> None:
    lead = await make.lead(db, campaign)
    await db.execute("UPDATE leads SET stopped_by = $1", stopped_by)

    await activities.skip(db, lead.team_id, [lead.id], now=now)

    kept = await db.fetchrow("SELECT stopped_by, skipped_at FROM leads")
    assert kept
    assert tuple(kept) == (stopped_by, now)
