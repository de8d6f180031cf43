"""Unsubscribing reaches all campaigns, once; taking it back leaves what truly happened."""

import asyncio
from datetime import datetime

import pytest

from pomelo import activities, leads, unsubscribes
from pomelo.activities import Fact
from pomelo.base.addresses import parse, parse_value
from pomelo.base.db import Database, Db
from pomelo.base.ids import TeamId
from pomelo.campaigns import Campaign
from pomelo.leads import ActivityType, Lead, LeadState, NewLead, WaitsFor
from pomelo.unsubscribes import Source
from tests import make

A = ActivityType


@pytest.fixture
async def campaign(db: Db) -> Campaign:
    return await make.campaign(db, (await make.team(db)).id)


async def leave(db: Db, team: TeamId, *values: str, source: Source = Source.API) -> None:
    parsed = [parse_value(value) for value in values]
    await activities.unsubscribe(db, team, parsed, source=source, now=make.NOW)


async def again(db: Db, lead: Lead) -> Lead:
    return await leads.get(db, lead.team_id, lead.id)


async def bounce(db: Db, lead: Lead) -> None:
    fact = Fact(team_id=lead.team_id, type=A.EMAILS_BOUNCED, lead_id=lead.id, at=make.NOW)
    await activities.record(db, [fact])
    await activities.suppress_bounced(db, lead.team_id, lead.email, now=make.NOW)


async def test_a_person_is_unsubscribed_in_all_campaigns_of_the_team(
    db: Db, campaign: Campaign
) -> None:
    team = campaign.team_id
    mine = [
        await make.lead(db, campaign, "Richard@piedpiper.com"),
        await make.lead(db, await make.campaign(db, team), "richard+vc@piedpiper.com"),
    ]
    other = await make.lead(db, campaign, "dinesh@piedpiper.com")
    theirs = await make.lead(db, await make.campaign(db, (await make.team(db)).id))

    await leave(db, team, "richard@piedpiper.com")

    for lead in mine:
        after = await again(db, lead)
        assert (after.state, after.stopped_by) == (
            LeadState.EMAILS_UNSUBSCRIBED,
            A.EMAILS_UNSUBSCRIBED,
        )
    assert await again(db, other) == other
    assert await again(db, theirs) == theirs


async def test_unsubscribing_again_tells_nothing_new(db: Db, campaign: Campaign) -> None:
    lead = await make.lead(db, campaign)

    await leave(db, campaign.team_id, lead.email)
    await leave(db, campaign.team_id, lead.email, source=Source.LEAD)

    rows = await db.fetch("SELECT type, extra FROM activities")
    assert [dict(row) for row in rows] == [
        {
            "type": "emailsUnsubscribed",
            "extra": {"unsubscribedSource": "api", "userName": "api"},
        }
    ]


async def test_a_domain_unsubscribes_everybody_at_it(db: Db, campaign: Campaign) -> None:
    for email in ("a@hooli.com", "b@hooli.com", "c@nothooli.com"):
        await make.lead(db, campaign, email)

    await leave(db, campaign.team_id, "@hooli.com")

    rows = await db.fetch("SELECT email FROM leads WHERE state = 'emailsUnsubscribed'")
    assert {row["email"] for row in rows} == {"a@hooli.com", "b@hooli.com"}


async def test_an_unsubscribe_wins_over_a_reply_and_a_bounce(db: Db, campaign: Campaign) -> None:
    replied = await make.lead(db, campaign, "a@hooli.com", state=LeadState.WARMED)
    bounced = await make.lead(db, campaign, "b@hooli.com", state=LeadState.EMAILS_BOUNCED)

    await leave(db, campaign.team_id, "@hooli.com")

    assert (await again(db, replied)).state is LeadState.EMAILS_UNSUBSCRIBED
    assert (await again(db, bounced)).state is LeadState.EMAILS_UNSUBSCRIBED


async def test_a_bounce_holds_the_person_elsewhere_and_keeps_their_state(
    db: Db, campaign: Campaign
) -> None:
    bounced = await make.lead(db, campaign)
    other = await make.campaign(db, campaign.team_id)
    elsewhere = await make.lead(db, other, state=LeadState.HOOKED)

    await bounce(db, bounced)

    after = await again(db, elsewhere)
    assert (after.state, after.waits_for) == (LeadState.HOOKED, WaitsFor.SUPPRESSED)
    itself = await again(db, bounced)
    assert (itself.state, itself.waits_for) == (LeadState.EMAILS_BOUNCED, None)
    entry = await unsubscribes.find(db, campaign.team_id, bounced.address_key)
    assert entry is not None
    assert entry.source is Source.BOUNCED


