"""A campaign is made, changed, started and paused."""

import asyncio
from datetime import datetime, timedelta

import pytest

from pomelo import campaigns, senders, sequences
from pomelo.base.db import Database, Db
from pomelo.base.ids import SenderId
from pomelo.campaigns import (
    AlreadyRunning,
    CampaignArchived,
    CampaignChanges,
    CampaignInvalid,
    CampaignNotFound,
    CampaignState,
    LastSender,
    NewCampaign,
    NextLook,
    NotRunning,
    SenderMissing,
)
from pomelo.schedules import ZoneUnknown
from tests import make
from tests.postgres import IMPATIENT, until_somebody_waits_for_a_lock


async def next_ats(db: Db) -> list[str]:
    rows = await db.fetch("SELECT next_at::text AS at FROM campaign_senders ORDER BY sender_id")
    return [row["at"] for row in rows]


async def test_a_new_campaign_is_a_paused_draft_with_hours_of_its_own(
    db: Db, now: datetime
) -> None:
    team, user = await make.team_and_user(db)
    new = NewCampaign(" Campaign1 ", labels=("a", " a", "b"), timezone="America/New_York")

    campaign = await campaigns.create(db, team.id, user.id, new, now=now)

    assert (campaign.name, campaign.labels) == ("Campaign1", ("a", "b"))
    assert (campaign.state, campaign.started_at) == (CampaignState.PAUSED, None)
    assert campaign.auto_review
    schedules = await campaigns.schedules_of(db, team.id, campaign.id)
    assert [(one.name, one.timezone) for one in schedules] == [
        ("Default schedule", "America/New_York")
    ]


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 201, "a\nb", "a\r\nX-Evil: 1", "a\x7f", "a\x9bb", "a\u2028b"]
)
async def test_a_name_of_one_line_is_needed(db: Db, now: datetime, name: str) -> None:
    team, user = await make.team_and_user(db)

    with pytest.raises(CampaignInvalid):
        await campaigns.create(db, team.id, user.id, NewCampaign(name), now=now)


@pytest.mark.parametrize("label", ["", "a\nb", "x" * 201])
async def test_a_label_is_one_line_too(db: Db, now: datetime, label: str) -> None:
    team, user = await make.team_and_user(db)

    with pytest.raises(CampaignInvalid):
        await campaigns.create(db, team.id, user.id, NewCampaign("a", labels=(label,)), now=now)


async def test_a_strange_time_zone_is_refused(db: Db) -> None:
    team = await make.team(db)
    campaign = await make.campaign(db, team.id)

    with pytest.raises(ZoneUnknown):
        await campaigns.change(db, team.id, campaign.id, CampaignChanges(timezone="Moon"))


async def test_what_is_not_named_stays(db: Db) -> None:
    team = await make.team(db)
    campaign = await make.campaign(db, team.id)
    first = CampaignChanges(stop_on_clicked=True, other_settings={"a": 1, "b": [2]})
    await campaigns.change(db, team.id, campaign.id, first)

    changed = await campaigns.change(
        db, team.id, campaign.id, CampaignChanges(name="New", other_settings={"a": 3})
    )

    assert (changed.name, changed.stop_on_clicked, changed.stop_on_replied) == ("New", True, True)
    assert changed.other_settings == {"a": 3, "b": [2]}
    assert changed == await campaigns.get(db, team.id, campaign.id)


async def test_a_campaign_without_sender_does_not_start(db: Db, now: datetime) -> None:
    team = await make.team(db)
    campaign = await make.campaign(db, team.id)

    with pytest.raises(SenderMissing):
        await campaigns.start(db, team.id, campaign.id, now=now)


async def test_a_campaign_whose_only_mailbox_was_deleted_does_not_start(
    db: Db, now: datetime
) -> None:
    team = await make.team(db)
    sender = await make.sender(db, team.id)
    campaign = await make.campaign(db, team.id)
    await campaigns.set_senders(db, team.id, campaign.id, [sender.id], now=now)
    await senders.delete(db, team.id, sender.id, now=now)

    with pytest.raises(SenderMissing):
        await campaigns.start(db, team.id, campaign.id, now=now)


async def test_a_start_lets_senders_look_for_work(db: Db, now: datetime) -> None:
    team = await make.team(db)
    sender = await make.sender(db, team.id)
    await db.execute("UPDATE senders SET next_at = 'infinity'")
    later = now + timedelta(hours=1)
    campaign = await make.campaign(db, team.id)
    await campaigns.set_senders(db, team.id, campaign.id, [sender.id], now=now)
    assert await next_ats(db) == ["infinity"]

    started = await campaigns.start(db, team.id, campaign.id, now=later)

    assert (started.state, started.started_at) == (CampaignState.RUNNING, later)
    assert await campaigns.next_of_senders(db, [(team.id, sender.id)]) == {
        (team.id, sender.id): later
    }
    assert (await senders.get(db, team.id, sender.id)).next_at == later


async def test_a_second_start_and_a_second_pause_are_refused(db: Db, now: datetime) -> None:
    team = await make.team(db)
    sender = await make.sender(db, team.id)
    campaign = await make.running_campaign(db, team.id, sender)

    with pytest.raises(AlreadyRunning):
        await campaigns.start(db, team.id, campaign.id, now=now)
    await campaigns.pause(db, team.id, campaign.id)
    with pytest.raises(NotRunning):
        await campaigns.pause(db, team.id, campaign.id)


