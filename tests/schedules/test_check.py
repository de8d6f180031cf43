"""What a schedule may say: times, zones, and hours that can be open at all."""

from datetime import time

import pytest

from pomelo.base.errors import Invalid
from pomelo.schedules import windows
from pomelo.schedules.windows import TimeInvalid, Window, WindowInvalid, ZoneUnknown

MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})


def window(
    start: str = "09:00",
    end: str = "18:00",
    timezone: str = "Europe/Paris",
    weekdays: frozenset[int] = MONDAY_TO_FRIDAY,
) -> Window:
    return Window(timezone, windows.parse_time(start), windows.parse_time(end), weekdays)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("00:00", time(0)), ("09:05", time(9, 5)), ("23:59", time(23, 59)), ("24:00", time(0))],
)
def test_a_time_of_day_is_read(text: str, shown: time) -> None:
    assert windows.parse_time(text) == shown


@pytest.mark.parametrize("text", ["", "9:00", "24:01", "12:60", "09:00:00", "09:00\n", "٠٩:٠٠"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(TimeInvalid, match="HH:mm"):
        windows.parse_time(text)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Europe",
        "europe/paris",
        "Paris",
        "../UTC",
        "/etc/passwd",
        "localtime",
        "Factory",
        "a\0b",
    ],
)
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ZoneUnknown) as refused:
        windows.parse_zone(name)

    assert isinstance(refused.value, Invalid)
    assert "Europe/Paris" in str(refused.value)


@pytest.mark.parametrize(
    "name", ["UTC", "Europe/Paris", "Pacific/Apia", "Asia/Calcutta", "Etc/GMT+12", "EST5EDT"]
)
def test_a_zone_of_the_iana_database_is_found(name: str) -> None:
    assert windows.parse_zone(name).key == name


@pytest.mark.parametrize(
    "refused",
    [
        window("18:00", "09:00"),
        window("09:00", "09:00"),
        window("23:00", "01:00"),
        window(weekdays=frozenset()),
        window(weekdays=frozenset({0, 1})),
        window(weekdays=frozenset({8})),
    ],
)
def test_hours_that_never_open_or_run_over_midnight_are_refused(refused: Window) -> None:
    with pytest.raises(WindowInvalid) as said:
        windows.check(refused)

    assert str(said.value).endswith(".")


def test_hours_in_an_unknown_zone_are_refused() -> None:
    with pytest.raises(ZoneUnknown):
        windows.check(window(timezone="Mars/Olympus"))
