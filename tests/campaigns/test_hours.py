"""A campaign always has hours."""

import asyncio
from datetime import datetime, timedelta

import pytest

from pomelo import campaigns, schedules
from pomelo.base.db import Database, Db
from pomelo.base.ids import ScheduleId
from pomelo.campaigns import CampaignNotFound, NextLook, ScheduleInUse
from pomelo.schedules import ScheduleChanges, ScheduleNotFound, ScheduleValues
from tests import make


async def test_the_only_schedule_of_a_campaign_is_not_deleted(db: Db, now: datetime) -> None:
    team, user = await make.team_and_user(db)
    campaign = await make.campaign(db, team.id, "Outbound")
    (only,) = await campaigns.schedules_of(db, team.id, campaign.id)

    with pytest.raises(ScheduleInUse, match=r"“Outbound”.*attach another"):
        await campaigns.delete_schedule(db, team.id, only.id, user.id, now=now)

    assert await schedules.get(db, team.id, only.id) == only


async def test_a_schedule_is_deleted_once_the_campaign_has_another(db: Db, now: datetime) -> None:
    team, user = await make.team_and_user(db)
    campaign = await make.campaign(db, team.id)
    (first,) = await campaigns.schedules_of(db, team.id, campaign.id)
    other = await make.schedule(db, team.id)
    await campaigns.attach_schedule(db, team.id, campaign.id, other.id, now=now)

    await campaigns.delete_schedule(db, team.id, first.id, user.id, now=now)

    assert await campaigns.schedules_of(db, team.id, campaign.id) == [other]
    assert await campaigns.schedule_ids_of(db, team.id, [campaign.id]) == {campaign.id: (other.id,)}


async def test_of_two_schedules_deleted_at_once_one_stays(
    database: Database, now: datetime
) -> None:
    async with database.transaction() as db:
        team, user = await make.team_and_user(db)
        campaign = await make.campaign(db, team.id)
        other = await make.schedule(db, team.id)
        await campaigns.attach_schedule(db, team.id, campaign.id, other.id, now=now)
        both = await campaigns.schedules_of(db, team.id, campaign.id)

    async def delete(schedule: ScheduleId) -> None:
        async with database.transaction() as db:
            await campaigns.delete_schedule(db, team.id, schedule, user.id, now=now)

    outcomes = await asyncio.gather(*(delete(one.id) for one in both), return_exceptions=True)

    assert [type(one) for one in outcomes if one] == [ScheduleInUse]
    async with database.transaction() as db:
        assert len(await campaigns.schedules_of(db, team.id, campaign.id)) == 1


async def test_attaching_twice_changes_nothing(db: Db, now: datetime) -> None:
    team = await make.team(db)
    campaign = await make.campaign(db, team.id)
    other = await make.schedule(db, team.id)

    for _ in range(2):
        await campaigns.attach_schedule(db, team.id, campaign.id, other.id, now=now)

    assert len(await campaigns.schedules_of(db, team.id, campaign.id)) == 2


async def test_only_what_is_the_teams_own_is_attached(db: Db, now: datetime) -> None:
    mine, theirs = await make.team(db), await make.team(db, "Hooli")
    campaign, schedule = await make.campaign(db, mine.id), await make.schedule(db, theirs.id)

    with pytest.raises(ScheduleNotFound):
        await campaigns.attach_schedule(db, mine.id, campaign.id, schedule.id, now=now)
    with pytest.raises(CampaignNotFound):
        await campaigns.attach_schedule(db, theirs.id, campaign.id, schedule.id, now=now)


async def test_new_hours_are_looked_at_at_once(db: Db, now: datetime) -> None:
    team = await make.team(db)
    sender = await make.sender(db, team.id)
    campaign = await make.running_campaign(db, team.id, sender)
    (schedule,) = await campaigns.schedules_of(db, team.id, campaign.id)
    monday = NextLook(team.id, campaign.id, sender.id, now + timedelta(days=6))
    await campaigns.set_next(db, [monday])

    await campaigns.change_schedule(
        db, team.id, schedule.id, ScheduleChanges(weekdays=(1, 2, 3, 4, 5, 6, 7)), now=now
    )

    assert await campaigns.next_of_senders(db, [(team.id, sender.id)]) == {
        (team.id, sender.id): now
    }


async def test_of_several_schedules_all_hours_and_the_longest_gap_count(
    db: Db, now: datetime
) -> None:
    team = await make.team(db)
    sender = await make.sender(db, team.id)
    campaign = await make.running_campaign(db, team.id, sender)
    weekend = ScheduleValues(weekdays=(6, 7), seconds_to_wait=1800, end_time="00:00")
    other = await make.schedule(db, team.id, weekend)
    await campaigns.attach_schedule(db, team.id, campaign.id, other.id, now=now)

    (row,) = await campaigns.ready_rows(db, [(team.id, sender.id)], now=now)

    assert row.seconds_to_wait == 1800
    assert {window.weekdays for window in row.windows} == {
        frozenset({1, 2, 3, 4, 5}),
        frozenset({6, 7}),
    }
    assert schedules.window_of(other) in row.windows
