from datetime import time

import pytest

from pomelo.schedules import (
    GuessingMissing,
    LeadZones,
    Window,
    check_guessing,
    guessing,
    hours_for,
    parse_zone,
)
from pomelo.schedules.guessing import _main_zones, guess

PARIS = Window("Europe/Paris", time(9), time(18), frozenset(range(1, 6)))
COM = "richard@piedpiper.com"


def zone(zones: LeadZones, email: str = COM, **variables: object) -> str:
    (window,) = hours_for([PARIS], variables, email, zones)
    assert (window.start, window.end, window.weekdays) == (PARIS.start, PARIS.end, PARIS.weekdays)
    return window.timezone


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),
        (" Asia/Tokyo ", "Asia/Tokyo"),
        ("Asia/Tokio", "Europe/Paris"),
        ("", "Europe/Paris"),
        (None, "Europe/Paris"),
        (["Asia/Tokyo"], "Europe/Paris"),
    ],
)
def test_hours_are_read_on_the_clocks_that_the_lead_says(said: object, expected: str) -> None:
    assert zone(LeadZones.OWN, timezone=said) == expected
    assert zone(LeadZones.OFF, timezone=said) == "Europe/Paris"


@pytest.mark.parametrize(
    ("phone", "email", "expected"),
    [
        ("+1 415 555 2671", COM, "America/Los_Angeles"),
        ("+49 30 123456", COM, "Europe/Berlin"),
        ("+34 612 345 678", COM, "Europe/Madrid"),
        ("+7 916 123 45 67", COM, None),  # eleven time zones
        ("+1 800 555 1234", "x@bbc.co.uk", "Europe/London"),
        ("030 123456", "x@siemens.de", "Europe/Berlin"),
        ("+12", "x@toyota.jp", "Asia/Tokyo"),
        (None, "x@hooli.nz", "Pacific/Auckland"),
        (None, "x@hooli.io", None),
        (None, "x@hooli.us", None),  # nobody knows where
        (None, "x@hooli.xx", None),
        (None, "x@hooli.museum", None),
        (5, COM, None),
    ],
)
def test_phone_and_domain_tell_a_zone_only_where_it_is_certain(
    phone: object, email: str, expected: str | None
) -> None:
    assert guess(phone, email) == expected
    assert zone(LeadZones.GUESS, email, phone=phone) == (expected or "Europe/Paris")
    assert zone(LeadZones.OWN, email, phone=phone) == "Europe/Paris"


def test_what_the_lead_says_is_believed_before_its_phone() -> None:
    said = {"timezone": "Asia/Tokyo", "phone": "+4930123456"}

    assert zone(LeadZones.GUESS, **said) == "Asia/Tokyo"


def test_every_zone_that_is_guessed_is_known() -> None:
    assert len({parse_zone(zone).key for zone in _main_zones().values()}) > 150


def test_where_nobody_knows_phone_numbers_domains_alone_are_guessed_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guessing, "has_phones", lambda: False)

    with pytest.raises(GuessingMissing):
        check_guessing()
    assert guess("+81312345679", "x@siemens.de") == "Europe/Berlin"
