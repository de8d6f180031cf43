"""Public holidays, from the library `holidays`, which an installation has or has not."""

import re
from datetime import date
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Final

from pomelo.base.errors import Invalid

_REGION: Final = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")
# To ask whether a place is known at all.
_ANY_YEAR: Final = 2000
# Years of places that are kept in memory.
_KEPT: Final = 1024


class HolidaysUnknown(Invalid):
    """No public holidays are known there; give an ISO 3166 code such as FR, DE-BY or US-CA."""


class HolidaysMissing(Invalid):
    """This server knows no holidays; install pomelo[holidays], or list the days in daysOff."""


def check_region(region: str) -> None:
    """Refuse a place whose public holidays are not known here.

    Args:
        region: ISO 3166 code of a country, or of a part of it: `FR`, `DE-BY`.

    Raises:
        HolidaysUnknown: The library does not know the place.
        HolidaysMissing: The library is not installed.
    """
    if not has_calendar():
        raise HolidaysMissing
    holidays_of(region, _ANY_YEAR)


def is_holiday(region: str, day: date) -> bool:
    """Tell whether a day is a public holiday; where nobody can tell, it counts as one.

    Rather a mail too late than one on a holiday: `pomelo doctor` tells of a machine that
    cannot tell.
    """
    return not has_calendar() or day in holidays_of(region, day.year)


@cache
def has_calendar() -> bool:
    """Tell whether the library is installed."""
    return find_spec("holidays") is not None


@lru_cache(maxsize=_KEPT)
def holidays_of(region: str, year: int) -> frozenset[date]:
    """List a year's public holidays, moved ones where they are kept.

    Raises:
        HolidaysUnknown: The library does not know the place.
    """
    from holidays import country_holidays  # noqa: PLC0415 - an extra, and slow to load

    place = _REGION.fullmatch(region)
    if place is None:
        raise HolidaysUnknown
    try:
        return frozenset(country_holidays(place[1], subdiv=place[2], years=year))
    except NotImplementedError:
        raise HolidaysUnknown from None
