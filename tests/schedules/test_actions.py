"""Schedules come, change and go; none is seen by another team."""

from datetime import datetime, timedelta

import pytest

from pomelo import schedules
from pomelo.base.db import Db
from pomelo.schedules import (
    ScheduleChanges,
    ScheduleNotFound,
    ScheduleValues,
    WindowInvalid,
)
from tests import make


async def test_what_is_not_named_stays(db: Db) -> None:
    team = await make.team(db)
    schedule = await make.schedule(db, team.id)

    changed = await schedules.change(db, team.id, schedule.id, ScheduleChanges(end_time="12:30"))

    assert (changed.start_time, changed.end_time) == ("09:00", "12:30")
    assert changed.weekdays == (1, 2, 3, 4, 5)
    assert changed == await schedules.get(db, team.id, schedule.id)


async def test_a_change_is_checked_with_what_stays(db: Db) -> None:
    team = await make.team(db)
    schedule = await make.schedule(db, team.id)

    with pytest.raises(WindowInvalid):
        await schedules.change(db, team.id, schedule.id, ScheduleChanges(start_time="19:00"))


async def test_a_deleted_schedule_is_not_found_but_kept(db: Db, now: datetime) -> None:
    team, user = await make.team_and_user(db)
    schedule = await make.schedule(db, team.id)

    await schedules.delete(db, team.id, schedule.id, user.id, now=now)

    with pytest.raises(ScheduleNotFound):
        await schedules.get(db, team.id, schedule.id)
    with pytest.raises(ScheduleNotFound):
        await schedules.delete(db, team.id, schedule.id, user.id, now=now)
    assert await schedules.list_page(db, team.id, offset=0, limit=10) == ([], 0)
    kept = await db.fetchrow("SELECT deleted_at, deleted_by FROM schedules")
    assert kept is not None
    assert tuple(kept) == (now, user.id)


async def test_another_teams_schedule_is_not_found(db: Db) -> None:
    mine, theirs = await make.team(db), await make.team(db, "Hooli")
    schedule = await make.schedule(db, theirs.id)

    with pytest.raises(ScheduleNotFound):
        await schedules.get(db, mine.id, schedule.id)
    with pytest.raises(ScheduleNotFound):
        await schedules.change(db, mine.id, schedule.id, ScheduleChanges(name="Mine"))


async def test_a_page_goes_from_either_end(db: Db, now: datetime) -> None:
    team, user = await make.team_and_user(db)
    for day in range(3):
        values = ScheduleValues(name=str(day))
        await schedules.create(db, team.id, user.id, values, now=now + timedelta(days=day))

    oldest, total = await schedules.list_page(db, team.id, offset=1, limit=1)
    newest, _ = await schedules.list_page(db, team.id, offset=0, limit=2, is_newest_first=True)

    assert [one.name for one in oldest] == ["1"]
    assert [one.name for one in newest] == ["2", "1"]
    assert total == 3


async def test_the_window_says_what_the_schedule_says(db: Db) -> None:
    team = await make.team(db)
    values = ScheduleValues(timezone="America/New_York", end_time="00:00", weekdays=(6, 7))

    window = schedules.window_of(await make.schedule(db, team.id, values))

    assert window.timezone == "America/New_York"
    assert (window.start.hour, window.end.hour) == (9, 0)
    assert window.weekdays == {6, 7}
