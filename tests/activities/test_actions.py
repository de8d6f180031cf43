"""What people do with leads: marks, pauses, review, mending, removal; and the list of it all."""

from datetime import datetime, timedelta

import pytest

from pomelo import activities, leads
from pomelo.activities import Fact, Filter
from pomelo.base.db import Db
from pomelo.base.ids import LeadId, StepId
from pomelo.campaigns import Campaign
from pomelo.leads import ActivityType, Lead, LeadState, WaitsFor
from tests import make

A = ActivityType
HOUR = timedelta(hours=1)


@pytest.fixture
async def campaign(db: Db) -> Campaign:
    return await make.campaign(db, (await make.team(db)).id)


async def again(db: Db, lead: Lead) -> Lead:
    return await leads.get(db, lead.team_id, lead.id)


async def told(db: Db) -> list[str]:
    return [row["type"] for row in await db.fetch("SELECT type FROM activities ORDER BY type")]


async def fail(db: Db, lead: Lead) -> None:
    fact = Fact(team_id=lead.team_id, type=A.EMAILS_FAILED, lead_id=lead.id, at=make.NOW)
    await activities.record(db, [fact])


@pytest.mark.parametrize(
    ("interested", "state", "stopped_by"),
    [
        (True, LeadState.INTERESTED, A.MANUAL_INTERESTED),
        (False, LeadState.NOT_INTERESTED, A.MANUAL_NOT_INTERESTED),
    ],
)
async def test_a_mark_sets_the_state_and_ends_the_sequence(
    db: Db, campaign: Campaign, now: datetime, interested: bool, state: LeadState, stopped_by: A
) -> None:
    lead = await make.lead(db, campaign)

    await activities.mark(db, lead.team_id, [lead.id], interested=interested, now=now)

    after = await again(db, lead)
    assert (after.state, after.stopped_by, after.is_paused) == (state, stopped_by, False)
    assert await db.fetchval("SELECT extra FROM activities") == {"userName": "api"}


@pytest.mark.parametrize(("interested", "stops"), [(True, False), (False, True)])
async def test_a_campaign_may_go_on_with_who_is_interested(
    db: Db, campaign: Campaign, now: datetime, interested: bool, stops: bool
) -> None:
    await db.execute("UPDATE campaigns SET stop_on_interested = false")
    lead = await make.lead(db, campaign)

    await activities.mark(db, lead.team_id, [lead.id], interested=interested, now=now)

    assert ((await again(db, lead)).stopped_by is not None) is stops


async def test_pausing_twice_is_told_once_and_resuming_too(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    lead = await make.lead(db, campaign)

    await activities.pause(db, lead.team_id, [lead.id], now=now)
    await activities.pause(db, lead.team_id, [lead.id], now=now)
    paused = await again(db, lead)
    await activities.resume(db, lead.team_id, [lead.id], now=now)
    await activities.resume(db, lead.team_id, [lead.id], now=now)

    assert (paused.is_paused, paused.state) == (True, lead.state)
    assert (await again(db, lead)).is_paused is False
    assert await told(db) == ["paused", "resumed"]


async def test_who_is_at_the_end_is_not_paused(db: Db, campaign: Campaign, now: datetime) -> None:
    lead = await make.lead(db, campaign)
    await activities.skip(db, lead.team_id, [lead.id], now=now)

    await activities.pause(db, lead.team_id, [lead.id], now=now)

    assert not (await again(db, lead)).is_paused
    assert await told(db) == ["skipped"]


async def test_resuming_wakes_the_senders(db: Db, now: datetime) -> None:
    team = await make.team(db)
    campaign = await make.running_campaign(db, team.id, await make.sender(db, team.id))
    lead = await make.lead(db, campaign)
    await activities.pause(db, team.id, [lead.id], now=now)
    await db.execute("UPDATE campaign_senders SET next_at = 'infinity'")

    await activities.resume(db, team.id, [lead.id], now=now)

    assert await db.fetchval("SELECT next_at FROM campaign_senders") == now


async def test_review_launches_who_waits_for_it(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id, auto_review=False)
    lead = await make.lead(db, campaign)

    await activities.review(db, lead.team_id, lead.id, now=now)

    after = await again(db, lead)
    assert (after.state, after.waits_for) == (LeadState.REVIEWED, None)
    with pytest.raises(leads.AlreadyLaunched):
        await activities.review(db, lead.team_id, lead.id, now=now)


async def test_review_refuses_who_is_paused_or_unknown(db: Db, now: datetime) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id, auto_review=False)
    lead = await make.lead(db, campaign)
    await activities.pause(db, lead.team_id, [lead.id], now=now)

    with pytest.raises(leads.LeadIsPaused):
        await activities.review(db, lead.team_id, lead.id, now=now)
    with pytest.raises(leads.LeadNotFound):
        await activities.review(db, lead.team_id, LeadId("lea_none"), now=now)
    assert (await again(db, lead)).waits_for is WaitsFor.REVIEW


