"""Time as a person reads it off the wall, minute by minute, to hold the quick way against."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from pomelo.schedules.windows import Window

DAY = timedelta(days=1)


@cache
def days_of_change(zone: str) -> list[datetime]:
    """List the days, 2008 to 2028, before whose end the clocks of a zone are changed."""
    days = [datetime(2008, 1, 1, tzinfo=UTC) + timedelta(days=n) for n in range(365 * 20)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    changes = [day for day, a, b in zip(days, offsets, offsets[1:], strict=False) if a != b]
    return changes or days[:1]


def naively_open(opened: list[Window], at: datetime) -> bool:
    """Look at the clock on the wall, as a person would."""
    for each in opened:
        wall = at.astimezone(ZoneInfo(each.timezone))
        start = each.start.hour * 60 + each.start.minute
        end = each.end.hour * 60 + each.end.minute or 24 * 60
        if wall.date() in each.days_off:
            continue
        if wall.isoweekday() in each.weekdays and start <= wall.hour * 60 + wall.minute < end:
            return True
    return False


def day_after(at: datetime, days: int, zone: str, weekdays: frozenset[int]) -> datetime:
    """Tear so many allowed days off the calendar; gives the last one, as the wall shows it."""
    wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    while days > 0:
        wall += DAY
        days -= wall.isoweekday() in weekdays
    return wall
