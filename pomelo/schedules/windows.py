"""When sending is allowed: hours of the day on days of the week, as a zone's clocks show them.

A window is open whenever the wall clock there shows a time inside it, also on the days when
the clocks are changed, unless that day is off; delays count days on the same wall.
"""

import math
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from pomelo.base.errors import Invalid
from pomelo.schedules.holidays import is_holiday

DAY: Final = timedelta(days=1)
HORIZON: Final = timedelta(days=366)
WEEK: Final = frozenset(range(1, 8))
MIDNIGHT: Final = time(0)
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class ZoneUnknown(Invalid):
    """This time zone is not known; use a name of the IANA database such as Europe/Paris."""


class TimeInvalid(Invalid):
    """This is not a time of day; write it as HH:mm, for example 09:00."""


class WindowInvalid(Invalid):
    """These hours never allow sending; let them end after they start, on at least one weekday."""


class Window(msgspec.Struct, frozen=True):
    """Hours in which sending is allowed.

    Attributes:
        timezone: Name of an IANA zone; the times are what its clocks show.
        start: The first minute inside.
        end: The first minute after; 00:00 is midnight at the day's end.
        weekdays: 1 = Monday … 7 = Sunday.
        days_off: Days of the zone's calendar on which it stays shut.
        holidays: Where it also does on public holidays (`FR`, `DE-BY`); empty = nowhere.
    """

    timezone: str
    start: time
    end: time
    weekdays: frozenset[int]
    days_off: frozenset[date] = frozenset()
    holidays: str = ""


def parse_time(text: str) -> time:
    """Read `HH:mm`; `24:00` is midnight, as `00:00` is.

    Raises:
        TimeInvalid: It is not a time of day.
    """
    if text == "24:00":
        return MIDNIGHT
    if not _TIME.fullmatch(text):
        raise TimeInvalid
    return time.fromisoformat(text)


@lru_cache(maxsize=1024)
def parse_zone(name: str) -> ZoneInfo:
    """Find a time zone.

    Raises:
        ZoneUnknown: No such zone; nothing outside the IANA database is looked at, so a name is
            known on every machine or on none.
    """
    if name not in _zone_names():
        raise ZoneUnknown
    return ZoneInfo(name)


def check(window: Window) -> None:
    """Refuse hours that would never be open, or that run over midnight.

    Night hours are two windows, until and from midnight: else nobody could tell which
    weekday the hours after midnight belong to.

    Raises:
        ZoneUnknown: Its zone.
        WindowInvalid: It ends at or before its start, or has no weekday of 1 to 7.
    """
    parse_zone(window.timezone)
    if not window.weekdays or not window.weekdays <= WEEK:
        raise WindowInvalid("Choose at least one weekday, 1 for Monday to 7 for Sunday.")
    if window.end != MIDNIGHT and window.end <= window.start:
        raise WindowInvalid(
            f"The hours end at {window.end:%H:%M}, not after their start at {window.start:%H:%M}; "
            "to send at night, make one schedule until 00:00 and another one from 00:00."
        )


def is_open(windows: Sequence[Window], at: datetime) -> bool:
    """Tell whether sending is allowed at an instant; without windows it always is."""
    return not windows or any(_holds(window, _wall(window, at)) for window in windows)


def next_moment(windows: Sequence[Window], at: datetime) -> datetime | None:
    """Find the first instant, not before `at`, when sending is allowed.

    Args:
        windows: Any of them is enough; none means always.
        at: The earliest instant.

    Returns:
        `at` itself when it is inside; else an opening, in UTC; nothing when there is none in
        366 days.
    """
    if not windows:
        return at
    moments = [_next_inside(window, at.astimezone(UTC)) for window in windows]
    return min((moment for moment in moments if moment is not None), default=None)


