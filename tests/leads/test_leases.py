"""What ends a claim, what lets a lead wait, and what an old fence may not do."""

from datetime import datetime, timedelta

import pytest

from pomelo import leads
from pomelo.base.db import Db
from pomelo.base.ids import SenderId
from pomelo.campaigns import Campaign
from pomelo.leads import Claimed, Hold, Lead, NextStep, WaitsFor, Want
from tests import make

LEASE = timedelta(seconds=60)
S1, S2 = SenderId("usm_one"), SenderId("usm_two")


def want(campaign: Campaign, sender: SenderId = S1, amount: int = 10) -> Want:
    return Want(campaign.team_id, campaign.id, sender, amount)


async def claim(db: Db, *wants: Want, at: datetime = make.NOW) -> list[Claimed]:
    return await leads.claim_due(db, wants, now=at, until=at + LEASE)


async def own(db: Db, lead: Lead, sender: SenderId) -> None:
    await db.execute("UPDATE leads SET sender_id = $1 WHERE id = $2", sender, lead.id)


def hold(claimed: Claimed) -> Hold:
    return Hold(claimed.team_id, claimed.id, claimed.fence)


@pytest.fixture
async def campaign(db: Db) -> Campaign:
    return await make.campaign(db, (await make.team(db)).id)


async def test_the_next_step_keeps_the_sender_that_wrote_first(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    first, second = [(await make.step(db, campaign)).id for _ in range(2)]
    lead = await make.lead(db, campaign)
    claimed = (await claim(db, want(campaign, S1)))[0]
    later = now + timedelta(days=1)

    kept = await leads.schedule_next(
        db, [NextStep(lead.team_id, lead.id, claimed.fence, S1, first, later)]
    )
    again = (await claim(db, want(campaign, S1), at=later))[0]
    await leads.schedule_next(db, [NextStep(lead.team_id, lead.id, again.fence, S2, second, None)])

    assert [one.id for one in kept] == [claimed.id]
    after = await leads.get(db, lead.team_id, lead.id)
    assert (after.sender_id, after.step_position, after.due_at) == (S1, 2, None)


async def test_an_old_fence_changes_nothing(db: Db, campaign: Campaign, now: datetime) -> None:
    lead = await make.lead(db, campaign)
    stale = hold((await claim(db, want(campaign)))[0])
    await claim(db, want(campaign), at=now + LEASE)
    before = await db.fetchrow("SELECT * FROM leads")

    outcomes = [
        await leads.renew(db, [stale], until=now + 9 * LEASE),
        await leads.free(db, [stale]),
        await leads.park(db, [(stale, WaitsFor.UNCERTAIN)]),
        await leads.wait_until(db, [(stale, now + LEASE)]),
        await leads.schedule_next(
            db, [NextStep(lead.team_id, lead.id, stale.fence, S1, None, None)]
        ),
    ]

    assert outcomes == [[], [], [], [], []]
    assert await db.fetchrow("SELECT * FROM leads") == before


async def test_a_freed_lead_is_due_again_at_once(db: Db, campaign: Campaign) -> None:
    await make.lead(db, campaign)
    claimed = await claim(db, want(campaign))

    freed = await leads.free(db, claimed)

    assert freed == [hold(claimed[0])]
    assert len(await claim(db, want(campaign))) == 1


async def test_a_renewed_lease_lasts_longer(db: Db, campaign: Campaign, now: datetime) -> None:
    await make.lead(db, campaign)
    claimed = await claim(db, want(campaign))

    await leads.renew(db, claimed, until=now + 2 * LEASE)

    assert await claim(db, want(campaign), at=now + LEASE) == []
    assert len(await claim(db, want(campaign), at=now + 2 * LEASE)) == 1


async def test_a_lead_that_waits_for_a_moment_is_due_then(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    await make.lead(db, campaign)
    claimed = (await claim(db, want(campaign)))[0]

    await leads.wait_until(db, [(hold(claimed), now + LEASE)])

    assert await claim(db, want(campaign), at=now + LEASE / 2) == []
    assert len(await claim(db, want(campaign), at=now + LEASE)) == 1


async def test_a_parked_lead_goes_on_with_its_event_alone(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    lead = await make.lead(db, campaign)
    claimed = (await claim(db, want(campaign)))[0]
    await leads.park(db, [(hold(claimed), WaitsFor.REHEARSAL)])

    other = await leads.unpark(db, lead.team_id, [lead.id], WaitsFor.SENDER, now=now)
    parked = await claim(db, want(campaign))
    event = await leads.unpark(db, lead.team_id, [lead.id], WaitsFor.REHEARSAL, now=now)

    assert (other, parked, event) == ([], [], [campaign.id])
    assert len(await claim(db, want(campaign))) == 1


async def test_when_rehearsal_ends_everybody_goes_on(db: Db, campaign: Campaign) -> None:
    await make.lead(db, campaign)
    claimed = (await claim(db, want(campaign)))[0]
    await leads.park(db, [(hold(claimed), WaitsFor.REHEARSAL)])

    woken = await leads.unpark_all(db, WaitsFor.REHEARSAL)

    assert woken == {campaign.team_id: [campaign.id]}


async def test_a_doubt_holds_a_lead_that_waits_for_something_else(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    lead = await make.lead(db, campaign)
    await leads.hold_for(db, lead.team_id, [lead.id], WaitsFor.SUPPRESSED, now=now)

    await leads.hold_for(db, lead.team_id, [lead.id], WaitsFor.UNCERTAIN, now=now)
    await leads.hold_for(db, lead.team_id, [lead.id], WaitsFor.SUPPRESSED, now=now)

    assert (await leads.get(db, lead.team_id, lead.id)).waits_for is WaitsFor.UNCERTAIN


async def test_renewing_brings_no_lease_back_that_was_ended(db: Db, campaign: Campaign) -> None:
    await make.lead(db, campaign)
    claimed = await claim(db, want(campaign))
    await leads.free(db, claimed)

    await leads.renew(db, claimed, until=make.NOW + LEASE)

    assert len(await claim(db, want(campaign))) == 1


async def test_renewing_shortens_no_lease(db: Db, campaign: Campaign, now: datetime) -> None:
    """One of a rehearsal lasts until the next try."""
    await make.lead(db, campaign)
    claimed = await claim(db, want(campaign))
    await leads.renew(db, claimed, until=now + 9 * LEASE)

    await leads.renew(db, claimed, until=now + LEASE)

    assert await claim(db, want(campaign), at=now + 2 * LEASE) == []


async def test_a_lead_that_has_a_sender_keeps_it(db: Db, campaign: Campaign) -> None:
    one = await make.sender(db, campaign.team_id, "one@piedpiper.example")
    two = await make.sender(db, campaign.team_id, "two@piedpiper.example")
    lead = await make.lead(db, campaign)

    await leads.keep_sender(db, campaign.team_id, lead.id, one.id)
    await leads.keep_sender(db, campaign.team_id, lead.id, two.id)

    assert (await leads.get(db, campaign.team_id, lead.id)).sender_id == one.id