async def test_a_restart_keeps_the_first_start(db: Db, now: datetime) -> None:
    team = await make.team(db)
    campaign = await make.running_campaign(db, team.id, await make.sender(db, team.id))

    await campaigns.pause(db, team.id, campaign.id)
    again = await campaigns.start(db, team.id, campaign.id, now=now + timedelta(days=1))

    assert again.started_at == campaign.started_at == now


async def test_a_pause_holds_every_sender(db: Db) -> None:
    team = await make.team(db)
    campaign = await make.running_campaign(db, team.id, await make.sender(db, team.id))

    paused = await campaigns.pause(db, team.id, campaign.id)

    assert paused.state is CampaignState.PAUSED
    assert await next_ats(db) == ["infinity"]


async def test_archiving_pauses_and_an_archived_campaign_does_not_start(
    db: Db, now: datetime
) -> None:
    team = await make.team(db)
    campaign = await make.running_campaign(db, team.id, await make.sender(db, team.id))

    archived = await campaigns.change(db, team.id, campaign.id, CampaignChanges(is_archived=True))

    assert archived.state is CampaignState.PAUSED
    assert await next_ats(db) == ["infinity"]
    with pytest.raises(CampaignArchived):
        await campaigns.start(db, team.id, campaign.id, now=now)


async def test_another_teams_campaign_is_not_found(db: Db, now: datetime) -> None:
    mine, theirs = await make.team(db), await make.team(db, "Hooli")
    campaign = await make.running_campaign(db, theirs.id, await make.sender(db, theirs.id))

    for verb in (
        campaigns.get(db, mine.id, campaign.id),
        campaigns.pause(db, mine.id, campaign.id),
        campaigns.start(db, mine.id, campaign.id, now=now),
        campaigns.change(db, mine.id, campaign.id, CampaignChanges(name="Mine")),
        campaigns.set_senders(db, mine.id, campaign.id, [], now=now),
        campaigns.schedules_of(db, mine.id, campaign.id),
    ):
        with pytest.raises(CampaignNotFound):
            await verb
    assert (await campaigns.get(db, theirs.id, campaign.id)).state is CampaignState.RUNNING


async def test_senders_are_replaced(db: Db, now: datetime) -> None:
    team = await make.team(db)
    first, second = await make.sender(db, team.id), await make.sender(db, team.id, "b@x.example")
    campaign = await make.running_campaign(db, team.id, first)

    removed = await campaigns.set_senders(db, team.id, campaign.id, [second.id], now=now)

    assert removed == [first.id]
    listed = await campaigns.list_senders(db, team.id, campaign.id)
    assert [(one.id, one.email) for one in listed] == [(second.id, "b@x.example")]
    assert (team.id, second.id) in await campaigns.next_of_senders(db, [(team.id, second.id)])


async def test_senders_are_replaced_while_one_of_them_rests_after_a_mail(
    database: Database, now: datetime
) -> None:
    async with database.transaction() as db:
        team = (await make.team(db)).id
        first, second = await make.sender(db, team), await make.sender(db, team, "b@x.example")
        campaign = await make.running_campaign(db, team, first)

    async def replace() -> list[SenderId]:
        async with database.transaction() as db:
            return await campaigns.set_senders(db, team, campaign.id, [second.id], now=now)

    async with database.transaction() as db:  # as its worker does
        await db.execute(IMPATIENT)
        await senders.rest(db, [(team, first.id, now)])
        replacing = asyncio.create_task(replace())
        await until_somebody_waits_for_a_lock(database)
        await campaigns.set_next(db, [NextLook(team, campaign.id, first.id, now)])

    assert await replacing == [first.id]


async def test_another_teams_mailbox_is_never_taken(db: Db, now: datetime) -> None:
    mine, theirs = await make.team(db), await make.team(db, "Hooli")
    sender = await make.sender(db, theirs.id)
    campaign = await make.campaign(db, mine.id)

    await campaigns.set_senders(db, mine.id, campaign.id, [sender.id], now=now)

    assert await campaigns.list_senders(db, mine.id, campaign.id) == []


async def test_a_running_campaign_keeps_a_sender(db: Db, now: datetime) -> None:
    team = await make.team(db)
    campaign = await make.running_campaign(db, team.id, await make.sender(db, team.id))

    with pytest.raises(LastSender):
        await campaigns.set_senders(db, team.id, campaign.id, [], now=now)


async def test_a_pause_waits_for_a_mail_being_decided_and_comes_before_the_next(
    database: Database, now: datetime
) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        campaign = await make.running_campaign(db, team.id, await make.sender(db, team.id))

    async def pause() -> None:
        async with database.transaction() as other:
            await campaigns.pause(other, team.id, campaign.id)

    async with database.transaction() as db:
        state = await db.fetchval("SELECT state FROM campaigns FOR SHARE")
        pausing = asyncio.create_task(pause())
        await asyncio.wait([pausing], timeout=0.1)
        is_waiting = not pausing.done()
    await pausing

    assert (state, is_waiting) == ("running", True)
    async with database.transaction() as db:
        assert (await campaigns.get(db, team.id, campaign.id)).state is CampaignState.PAUSED


async def test_of_two_starts_at_once_one_is_refused(database: Database, now: datetime) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        campaign = await make.running_campaign(db, team.id, await make.sender(db, team.id))
        await campaigns.pause(db, team.id, campaign.id)

    async def start() -> None:
        async with database.transaction() as db:
            await sequences.start_campaign(db, team.id, campaign.id, now=now)

    outcomes = await asyncio.gather(start(), start(), return_exceptions=True)

    assert [type(one) for one in outcomes if one] == [AlreadyRunning]
