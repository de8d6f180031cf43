"""What a schedule may say: the one check, for a new one and for a changed one."""

from typing import Final

import msgspec

from pomelo.schedules.errors import ScheduleInvalid
from pomelo.schedules.holidays import check_region
from pomelo.schedules.model import Schedule, ScheduleChanges, ScheduleValues
from pomelo.schedules.windows import Window, check, parse_time

NAME_LIMIT: Final = 200
WAIT_LIMIT: Final = 7 * 86_400
DAYS_OFF_LIMIT: Final = 200


def checked(values: ScheduleValues) -> ScheduleValues:
    """Check a schedule's values and write them in one way.

    Returns:
        The same with a trimmed name, `HH:mm` times, each weekday and day off once, in order.

    Raises:
        ScheduleInvalid: The name, the gap or the number of days off.
        TimeInvalid: A time of day.
        ZoneUnknown: The zone.
        WindowInvalid: Hours or weekdays that never allow sending.
        HolidaysUnknown: The place whose holidays are kept.
        HolidaysMissing: This installation knows no holidays.
    """
    name = values.name.strip()
    if not 0 < len(name) <= NAME_LIMIT:
        raise ScheduleInvalid(f"Give the schedule a name of 1 to {NAME_LIMIT} characters.")
    if not 0 <= values.seconds_to_wait <= WAIT_LIMIT:
        raise ScheduleInvalid(f"secondsToWait is from 0 to {WAIT_LIMIT} (a week) seconds.")
    if len(values.days_off) > DAYS_OFF_LIMIT:
        raise ScheduleInvalid(f"List at most {DAYS_OFF_LIMIT} daysOff; leave out those gone by.")
    window = window_of(msgspec.structs.replace(values, holidays=values.holidays.strip().upper()))
    check(window)
    if window.holidays:
        check_region(window.holidays)
    return msgspec.structs.replace(
        values,
        name=name,
        start_time=f"{window.start:%H:%M}",
        end_time=f"{window.end:%H:%M}",
        weekdays=tuple(sorted(window.weekdays)),
        days_off=tuple(sorted(window.days_off)),
        holidays=window.holidays,
    )


def changed(schedule: Schedule, changes: ScheduleChanges) -> ScheduleValues:
    """Give what a schedule would say after some changes."""
    fields = ScheduleValues.__struct_fields__
    now = {name: getattr(schedule, name) for name in fields}
    new = {name: getattr(changes, name) for name in fields}
    return ScheduleValues(
        **{name: now[name] if new[name] is None else new[name] for name in fields}
    )


def window_of(schedule: Schedule | ScheduleValues) -> Window:
    """Give the hours in which a schedule allows sending.

    Raises:
        TimeInvalid: A time of day, of values not checked yet.
    """
    return Window(
        timezone=schedule.timezone,
        start=parse_time(schedule.start_time),
        end=parse_time(schedule.end_time),
        weekdays=frozenset(schedule.weekdays),
        days_off=frozenset(schedule.days_off),
        holidays=schedule.holidays,
    )
