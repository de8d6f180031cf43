"""When sending is allowed: weekly hours, delays in days, and how a day's mails are spread."""

from pomelo.schedules.actions import change, create, delete, get, list_page, lock
from pomelo.schedules.errors import ScheduleInvalid, ScheduleNotFound
from pomelo.schedules.guessing import GuessingMissing, check_guessing, has_phones
from pomelo.schedules.holidays import HolidaysMissing, HolidaysUnknown, has_calendar
from pomelo.schedules.model import DEFAULT_ZONE, Schedule, ScheduleChanges, ScheduleValues
from pomelo.schedules.values import window_of
from pomelo.schedules.windows import (
    TimeInvalid,
    Window,
    WindowInvalid,
    ZoneUnknown,
    add_days,
    is_kept_shut,
    is_open,
    next_common,
    next_moment,
    parse_zone,
)
from pomelo.schedules.zones import LeadZones, hours_for, zone_of

__all__ = [
    "DEFAULT_ZONE",
    "GuessingMissing",
    "HolidaysMissing",
    "HolidaysUnknown",
    "LeadZones",
    "Schedule",
    "ScheduleChanges",
    "ScheduleInvalid",
    "ScheduleNotFound",
    "ScheduleValues",
    "TimeInvalid",
    "Window",
    "WindowInvalid",
    "ZoneUnknown",
    "add_days",
    "change",
    "check_guessing",
    "create",
    "delete",
    "get",
    "has_calendar",
    "has_phones",
    "hours_for",
    "is_kept_shut",
    "is_open",
    "list_page",
    "lock",
    "next_common",
    "next_moment",
    "parse_zone",
    "window_of",
    "zone_of",
]
