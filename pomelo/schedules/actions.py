"""What can be done with schedules. Whether a campaign needs one is the campaign's affair."""

from datetime import datetime

from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import ScheduleId, TeamId, UserId
from pomelo.schedules import store
from pomelo.schedules.errors import ScheduleNotFound
from pomelo.schedules.model import Schedule, ScheduleChanges, ScheduleValues
from pomelo.schedules.values import changed, checked


async def create(
    db: Db, team: TeamId, user: UserId, values: ScheduleValues, *, now: datetime
) -> Schedule:
    """Make a schedule.

    Args:
        db: The open transaction.
        team: Whose schedule.
        user: Who makes it.
        values: What it says.
        now: When it happens.

    Raises:
        ScheduleInvalid: Its name, gap or days off.
        TimeInvalid: A time of day.
        ZoneUnknown: Its zone.
        WindowInvalid: Hours or weekdays that never allow sending.
        HolidaysUnknown: The place whose holidays it keeps.
        HolidaysMissing: This installation knows no holidays.

    Source:
        API reference A22.
    """
    return await store.insert(db, team, ids.schedule(), user, checked(values), now=now)


async def get(db: Db, team: TeamId, schedule: ScheduleId) -> Schedule:
    """Get a schedule.

    Raises:
        ScheduleNotFound: The team has none of that id, or it was deleted.
    """
    found = await store.find(db, team, schedule)
    if found is None:
        raise ScheduleNotFound
    return found


async def lock(db: Db, team: TeamId, schedule: ScheduleId) -> Schedule:
    """Get a schedule and keep others from changing or deleting it meanwhile.

    Raises:
        ScheduleNotFound: The team has none of that id, or it was deleted.
    """
    found = await store.lock(db, team, schedule)
    if found is None:
        raise ScheduleNotFound
    return found


async def list_page(
    db: Db, team: TeamId, *, offset: int, limit: int, is_newest_first: bool = False
) -> tuple[list[Schedule], int]:
    """List some of a team's schedules.

    Args:
        db: The open transaction.
        team: Whose.
        offset: How many to pass over.
        limit: How many at most.
        is_newest_first: The order; oldest first if not.

    Returns:
        The page, and how many schedules there are in all.
    """
    order = store.list_newest if is_newest_first else store.list_oldest
    return await order(db, team, offset=offset, limit=limit), await store.count(db, team)


async def change(db: Db, team: TeamId, schedule: ScheduleId, changes: ScheduleChanges) -> Schedule:
    """Change a schedule; what is not named stays.

    Campaigns that use it are told by `campaigns.reconsider`.

    Raises:
        ScheduleNotFound: The team has none of that id.
        ScheduleInvalid: Its name, gap or days off.
        TimeInvalid: A time of day.
        ZoneUnknown: Its zone.
        WindowInvalid: Hours or weekdays that never allow sending.
        HolidaysUnknown: The place whose holidays it keeps.
        HolidaysMissing: This installation knows no holidays.

    Source:
        API reference A24.
    """
    was = await lock(db, team, schedule)
    return await store.update(db, team, schedule, checked(changed(was, changes)))


async def delete(
    db: Db, team: TeamId, schedule: ScheduleId, user: UserId, *, now: datetime
) -> None:
    """Delete a schedule; its row stays, for campaigns that were sent by it.

    Only for a schedule that no campaign uses: `campaigns.delete_schedule` sees to that.

    Raises:
        ScheduleNotFound: The team has none of that id.
    """
    if not await store.delete(db, team, schedule, user, now=now):
        raise ScheduleNotFound
