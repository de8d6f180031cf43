"""Shapes of schedules, and what a new campaign's schedule says."""

from datetime import date, datetime
from typing import Final

import msgspec

from pomelo.base.ids import ScheduleId, TeamId, UserId

DEFAULT_ZONE: Final = "Europe/Paris"


class Schedule(msgspec.Struct, frozen=True):
    """Weekly hours in which campaigns may send.

    Attributes:
        seconds_to_wait: Between two mails of one sender in a campaign of this schedule.
        start_time: `HH:mm` on the zone's clocks.
        end_time: `HH:mm`; `00:00` is midnight at the day's end.
        weekdays: 1 = Monday … 7 = Sunday.
        days_off: Days on which it allows nothing, on the zone's calendar.
        holidays: The place whose public holidays are days off too, as an ISO 3166 code such as
            `FR` or `DE-BY`; empty = none.
    """

    team_id: TeamId
    id: ScheduleId
    name: str
    seconds_to_wait: int
    timezone: str
    start_time: str
    end_time: str
    weekdays: tuple[int, ...]
    is_public: bool
    days_off: tuple[date, ...]
    holidays: str
    created_by: UserId
    created_at: datetime
    deleted_at: datetime | None
    deleted_by: UserId | None


class ScheduleValues(msgspec.Struct, frozen=True):
    """What a person chooses about a schedule; as it stands: the default of a new campaign.

    Source:
        API reference 3.8 and 3.10.
    """

    name: str = "Default schedule"
    seconds_to_wait: int = 1200
    timezone: str = DEFAULT_ZONE
    start_time: str = "09:00"
    end_time: str = "18:00"
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5)
    is_public: bool = False
    days_off: tuple[date, ...] = ()
    holidays: str = ""


class ScheduleChanges(msgspec.Struct, frozen=True):
    """New values of a schedule; what is None stays as it is."""

    name: str | None = None
    seconds_to_wait: int | None = None
    timezone: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    weekdays: tuple[int, ...] | None = None
    is_public: bool | None = None
    days_off: tuple[date, ...] | None = None
    holidays: str | None = None