def next_common(groups: Iterable[Sequence[Window]], at: datetime) -> datetime | None:
    """Find the first instant, not before `at`, when each of several groups of windows is open.

    Args:
        groups: Of each any window is enough; one without windows is always open.
        at: The earliest instant.

    Returns:
        As `next_moment`; nothing when they are not open together in 366 days.
    """
    wanted, moment, last = list(groups), at, at + HORIZON
    while moment <= last:
        opens = [next_moment(windows, moment) for windows in wanted]
        found = [one for one in opens if one is not None]
        if len(found) < len(opens):
            return None
        if all(one == moment for one in found):
            return moment
        moment = max(found)
    return None


def is_kept_shut(windows: Sequence[Window], at: datetime) -> bool:
    """Tell whether it is days off or holidays, not only the hours, that sending waits for."""
    every_day = [
        msgspec.structs.replace(window, days_off=frozenset(), holidays="") for window in windows
    ]
    return next_moment(windows, at) != next_moment(every_day, at)


def add_days(at: datetime, days: int, timezone: str, weekdays: frozenset[int]) -> datetime:
    """Move an instant by a delay of whole days, of which only allowed weekdays count.

    The wall clock shows the same time at the end. A time that the clocks skip that night
    moves forward by what they skip; of one that they show twice, the first is meant.

    Args:
        at: Where the delay begins.
        days: How many; 0 or less moves nothing.
        timezone: The zone whose days are counted.
        weekdays: Those that count, 1 = Monday … 7 = Sunday; none means all.

    Returns:
        The instant, in UTC; its weekday is an allowed one unless nothing was moved.
    """
    if days <= 0:
        return at
    allowed = weekdays & WEEK or WEEK
    zone = parse_zone(timezone)
    weeks, rest = divmod(days - 1, len(allowed))
    wall = at.astimezone(zone).replace(tzinfo=None) + weeks * 7 * DAY
    for _ in range(rest + 1):
        wall += DAY
        while wall.isoweekday() not in allowed:
            wall += DAY
    # With fold=0 a skipped time has the offset from before the gap: in UTC it exists, later.
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


@cache
def _zone_names() -> frozenset[str]:
    listed = files("tzdata").joinpath("zones").read_text("utf-8").split()
    return frozenset(listed) - {"Factory"}


def _wall(window: Window, at: datetime) -> datetime:
    return at.astimezone(parse_zone(window.timezone))


def _holds(window: Window, wall: datetime) -> bool:
    if wall.isoweekday() not in window.weekdays or _is_off(window, wall.date()):
        return False
    shown = wall.time()
    return window.start <= shown and (shown < window.end or window.end == MIDNIGHT)


def _is_off(window: Window, day: date) -> bool:
    return day in window.days_off or (bool(window.holidays) and is_holiday(window.holidays, day))


def _next_inside(window: Window, at: datetime) -> datetime | None:
    moment = at
    while moment <= at + HORIZON:
        wall = _wall(window, moment)
        if _holds(window, wall):
            return moment
        moment = _walk(window, moment, _until(window.start, wall))
    return None


def _until(shown: time, wall: datetime) -> timedelta:
    """Give how far the wall clock has to go to show a time, more than 0 and a day at most."""
    target = wall.replace(
        hour=shown.hour, minute=shown.minute, second=0, microsecond=0, tzinfo=None
    )
    distance = target - wall.replace(tzinfo=None)
    return distance if distance > timedelta(0) else distance + DAY


def _walk(window: Window, moment: datetime, span: timedelta) -> datetime:
    """Go on by a span of at most a day, but never past a change of the clocks."""
    zone = parse_zone(window.timezone)
    before = moment.astimezone(zone).utcoffset()
    if (moment + span).astimezone(zone).utcoffset() == before:
        return moment + span
    # Clocks change on a full second: halve the span until the first one after is found.
    base = moment.replace(microsecond=0)
    low, high = 0, math.ceil((moment + span - base).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (base + timedelta(seconds=middle)).astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return base + timedelta(seconds=high)
