"""Schedules as the API shows and takes them."""

from datetime import date
from typing import Annotated

import msgspec

from pomelo.api.answers import Moment, moment
from pomelo.api.paging import Pagination
from pomelo.base.ids import CampaignId, ScheduleId, TeamId, UserId
from pomelo.schedules import Schedule, ScheduleChanges, ScheduleValues

Time = Annotated[str, msgspec.Meta(examples=["09:00"])]
DaysOff = Annotated[tuple[date, ...], msgspec.Meta(description="Days on which nothing is sent.")]
Place = Annotated[
    str,
    msgspec.Meta(
        description="Whose public holidays are days off too: an ISO 3166 code; empty = nobody's.",
        examples=["FR", "DE-BY"],
    ),
]


class ScheduleBody(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A schedule to be made."""

    name: str
    seconds_to_wait: int = 1200
    timezone: str
    start: Time
    end: Time
    weekdays: tuple[int, ...]
    public: bool = False
    days_off: DaysOff = ()
    holidays: Place = ""


class SchedulePatch(msgspec.Struct, frozen=True, rename="camel"):
    """What may be changed of a schedule; what is left out or null stays."""

    name: str | None = None
    seconds_to_wait: int | None = None
    timezone: str | None = None
    start: Time | None = None
    end: Time | None = None
    weekdays: tuple[int, ...] | None = None
    public: bool | None = None
    days_off: DaysOff | None = None
    holidays: Place | None = None


class ShownSchedule(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A schedule."""

    id: ScheduleId = msgspec.field(name="_id")
    name: str
    seconds_to_wait: int
    timezone: str
    start: Time
    end: Time
    weekdays: tuple[int, ...]
    public: bool
    days_off: DaysOff
    holidays: Place
    team_id: TeamId
    created_by: UserId
    created_at: Moment


class SchedulePage(msgspec.Struct, frozen=True):
    """A page of schedules."""

    schedules: list[ShownSchedule]
    pagination: Pagination


class Deleted(msgspec.Struct, frozen=True):
    """The schedule that is gone."""

    id: ScheduleId = msgspec.field(name="_id")


class Attached(msgspec.Struct, frozen=True, rename="camel"):
    """A schedule that a campaign has now."""

    schedule_id: ScheduleId
    campaign_id: CampaignId


def values(body: ScheduleBody) -> ScheduleValues:
    """Read what a new schedule shall say."""
    return ScheduleValues(
        name=body.name,
        seconds_to_wait=body.seconds_to_wait,
        timezone=body.timezone,
        start_time=body.start,
        end_time=body.end,
        weekdays=body.weekdays,
        is_public=body.public,
        days_off=body.days_off,
        holidays=body.holidays,
    )


def changes(body: SchedulePatch) -> ScheduleChanges:
    """Read what shall change."""
    return ScheduleChanges(
        name=body.name,
        seconds_to_wait=body.seconds_to_wait,
        timezone=body.timezone,
        start_time=body.start,
        end_time=body.end,
        weekdays=body.weekdays,
        is_public=body.public,
        days_off=body.days_off,
        holidays=body.holidays,
    )


def show(schedule: Schedule) -> ShownSchedule:
    """Write a schedule as the API does."""
    return ShownSchedule(
        id=schedule.id,
        name=schedule.name,
        seconds_to_wait=schedule.seconds_to_wait,
        timezone=schedule.timezone,
        start=schedule.start_time,
        end=schedule.end_time,
        weekdays=schedule.weekdays,
        public=schedule.is_public,
        days_off=schedule.days_off,
        holidays=schedule.holidays,
        team_id=schedule.team_id,
        created_by=schedule.created_by,
        created_at=moment(schedule.created_at),
    )
