"""Schedules in the database: one function a query."""

from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import ScheduleId, TeamId, UserId
from pomelo.base.sql import load
from pomelo.schedules.model import Schedule, ScheduleValues

QUERIES: Final = load(__package__ or "")


async def insert(
    db: Db,
    team: TeamId,
    schedule: ScheduleId,
    user: UserId,
    values: ScheduleValues,
    *,
    now: datetime,
) -> Schedule:
    """Insert a schedule."""
    return await QUERIES["insert"].one(
        db, Schedule, team_id=team, id=schedule, created_by=user, now=now, **_columns(values)
    )


async def find(db: Db, team: TeamId, schedule: ScheduleId) -> Schedule | None:
    """Find a schedule that was not deleted."""
    return await QUERIES["find"].row(db, Schedule, team_id=team, id=schedule)


async def list_oldest(db: Db, team: TeamId, *, offset: int, limit: int) -> list[Schedule]:
    """List a page of schedules, oldest first."""
    return await QUERIES["list_oldest"].rows(db, Schedule, team_id=team, skip=offset, amount=limit)


async def list_newest(db: Db, team: TeamId, *, offset: int, limit: int) -> list[Schedule]:
    """List a page of schedules, newest first."""
    return await QUERIES["list_newest"].rows(db, Schedule, team_id=team, skip=offset, amount=limit)


async def count(db: Db, team: TeamId) -> int:
    """Count a team's schedules."""
    return await QUERIES["count"].one(db, int, team_id=team)


async def lock(db: Db, team: TeamId, schedule: ScheduleId) -> Schedule | None:
    """Find a schedule and keep others from changing it."""
    return await QUERIES["lock"].row(db, Schedule, team_id=team, id=schedule)


async def update(db: Db, team: TeamId, schedule: ScheduleId, values: ScheduleValues) -> Schedule:
    """Write all values of a schedule that is locked."""
    return await QUERIES["update"].one(db, Schedule, team_id=team, id=schedule, **_columns(values))


async def delete(
    db: Db, team: TeamId, schedule: ScheduleId, user: UserId, *, now: datetime
) -> bool:
    """Mark a schedule as deleted; gives whether there was one."""
    touched = await QUERIES["delete"].run(db, team_id=team, id=schedule, deleted_by=user, now=now)
    return touched == 1


def _columns(values: ScheduleValues) -> dict[str, object]:
    return {
        "name": values.name,
        "seconds_to_wait": values.seconds_to_wait,
        "timezone": values.timezone,
        "start_time": values.start_time,
        "end_time": values.end_time,
        "weekdays": list(values.weekdays),
        "is_public": values.is_public,
        "days_off": list(values.days_off),
        "holidays": values.holidays,
    }
