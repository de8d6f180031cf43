"""When sending is allowed, also on the days when the clocks are changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pomelo.schedules import windows
from pomelo.schedules.windows import Window
from tests.schedules.walls import days_of_change, naively_open

MINUTE = timedelta(minutes=1)
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


def window(
    start: str = "09:00",
    end: str = "18:00",
    timezone: str = "Europe/Paris",
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY,
    days_off: frozenset[date] = frozenset(),
    holidays: str = "",
) -> Window:
    hours = windows.parse_time(start), windows.parse_time(end)
    return Window(timezone, *hours, weekdays, days_off, holidays)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@st.composite
def windows_and_instants(draw: st.DrawFn) -> tuple[list[Window], datetime]:
    zone = draw(st.sampled_from(ZONES))
    day = draw(st.sampled_from(days_of_change(zone)))
    near = st.integers(-3, 5).map(lambda days: (day + timedelta(days=days)).date())
    hours = st.integers(0, 24 * 12).map(lambda fifth: fifth * 5)
    opened = []
    for _ in range(draw(st.integers(1, 2))):
        start, end = sorted(draw(st.tuples(hours, hours).filter(lambda pair: pair[0] != pair[1])))
        opened.append(
            Window(
                draw(st.sampled_from([zone, zone, *ZONES])),
                time(start // 60, start % 60),
                time(end // 60 % 24, end % 60),
                draw(st.frozensets(st.integers(1, 7), min_size=1)),
                draw(st.frozensets(near, max_size=4)),
            )
        )
    return opened, day + MINUTE * draw(st.integers(-24 * 60, 48 * 60))


@settings(deadline=None)
@given(windows_and_instants())
def test_the_next_moment_is_the_first_minute_that_the_wall_clocks_allow(
    case: tuple[list[Window], datetime],
) -> None:
    opened, at = case
    minutes = (at + MINUTE * n for n in range(9 * 24 * 60))
    first = next((minute for minute in minutes if naively_open(opened, minute)), None)

    moment = windows.next_moment(opened, at)

    if first is not None:
        assert moment == first
    else:
        assert moment is None or moment > at + timedelta(days=9) - MINUTE


@settings(deadline=None)
@given(windows_and_instants(), st.integers(0, 59_999_999))
def test_the_next_moment_is_open_and_asking_again_changes_nothing(
    case: tuple[list[Window], datetime], microseconds: int
) -> None:
    opened, minute = case
    at = minute + timedelta(microseconds=microseconds)

    moment = windows.next_moment(opened, at)

    if moment is not None:
        assert moment >= at
        assert windows.is_open(opened, moment)
        assert windows.next_moment(opened, moment) == moment
        if moment > at:
            assert not windows.is_open(opened, at)
            assert not windows.is_open(opened, moment - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("2026-11-25T08:59:59+01:00", "2026-11-25T09:00:00+01:00"),
        ("2026-11-25T09:00:00+01:00", "2026-11-25T09:00:00+01:00"),
        ("2026-11-25T17:59:59+01:00", "2026-11-25T17:59:59+01:00"),
        ("2026-11-25T18:00:00+01:00", "2026-11-26T09:00:00+01:00"),
        ("2026-11-27T18:00:00+01:00", "2026-11-30T09:00:00+01:00"),
        # The clocks went back on the Sunday between: nine o'clock is an hour later in UTC.
        ("2026-10-23T20:00:00+02:00", "2026-10-26T09:00:00+01:00"),
    ],
)
def test_office_hours_in_paris(at: str, moment: str) -> None:
    assert windows.next_moment([window()], utc(at)) == utc(moment)


def test_an_instant_in_another_zone_is_understood() -> None:
    at = datetime(2026, 11, 25, 2, 30, tzinfo=ZoneInfo("America/New_York"))

    assert windows.next_moment([window()], at) == utc("2026-11-25T09:00:00+01:00")


@pytest.mark.parametrize(
    ("start", "end", "moment"),
    [
        # On 2026-03-29 the clocks of Paris show 03:00 after 01:59.
        ("02:15", "04:00", "2026-03-29T01:00:00Z"),
        ("01:30", "02:30", "2026-03-29T00:30:00Z"),
        ("02:15", "02:45", "2026-03-30T00:15:00Z"),
    ],
)
def test_hours_that_the_clocks_skip_are_not_made_up_for(start: str, end: str, moment: str) -> None:
    night = window(start, end, weekdays=EVERY_DAY)

    assert windows.next_moment([night], utc("2026-03-28T23:00:00Z")) == utc(moment)


def test_hours_that_the_clocks_show_twice_are_open_twice() -> None:
    night = window("02:10", "02:40", weekdays=EVERY_DAY)

    first = windows.next_moment([night], utc("2026-10-25T00:00:00Z"))
    again = windows.next_moment([night], utc("2026-10-25T00:40:00Z"))

    assert first == utc("2026-10-25T00:10:00Z")
    assert again == utc("2026-10-25T01:10:00Z")


def test_a_window_without_a_weekday_never_opens() -> None:
    never = window(weekdays=frozenset())

    assert windows.next_moment([never], utc("2026-11-25T12:00:00Z")) is None


@settings(deadline=None)
@given(windows_and_instants())
def test_hours_that_end_after_they_start_are_accepted(case: tuple[list[Window], datetime]) -> None:
    for opened in case[0]:
        windows.check(opened)


@given(windows_and_instants(), windows_and_instants())
@settings(max_examples=60, deadline=None)
def test_hours_of_two_are_common_when_both_are_open(
    one: tuple[list[Window], datetime], other: tuple[list[Window], datetime]
) -> None:
    (theirs, at), (ours, _) = one, other
    step = timedelta(minutes=5)

    found = windows.next_common((theirs, ours), at)

    both = [at + step * n for n in range(12 * 24 * 9)]
    first = next((t for t in both if naively_open(theirs, t) and naively_open(ours, t)), None)
    if first is None:
        assert found is None or found > both[-1]
    else:
        assert found is not None
        assert first - step < found <= first


def test_hours_that_never_meet_have_no_common_moment() -> None:
    mornings, evenings = window("08:00", "10:00"), window("20:00", "22:00")

    assert windows.next_common(([mornings], [evenings]), utc("2026-11-25T12:00:00Z")) is None
    assert windows.next_common(([], []), utc("2026-11-25T12:00:00Z")) is not None