async def test_who_was_skipped_can_be_launched_after_all(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    lead = await make.lead(db, campaign)
    await activities.skip(db, lead.team_id, [lead.id], now=now)
    skipped = await again(db, lead)

    await activities.review(db, lead.team_id, lead.id, now=now)

    assert (skipped.state, skipped.stopped_by) == (LeadState.SKIPPED, A.SKIPPED)
    after = await again(db, lead)
    assert (after.state, after.stopped_by) == (LeadState.REVIEWED, None)


async def test_who_ended_before_is_not_skipped(db: Db, campaign: Campaign, now: datetime) -> None:
    lead = await make.lead(db, campaign, state=LeadState.WARMED)

    await activities.skip(db, lead.team_id, [lead.id], now=now)

    assert await again(db, lead) == lead


async def test_a_mended_lead_goes_on_where_it_failed(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    lead = await make.lead(db, campaign, state=LeadState.HOOKED)
    await fail(db, lead)
    failed = await again(db, lead)
    later = now + HOUR

    await activities.mend(db, lead.team_id, [lead.id], now=later)

    assert (failed.state, failed.stopped_by) == (LeadState.EMAILS_BOUNCED, A.EMAILS_FAILED)
    after = await again(db, lead)
    assert (after.state, after.stopped_by, after.due_at) == (LeadState.HOOKED, None, later)


async def test_mending_leaves_alone_who_did_not_fail(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    bounced = await make.lead(db, campaign, state=LeadState.EMAILS_BOUNCED)

    await activities.mend(db, bounced.team_id, [bounced.id], now=now + HOUR)

    assert await again(db, bounced) == bounced


async def test_a_changed_step_mends_all_who_failed_in_its_campaign(
    db: Db, campaign: Campaign, now: datetime
) -> None:
    failed = await make.lead(db, campaign, "a@hooli.com")
    bounced = await make.lead(db, campaign, "b@hooli.com", state=LeadState.EMAILS_BOUNCED)
    elsewhere = await make.lead(db, await make.campaign(db, campaign.team_id), "a@hooli.com")
    for lead in (failed, elsewhere):
        await fail(db, lead)

    await activities.mend_campaign(db, campaign.team_id, campaign.id, now=now)

    states = [(await again(db, lead)).state for lead in (failed, bounced, elsewhere)]
    assert states == [LeadState.IMPORTED, LeadState.EMAILS_BOUNCED, LeadState.EMAILS_BOUNCED]


async def test_a_removed_lead_leaves_no_row(db: Db, campaign: Campaign) -> None:
    lead = await make.lead(db, campaign, state=LeadState.ATTRACTED)

    await activities.remove(db, lead.team_id, lead.id)

    for table in ("leads", "contacts", "activities", "unsubscribes", "removed_messages"):
        assert await db.fetchval(f"SELECT count(*) FROM {table}") == 0
    with pytest.raises(leads.LeadNotFound):
        await activities.remove(db, lead.team_id, lead.id)


async def test_removing_needs_the_leads_own_team(db: Db, campaign: Campaign) -> None:
    lead = await make.lead(db, campaign)
    stranger = await make.team(db)

    with pytest.raises(leads.LeadNotFound):
        await activities.remove(db, stranger.id, lead.id)
    assert await again(db, lead) == lead


@pytest.fixture
async def history(db: Db, campaign: Campaign) -> dict[str, Lead]:
    """Two leads: one sent, opened twice and replied; one sent in another campaign."""
    one = await make.lead(db, campaign, "one@hooli.com", variables={"firstName": "One"})
    two = await make.lead(db, await make.campaign(db, campaign.team_id), "two@hooli.com")
    facts = [
        (one, A.EMAILS_SENT, 0),
        (two, A.EMAILS_SENT, 1),
        (one, A.EMAILS_OPENED, 2),
        (one, A.EMAILS_OPENED, 3),
        (one, A.EMAILS_REPLIED, 4),
    ]
    await activities.record(
        db,
        [
            Fact(
                team_id=lead.team_id,
                type=what,
                lead_id=lead.id,
                at=make.NOW + hour * HOUR,
                step_id=StepId("stp_one"),
                sequence_step=0,
            )
            for lead, what, hour in facts
        ],
    )
    return {"one": one, "two": two}


async def hours(db: Db, team: Lead, asked: Filter, offset: int = 0, limit: int = 10) -> list[int]:
    """Which of the history is found, by its hour."""
    found = await activities.list_page(db, team.team_id, asked, offset=offset, limit=limit)
    return [(activity.created_at - make.NOW) // HOUR for activity in found]


async def test_activities_come_newest_first_and_by_pages(db: Db, history: dict[str, Lead]) -> None:
    assert await hours(db, history["one"], Filter()) == [4, 3, 2, 1, 0]
    assert await hours(db, history["one"], Filter(), offset=1, limit=2) == [3, 2]
    assert await hours(db, history["one"], Filter(), offset=9) == []


async def test_activities_are_filtered(db: Db, history: dict[str, Lead]) -> None:
    one, two = history["one"], history["two"]
    since, until = make.NOW + HOUR, make.NOW + 2 * HOUR
    cases = [
        (Filter(types=(A.EMAILS_OPENED,)), [3, 2]),
        (Filter(types=(A.EMAILS_SENT, A.EMAILS_REPLIED)), [4, 1, 0]),
        (Filter(reached=LeadState.HOOKED), [2]),
        (Filter(is_first=True), [4, 2, 1, 0]),
        (Filter(is_first=False), [3]),
        (Filter(campaign=two.campaign_id), [1]),
        (Filter(lead=one.id), [4, 3, 2, 0]),
        (Filter(lead=one.id, campaign=two.campaign_id), []),
        (Filter(since=since, until=until), [2, 1]),
        (Filter(lead=one.id, types=(A.EMAILS_OPENED,), is_first=True), [2]),
    ]

    for asked, expected in cases:
        assert await hours(db, one, asked) == expected


async def test_an_activity_shows_its_lead_and_campaign(
    db: Db, campaign: Campaign, history: dict[str, Lead]
) -> None:
    shown = (await activities.list_page(db, campaign.team_id, Filter(), offset=0, limit=1))[0]

    assert (shown.lead_email, shown.campaign_name) == ("one@hooli.com", "Campaign1")
    assert shown.lead_variables == {"firstName": "One"}
    assert (shown.reached, shown.has_stopped) == (LeadState.WARMED, True)
    assert (shown.template_id, shown.message_header, shown.sender_email) == (None, None, None)


async def test_another_team_sees_none_of_it(db: Db, history: dict[str, Lead]) -> None:
    stranger = await make.team(db)
    asked = Filter(lead=history["one"].id)

    assert await activities.list_page(db, stranger.id, asked, offset=0, limit=9) == []
