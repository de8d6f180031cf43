"""Adding leads: one row a person and campaign, each caller's own outcome, how they enter."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import pytest

from pomelo import campaigns, contacts, leads, unsubscribes
from pomelo.base.addresses import parse, parse_value
from pomelo.base.db import Db
from pomelo.base.errors import PomeloError
from pomelo.base.ids import CampaignId
from pomelo.campaigns import Campaign
from pomelo.leads import (
    ActivityType,
    AlreadyInCampaign,
    AlreadyInOtherCampaign,
    Lead,
    LeadState,
    NewLead,
    WaitsFor,
)
from pomelo.unsubscribes import Source
from tests import make

Outcome = Lead | PomeloError


def new(campaign: Campaign, email: str, *, deduplicate: bool = False) -> NewLead:
    return NewLead(campaign.team_id, campaign.id, parse(email), {}, deduplicate)


def kinds(outcomes: Sequence[Outcome]) -> list[type[Outcome]]:
    return [type(outcome) for outcome in outcomes]


async def test_a_lead_enters_imported_and_is_due_at_once(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    person = NewLead(
        campaign.team_id, campaign.id, parse("Richard@PiedPiper.com"), {"firstName": "Richard"}
    )

    added = (await leads.add(db, [person], now=now))[0]

    assert isinstance(added, Lead)
    assert added == await leads.get(db, campaign.team_id, added.id)
    assert added.email == "Richard@piedpiper.com"
    assert added.campaign_name == "Campaign1"
    assert added.variables == {"firstName": "Richard"}
    assert (added.state, added.due_at) == (LeadState.IMPORTED, now)
    assert (added.is_paused, added.stopped_by, added.waits_for) == (False, None, None)


async def test_the_person_behind_a_lead_is_made_once(db: Db, now: datetime) -> None:
    team = await make.team(db)
    one, two = await make.campaign(db, team.id), await make.campaign(db, team.id)

    added = await leads.add(db, [new(one, "a@hooli.com"), new(two, "A@hooli.com")], now=now)

    contact = await contacts.find_by_key(db, team.id, "a@hooli.com")
    assert contact is not None
    assert [lead.contact_id for lead in added if isinstance(lead, Lead)] == [contact.id] * 2


async def test_one_refused_row_leaves_its_neighbours_alone(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    unknown = NewLead(campaign.team_id, CampaignId("cam_none"), parse("b@hooli.com"))

    outcomes = await leads.add(
        db, [new(campaign, "a@hooli.com"), unknown, new(campaign, "c@hooli.com")], now=now
    )

    assert kinds(outcomes) == [Lead, campaigns.CampaignNotFound, Lead]


async def test_a_campaign_of_another_team_is_not_found(db: Db, now: datetime) -> None:
    mine, theirs = await make.team(db), await make.team(db)
    campaign = await make.campaign(db, theirs.id)

    outcomes = await leads.add(db, [NewLead(mine.id, campaign.id, parse("a@hooli.com"))], now=now)

    assert kinds(outcomes) == [campaigns.CampaignNotFound]


@pytest.mark.parametrize("deduplicate", [False, True])
async def test_a_lead_is_in_a_campaign_once(db: Db, now: datetime, deduplicate: bool) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    await make.lead(db, campaign, "a@hooli.com")

    outcomes = await leads.add(db, [new(campaign, "A@HOOLI.com", deduplicate=deduplicate)], now=now)

    assert kinds(outcomes) == [AlreadyInCampaign]


@pytest.mark.parametrize("deduplicate", [False, True])
async def test_of_two_equal_rows_of_a_batch_the_first_wins(
    db: Db, now: datetime, deduplicate: bool
) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    pair = [new(campaign, email, deduplicate=deduplicate) for email in ("a@x.com", "A@x.com")]

    outcomes = await leads.add(db, pair, now=now)

    assert kinds(outcomes) == [Lead, AlreadyInCampaign]


async def test_without_deduplicate_a_person_may_be_in_two_campaigns(db: Db, now: datetime) -> None:
    team = await make.team(db)
    one, two = await make.campaign(db, team.id), await make.campaign(db, team.id)
    await make.lead(db, one, "a@hooli.com")

    outcomes = await leads.add(db, [new(two, "a@hooli.com")], now=now)

    assert kinds(outcomes) == [Lead]


async def test_deduplicate_refuses_who_is_in_another_campaign(db: Db, now: datetime) -> None:
    team = await make.team(db)
    one, two = await make.campaign(db, team.id), await make.campaign(db, team.id)
    await make.lead(db, one, "a@hooli.com")

    outcomes = await leads.add(db, [new(two, "A@hooli.com", deduplicate=True)], now=now)

    assert kinds(outcomes) == [AlreadyInOtherCampaign]
    assert await leads.find_by_key(db, team.id, two.id, "a@hooli.com") is None


async def test_deduplicate_sees_the_rows_before_it_in_its_batch(db: Db, now: datetime) -> None:
    team = await make.team(db)
    one, two = await make.campaign(db, team.id), await make.campaign(db, team.id)

    outcomes = await leads.add(
        db, [new(one, "a@hooli.com"), new(two, "a@hooli.com", deduplicate=True)], now=now
    )

    assert kinds(outcomes) == [Lead, AlreadyInOtherCampaign]


async def test_deduplicate_does_not_look_into_other_teams(db: Db, now: datetime) -> None:
    theirs = await make.campaign(db, (await make.team(db)).id)
    mine = await make.campaign(db, (await make.team(db)).id)
    await make.lead(db, theirs, "a@hooli.com")

    outcomes = await leads.add(db, [new(mine, "a@hooli.com", deduplicate=True)], now=now)

    assert kinds(outcomes) == [Lead]


async def test_a_batch_may_be_of_several_teams(db: Db, now: datetime) -> None:
    one = await make.campaign(db, (await make.team(db)).id)
    two = await make.campaign(db, (await make.team(db)).id)

    outcomes = await leads.add(db, [new(one, "a@hooli.com"), new(two, "a@hooli.com")], now=now)

    assert [o.team_id for o in outcomes if isinstance(o, Lead)] == [one.team_id, two.team_id]


@pytest.mark.parametrize(
    ("entry", "source", "state", "stopped_by"),
    [
        (
            "a@hooli.com",
            Source.API,
            LeadState.EMAILS_UNSUBSCRIBED,
            ActivityType.EMAILS_UNSUBSCRIBED,
        ),
        (
            "@hooli.com",
            Source.USER,
            LeadState.EMAILS_UNSUBSCRIBED,
            ActivityType.EMAILS_UNSUBSCRIBED,
        ),
        ("a@hooli.com", Source.BOUNCED, LeadState.EMAILS_BOUNCED, ActivityType.EMAILS_BOUNCED),
    ],
)
async def test_a_suppressed_address_enters_in_the_state_that_says_so(
    db: Db, now: datetime, entry: str, source: Source, state: LeadState, stopped_by: ActivityType
) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    values = [parse_value(entry)]
    await unsubscribes.add(db, campaign.team_id, values, source=source, now=now)

    added = (await leads.add(db, [new(campaign, "A+tag@hooli.com")], now=now))[0]

    assert isinstance(added, Lead)
    assert (added.state, added.stopped_by) == (state, stopped_by)


async def test_of_a_batch_only_whom_the_own_list_names_is_suppressed(db: Db, now: datetime) -> None:
    one = await make.campaign(db, (await make.team(db)).id)
    two = await make.campaign(db, (await make.team(db)).id)
    await make.lead(db, one, "there@hooli.com")
    values = [parse_value("gone@hooli.com")]
    await unsubscribes.add(db, one.team_id, values, source=Source.USER, now=now)
    batch = [new(c, f"{name}@hooli.com") for c in (one, two) for name in ("a", "gone", "there")]

    outcomes = await leads.add(db, batch, now=now)

    states = [o.state if isinstance(o, Lead) else type(o) for o in outcomes]
    free, gone = LeadState.IMPORTED, LeadState.EMAILS_UNSUBSCRIBED
    assert states == [free, gone, AlreadyInCampaign, free, free, free]
    for outcome in outcomes:
        if isinstance(outcome, Lead):
            assert outcome == await leads.get(db, outcome.team_id, outcome.id)


async def test_unsubscribed_outranks_bounced_when_both_cover_a_lead(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    for entry, source in (("a@hooli.com", Source.BOUNCED), ("@hooli.com", Source.USER)):
        values = [parse_value(entry)]
        await unsubscribes.add(db, campaign.team_id, values, source=source, now=now)

    added = (await leads.add(db, [new(campaign, "a@hooli.com")], now=now))[0]

    assert isinstance(added, Lead)
    assert added.state is LeadState.EMAILS_UNSUBSCRIBED


async def test_without_auto_review_a_lead_waits_for_a_person(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id, auto_review=False)

    added = await make.lead(db, campaign)

    assert (added.state, added.waits_for) == (LeadState.IMPORTED, WaitsFor.REVIEW)


async def test_a_lead_wakes_the_senders_of_a_running_campaign(db: Db, now: datetime) -> None:
    team = await make.team(db)
    sender = await make.sender(db, team.id)
    running = await make.running_campaign(db, team.id, sender)
    await db.execute("UPDATE campaign_senders SET next_at = 'infinity'")

    await leads.add(db, [new(running, "a@hooli.com")], now=now)

    assert await db.fetchval("SELECT next_at FROM campaign_senders") == now


async def test_as_many_statements_for_five_hundred_as_for_one(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    everybody = [new(campaign, f"p{number}@hooli.com", deduplicate=True) for number in range(502)]
    await leads.add(db, everybody[:1], now=now)  # the driver learns our types

    one = await statements(db, everybody[1:2], now)
    many = await statements(db, everybody[2:], now)

    assert one == many
    assert len(many) == 4


async def statements(db: Db, people: Sequence[NewLead], now: datetime) -> list[str]:
    ran: list[str] = []
    with db.query_logger(lambda logged: ran.append(logged.query)):
        outcomes = await leads.add(db, people, now=now)
        await asyncio.sleep(0)  # the driver tells the last one a moment later
    assert set(kinds(outcomes)) == {Lead}
    return ran
