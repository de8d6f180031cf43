"""What a schedule may say, and how it is written down."""

import pytest
from msgspec.structs import replace

from pomelo.base.errors import Invalid
from pomelo.schedules import (
    ScheduleInvalid,
    ScheduleValues,
    TimeInvalid,
    WindowInvalid,
    ZoneUnknown,
)
from pomelo.schedules.values import checked

USUAL = ScheduleValues()

REFUSED = [
    (replace(USUAL, name="  "), ScheduleInvalid),
    (replace(USUAL, name="x" * 201), ScheduleInvalid),
    (replace(USUAL, seconds_to_wait=-1), ScheduleInvalid),
    (replace(USUAL, seconds_to_wait=604_801), ScheduleInvalid),
    (replace(USUAL, timezone="Mars/Olympus"), ZoneUnknown),
    (replace(USUAL, timezone="../etc/passwd"), ZoneUnknown),
    (replace(USUAL, start_time="9:00"), TimeInvalid),
    (replace(USUAL, end_time="25:00"), TimeInvalid),
    (replace(USUAL, start_time="18:00", end_time="09:00"), WindowInvalid),
    (replace(USUAL, start_time="09:00", end_time="09:00"), WindowInvalid),
    (replace(USUAL, weekdays=()), WindowInvalid),
    (replace(USUAL, weekdays=(0,)), WindowInvalid),
    (replace(USUAL, weekdays=(8,)), WindowInvalid),
]


@pytest.mark.parametrize(("values", "error"), REFUSED)
def test_what_never_allows_sending_is_refused(values: ScheduleValues, error: type[Invalid]) -> None:
    with pytest.raises(error):
        checked(values)


def test_weekdays_come_back_once_and_in_order() -> None:
    assert checked(replace(USUAL, weekdays=(5, 1, 5))).weekdays == (1, 5)


def test_the_end_of_the_day_has_one_spelling() -> None:
    assert checked(replace(USUAL, end_time="24:00")).end_time == "00:00"


def test_no_gap_is_a_gap() -> None:
    assert checked(replace(USUAL, seconds_to_wait=0)).seconds_to_wait == 0


def test_the_default_is_what_the_reference_says() -> None:
    assert checked(USUAL) == ScheduleValues(
        name="Default schedule",
        seconds_to_wait=1200,
        timezone="Europe/Paris",
        start_time="09:00",
        end_time="18:00",
        weekdays=(1, 2, 3, 4, 5),
    )