async def test_an_unsubscribe_taken_back_restores_the_state_before(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    lead = await make.lead(db, campaign, state=LeadState.HOOKED)
    await leave(db, campaign.team_id, lead.email)

    removed = await activities.resubscribe(db, campaign.team_id, lead.address_key, now=now)

    assert removed is not None
    after = await again(db, lead)
    assert (after.state, after.stopped_by, after.due_at) == (LeadState.HOOKED, None, lead.due_at)


async def test_whoever_entered_unsubscribed_can_be_written_to_once_it_is_taken_back(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    await leave(db, campaign.team_id, "richard@piedpiper.com")
    lead = await make.lead(db, campaign)

    await activities.resubscribe(db, campaign.team_id, lead.address_key, now=now)

    after = await again(db, lead)
    assert (after.state, after.stopped_by) == (LeadState.IMPORTED, None)


async def test_taking_back_wakes_the_senders(db: Db, now: datetime) -> None:
    team = await make.team(db)
    campaign = await make.running_campaign(db, team.id, await make.sender(db, team.id))
    lead = await make.lead(db, campaign)
    await leave(db, team.id, lead.email)
    await db.execute("UPDATE campaign_senders SET next_at = 'infinity'")

    await activities.resubscribe(db, team.id, lead.address_key, now=now)

    assert await db.fetchval("SELECT next_at FROM campaign_senders") == now


async def test_another_entry_that_covers_a_person_keeps_them_unsubscribed(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    lead = await make.lead(db, campaign)
    await leave(db, campaign.team_id, "richard@piedpiper.com", "@piedpiper.com")

    await activities.resubscribe(db, campaign.team_id, "richard@piedpiper.com", now=now)

    assert (await again(db, lead)).state is LeadState.EMAILS_UNSUBSCRIBED


async def test_a_reply_still_stops_once_the_unsubscribe_is_taken_back(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    lead = await make.lead(db, campaign, state=LeadState.WARMED)
    await leave(db, campaign.team_id, lead.email)

    await activities.resubscribe(db, campaign.team_id, lead.address_key, now=now)

    after = await again(db, lead)
    assert (after.state, after.stopped_by) == (LeadState.WARMED, A.EMAILS_REPLIED)


async def test_an_address_that_works_again_frees_who_waited_but_not_who_bounced(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    bounced = await make.lead(db, campaign)
    elsewhere = await make.lead(db, await make.campaign(db, campaign.team_id))
    await bounce(db, bounced)
    entered = await make.lead(db, await make.campaign(db, campaign.team_id))

    await activities.resubscribe(db, campaign.team_id, bounced.address_key, now=now)

    assert entered.state is LeadState.EMAILS_BOUNCED
    assert (await again(db, elsewhere)).waits_for is None
    assert (await again(db, entered)).state is LeadState.IMPORTED
    assert (await again(db, entered)).stopped_by is None
    assert (await again(db, bounced)).state is LeadState.EMAILS_BOUNCED


async def test_who_unsubscribed_at_a_dead_address_waits_when_the_first_is_taken_back(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    bounced = await make.lead(db, campaign)
    elsewhere = await make.lead(db, await make.campaign(db, campaign.team_id))
    await bounce(db, bounced)
    await leave(db, campaign.team_id, "@piedpiper.com")

    await activities.resubscribe(db, campaign.team_id, "@piedpiper.com", now=now)

    after = await again(db, elsewhere)
    assert (after.state, after.waits_for) == (LeadState.IMPORTED, WaitsFor.SUPPRESSED)
    assert (await again(db, bounced)).state is LeadState.EMAILS_BOUNCED


async def test_what_is_not_on_the_list_is_not_taken_back(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    lead = await make.lead(db, campaign)

    assert await activities.resubscribe(db, campaign.team_id, lead.address_key, now=now) is None
    assert await again(db, lead) == lead


async def test_unsubscribing_many_reaches_all_of_them(db: Db, campaign: Campaign) -> None:
    people = [
        NewLead(campaign.team_id, campaign.id, parse(f"p{n}@hooli.com")) for n in range(2_100)
    ]
    await leads.add(db, people, now=make.NOW)
    await db.execute("ANALYZE leads, contacts")  # as PostgreSQL does by itself a moment later

    await leave(db, campaign.team_id, "@hooli.com")

    states = await db.fetch("SELECT state, count(*) FROM leads GROUP BY state")
    assert [tuple(row) for row in states] == [("emailsUnsubscribed", 2_100)]


async def test_opens_and_unsubscribes_at_once_end_unsubscribed(database: Database) -> None:
    async with database.transaction() as db:
        campaign = await make.campaign(db, (await make.team(db)).id)
        people = [await make.lead(db, campaign, f"p{n}@hooli.com") for n in range(10)]

    async def open_all(db: Db) -> None:
        facts = [
            Fact(team_id=lead.team_id, type=A.EMAILS_OPENED, lead_id=lead.id, at=make.NOW)
            for lead in reversed(people)
        ]
        await activities.record(db, facts)

    async def leave_all(db: Db) -> None:
        await leave(db, campaign.team_id, "@hooli.com")

    await asyncio.gather(
        *(database.retrying(act) for _ in range(10) for act in (open_all, leave_all))
    )

    async with database.transaction() as db:
        rows = await db.fetch("SELECT DISTINCT state, opened_count FROM leads")
        told = await db.fetchval(
            "SELECT count(*) FROM activities WHERE type = 'emailsUnsubscribed'"
        )
    assert [tuple(row) for row in rows] == [("emailsUnsubscribed", 10)]
    assert told == 10
