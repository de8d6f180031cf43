"""Days on which nothing is sent: those that a schedule lists, and public holidays."""

from datetime import date

import pytest
from msgspec.structs import replace

from pomelo.schedules import (
    HolidaysMissing,
    HolidaysUnknown,
    ScheduleInvalid,
    ScheduleValues,
    holidays,
    is_kept_shut,
    next_moment,
)
from pomelo.schedules.values import checked
from tests.schedules.test_windows import EVERY_DAY, utc, window

USUAL = ScheduleValues()
CHRISTMAS = date(2026, 12, 25)


@pytest.mark.parametrize(
    ("place", "at", "moment"),
    [
        # Christmas Day is a Friday; England moves Boxing Day, a Saturday, to the Monday.
        ("FR", "2026-12-24T18:00:00+01:00", "2026-12-28T09:00:00+01:00"),
        ("GB-ENG", "2026-12-24T18:00:00+01:00", "2026-12-29T09:00:00+01:00"),
        ("", "2026-12-24T18:00:00+01:00", "2026-12-25T09:00:00+01:00"),
        # Epiphany is a holiday in Bavaria, not in Berlin.
        ("DE-BY", "2027-01-06T10:00:00+01:00", "2027-01-07T09:00:00+01:00"),
        ("DE-BE", "2027-01-06T10:00:00+01:00", "2027-01-06T10:00:00+01:00"),
    ],
)
def test_public_holidays_are_days_off(place: str, at: str, moment: str) -> None:
    assert next_moment([window(holidays=place)], utc(at)) == utc(moment)


def test_a_day_off_is_a_day_of_the_schedules_own_zone() -> None:
    auckland = window(
        "00:00", "00:00", "Pacific/Auckland", EVERY_DAY, days_off=frozenset({CHRISTMAS})
    )

    assert next_moment([auckland], utc("2026-12-24T11:00:00Z")) == utc("2026-12-25T11:00:00Z")


def test_another_schedule_may_be_open_meanwhile() -> None:
    at = utc("2026-12-25T10:00:00+01:00")

    assert next_moment([window(holidays="FR"), window(holidays="JP")], at) == at


def test_days_off_are_told_from_hours() -> None:
    shut = [window(days_off=frozenset({CHRISTMAS}))]

    assert is_kept_shut(shut, utc("2026-12-24T19:00:00+01:00"))
    assert is_kept_shut(shut, utc("2026-12-25T12:00:00+01:00"))
    assert not is_kept_shut(shut, utc("2026-12-23T19:00:00+01:00"))
    assert not is_kept_shut(shut, utc("2026-12-24T12:00:00+01:00"))


def test_days_off_come_back_once_and_in_order_and_places_in_capitals() -> None:
    days = (CHRISTMAS, date(2026, 12, 24), CHRISTMAS)

    values = checked(replace(USUAL, days_off=days, holidays=" de-by "))

    assert values.days_off == (date(2026, 12, 24), CHRISTMAS)
    assert values.holidays == "DE-BY"


@pytest.mark.parametrize("place", ["ZZ", "DE-XX", "France", "FR-", "F", "FR;", "ＦＲ"])
def test_a_place_without_known_holidays_is_refused(place: str) -> None:
    with pytest.raises(HolidaysUnknown):
        checked(replace(USUAL, holidays=place))


def test_too_many_days_off_are_refused() -> None:
    days = tuple(date.fromordinal(740_000 + day) for day in range(201))

    with pytest.raises(ScheduleInvalid):
        checked(replace(USUAL, days_off=days))


def test_where_nobody_knows_the_holidays_none_is_taken_on_and_nothing_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(holidays, "has_calendar", lambda: False)

    with pytest.raises(HolidaysMissing):
        checked(replace(USUAL, holidays="FR"))
    assert next_moment([window(holidays="FR")], utc("2026-11-25T12:00:00Z")) is None
