"""Delays are counted in days on the wall, of which only the allowed ones count."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pomelo.schedules import windows

MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})
EVERY_DAY = frozenset(range(1, 8))

# Gaps of 30 min, 1 h, 2 h and a whole day; at midnight, at 1, 2 and 3 o'clock; odd offsets.
ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/Havana",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Europe/Paris",
    "Pacific/Apia",
    "Pacific/Chatham",
    "UTC",
]

instants = st.timedeltas(timedelta(0), timedelta(days=365 * 20)).map(
    lambda span: datetime(2008, 1, 1, tzinfo=UTC) + span
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "days", "weekdays", "moment"),
    [
        ("2026-11-25T10:00:00+01:00", 0, MONDAY_TO_FRIDAY, "2026-11-25T10:00:00+01:00"),
        ("2026-11-25T10:00:00+01:00", -3, MONDAY_TO_FRIDAY, "2026-11-25T10:00:00+01:00"),
        ("2026-11-25T10:00:00+01:00", 1, MONDAY_TO_FRIDAY, "2026-11-26T10:00:00+01:00"),
        ("2026-11-25T10:00:00+01:00", 3, MONDAY_TO_FRIDAY, "2026-11-30T10:00:00+01:00"),
        ("2026-11-28T10:00:00+01:00", 1, MONDAY_TO_FRIDAY, "2026-11-30T10:00:00+01:00"),
        ("2026-11-25T10:00:00+01:00", 3, EVERY_DAY, "2026-11-28T10:00:00+01:00"),
        ("2026-11-25T10:00:00+01:00", 3, frozenset(), "2026-11-28T10:00:00+01:00"),
        ("2026-11-25T10:00:00+01:00", 2, frozenset({7}), "2026-12-06T10:00:00+01:00"),
        # A day is a day on the wall, be it of 23 or of 25 hours.
        ("2026-03-28T10:00:00+01:00", 1, EVERY_DAY, "2026-03-29T10:00:00+02:00"),
        ("2026-10-24T10:00:00+02:00", 1, EVERY_DAY, "2026-10-25T10:00:00+01:00"),
        # 02:30 is skipped, and shown twice.
        ("2026-03-28T02:30:00+01:00", 1, EVERY_DAY, "2026-03-29T03:30:00+02:00"),
        ("2026-10-24T02:30:00+02:00", 1, EVERY_DAY, "2026-10-25T02:30:00+02:00"),
        ("2028-02-28T10:00:00+01:00", 1, EVERY_DAY, "2028-02-29T10:00:00+01:00"),
    ],
)
def test_a_delay_counts_allowed_days_on_the_wall(
    at: str, days: int, weekdays: frozenset[int], moment: str
) -> None:
    assert windows.add_days(utc(at), days, "Europe/Paris", weekdays) == utc(moment)


@settings(deadline=None)
@given(
    st.sampled_from(ZONES),
    instants,
    st.integers(1, 40),
    st.frozensets(st.integers(1, 7), min_size=1),
)
def test_a_delay_passes_exactly_that_many_allowed_days(
    zone: str, at: datetime, days: int, weekdays: frozenset[int]
) -> None:
    began = at.astimezone(ZoneInfo(zone))

    moment = windows.add_days(at, days, zone, weekdays)

    ended = moment.astimezone(ZoneInfo(zone))
    planned = began.date()
    passed = 0
    while passed < days:
        planned += timedelta(days=1)
        passed += planned.isoweekday() in weekdays
    wall = datetime.combine(planned, began.time())
    is_shown = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone))
    assert moment.tzinfo is UTC
    assert moment > at
    if is_shown.replace(tzinfo=None) == wall:
        assert (ended.replace(tzinfo=None), ended.fold) == (wall, 0)
    else:
        assert ended.replace(tzinfo=None) > wall


@settings(deadline=None)
@given(
    st.sampled_from(ZONES),
    instants,
    st.integers(0, 30),
    st.frozensets(st.integers(1, 7), min_size=1),
)
def test_a_longer_delay_is_never_over_sooner(
    zone: str, at: datetime, days: int, weekdays: frozenset[int]
) -> None:
    shorter = windows.add_days(at, days, zone, weekdays)
    longer = windows.add_days(at, days + 1, zone, weekdays)

    assert longer >= shorter


def test_a_day_that_a_zone_skipped_is_no_obstacle() -> None:
    # Samoa had no 30 December 2011.
    at = utc("2011-12-29T10:00:00-10:00")

    moment = windows.add_days(at, 1, "Pacific/Apia", EVERY_DAY)

    assert moment == utc("2011-12-31T10:00:00+14:00")
