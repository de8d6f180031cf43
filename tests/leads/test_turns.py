"""The queue: whose turn it is, who gets which lead, and what an old fence may not do."""

import asyncio
from datetime import datetime, timedelta

import pytest

from pomelo import leads
from pomelo.base.db import Database, Db
from pomelo.base.ids import SenderId, TeamId
from pomelo.campaigns import Campaign
from pomelo.leads import Claimed, Hold, Lead, Want
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


async def test_a_due_lead_is_claimed_once_until_its_lease_is_over(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    lead = await make.lead(db, campaign)

    first = await claim(db, want(campaign))
    second = await claim(db, want(campaign))
    third = await claim(db, want(campaign), at=now + LEASE)

    assert [(one.id, one.sender_id, one.fence) for one in first] == [(lead.id, S1, 1)]
    assert second == []
    assert [one.fence for one in third] == [2]


async def test_a_claim_leaves_the_due_moment_and_the_sender_alone(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    lead = await make.lead(db, campaign)

    await claim(db, want(campaign))

    after = await leads.get(db, lead.team_id, lead.id)
    assert (after.due_at, after.sender_id) == (lead.due_at, None)


@pytest.mark.parametrize(
    "held",
    [
        "is_paused = true",
        "stopped_by = 'emailsReplied'",
        "waits_for = 'uncertain'",
        "due_at = NULL",
        "due_at = due_at + interval '1 second'",
    ],
)
async def test_what_is_held_back_is_not_claimed(db: Db, campaign: Campaign, held: str) -> None:
    await make.lead(db, campaign)
    await db.execute(f"UPDATE leads SET {held}")

    assert await claim(db, want(campaign)) == []


async def test_a_senders_own_leads_go_first_then_those_without_one(
    db: Db, campaign: Campaign
) -> None:
    fresh = [await make.lead(db, campaign, f"fresh{n}@hooli.com") for n in range(3)]
    mine = await make.lead(db, campaign, "mine@hooli.com")
    theirs = await make.lead(db, campaign, "theirs@hooli.com")
    await own(db, mine, S1)
    await own(db, theirs, S2)

    claimed = await claim(db, want(campaign, S1, amount=2))

    found = {one.id for one in claimed}
    assert mine.id in found
    assert len(found) == 2
    assert len(found & {lead.id for lead in fresh}) == 1


async def test_those_due_longest_go_first(db: Db, campaign: Campaign, now: datetime) -> None:
    people = [await make.lead(db, campaign, f"p{n}@hooli.com") for n in range(4)]
    for age, lead in enumerate(people):
        await db.execute(
            "UPDATE leads SET due_at = $1 WHERE id = $2", now - timedelta(hours=age), lead.id
        )

    claimed = await claim(db, want(campaign, amount=2))

    assert [one.id for one in claimed] == [people[3].id, people[2].id]


async def test_leads_without_a_sender_are_dealt_in_turns(db: Db, campaign: Campaign) -> None:
    for number in range(5):
        await make.lead(db, campaign, f"p{number}@hooli.com")

    claimed = await claim(db, want(campaign, S1, amount=2), want(campaign, S2, amount=10))

    assert len({one.id for one in claimed}) == 5
    assert [one.sender_id for one in claimed] == [S1, S2, S1, S2, S2]


async def test_who_has_more_left_of_the_day_gets_more_of_the_new_leads(
    db: Db, campaign: Campaign
) -> None:
    for number in range(6):
        await make.lead(db, campaign, f"p{number}@hooli.com")

    claimed = await claim(
        db,
        Want(campaign.team_id, campaign.id, S1, 10, left=3),
        Want(campaign.team_id, campaign.id, S2, 10, left=5),
    )

    assert [one.sender_id for one in claimed] == [S2, S2, S1, S2, S1, S2]


async def test_one_claim_serves_many_campaigns_and_teams(db: Db) -> None:
    campaigns = [await make.campaign(db, (await make.team(db)).id) for _ in range(3)]
    for campaign in campaigns:
        await make.lead(db, campaign)

    claimed = await claim(db, *(want(campaign) for campaign in campaigns))

    assert {one.campaign_id for one in claimed} == {campaign.id for campaign in campaigns}


async def test_a_watermark_leaves_out_what_was_due_before_it(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    await make.lead(db, campaign)
    since = now + timedelta(microseconds=1)

    later = Want(campaign.team_id, campaign.id, S1, 10, since=since)

    assert await claim(db, later, at=now + LEASE) == []
    assert len(await claim(db, want(campaign), at=now + LEASE)) == 1


async def test_two_workers_never_get_the_same_lead(database: Database) -> None:
    async with database.transaction() as db:
        campaign = await make.campaign(db, (await make.team(db)).id)
        for number in range(40):
            await make.lead(db, campaign, f"p{number}@hooli.com")

    async def work() -> list[Claimed]:
        async with database.transaction() as db:
            return await claim(db, want(campaign, S1, amount=4), want(campaign, S2, amount=4))

    rounds = await asyncio.gather(*(work() for _ in range(8)))

    found = [one.id for claimed in rounds for one in claimed]
    assert len(found) == len(set(found))
    assert len(found) == 40


async def test_the_next_due_moment_is_the_senders_own_or_anybodys(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    hour = timedelta(hours=1)
    for email, sender, due in (
        ("a@hooli.com", S1, now + hour),
        ("b@hooli.com", None, now + 2 * hour),
        ("c@hooli.com", S2, now - hour),
    ):
        lead = await make.lead(db, campaign, email)
        await db.execute(
            "UPDATE leads SET sender_id = $1, due_at = $2 WHERE id = $3", sender, due, lead.id
        )
    s3 = SenderId("usm_three")
    rows = [(campaign.team_id, campaign.id, sender) for sender in (S1, S2, s3)]

    found = await leads.next_due(db, rows, now=now)

    assert found == {rows[0]: now + hour, rows[1]: now - hour, rows[2]: now + 2 * hour}


async def test_nothing_is_next_where_nothing_waits(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    await make.lead(db, campaign)
    await claim(db, want(campaign))
    rows = [(campaign.team_id, campaign.id, S1), (TeamId("tea_none"), campaign.id, S1)]

    assert await leads.next_due(db, rows, now=now) == {}
    assert await leads.next_due(db, rows, now=now + LEASE) == {rows[0]: now}


@pytest.mark.parametrize(("place", "by", "expected"), [(1, 1, [0, 1, 3]), (1, -1, [0, 1, 1])])
async def test_a_step_added_or_deleted_shifts_those_beyond_it(
    db: Db, campaign: Campaign, place: int, by: int, expected: list[int]
) -> None:
    for position in range(3):
        lead = await make.lead(db, campaign, f"p{position}@hooli.com")
        await db.execute("UPDATE leads SET step_position = $1 WHERE id = $2", position, lead.id)

    await leads.shift_positions(db, campaign.team_id, campaign.id, None, place, by=by)

    rows = await db.fetch("SELECT step_position FROM leads ORDER BY email")
    assert [row["step_position"] for row in rows] == expected


async def test_a_lead_whose_person_is_away_is_not_claimed_before_they_are_back(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    lead = await make.lead(db, campaign)
    back_at = now + timedelta(days=6)

    await leads.wait_until_back(db, lead.team_id, lead.id, back_at)
    await leads.wait_until_back(db, lead.team_id, lead.id, now)

    assert await claim(db, want(campaign), at=back_at - LEASE) == []
    assert [one.id for one in await claim(db, want(campaign), at=back_at)] == [lead.id]


async def test_a_sender_that_takes_no_new_leads_gets_its_own_and_leaves_those_to_others(
    db: Db, campaign: Campaign
) -> None:
    mine, *others = [await make.lead(db, campaign, f"p{n}@hooli.com") for n in range(4)]
    await own(db, mine, S1)
    braked = Want(campaign.team_id, campaign.id, S1, 10, takes_new=False)

    alone = await claim(db, braked)
    both = await claim(db, braked, want(campaign, S2), at=make.NOW + LEASE)

    assert [one.id for one in alone] == [mine.id]
    assert {one.id for one in both if one.sender_id == S1} == {mine.id}
    assert {one.id for one in both if one.sender_id == S2} == {one.id for one in others}


async def test_new_leads_are_not_next_for_a_sender_that_takes_none(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    await make.lead(db, campaign)
    rows = [(campaign.team_id, campaign.id, sender) for sender in (S1, S2)]

    found = await leads.next_due(db, rows, without_new=[S1], now=now)

    assert found == {rows[1]: now}
