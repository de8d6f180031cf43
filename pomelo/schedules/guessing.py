"""In which time zone somebody may live: what a phone number and a domain's country tell."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache, lru_cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Final
from zoneinfo import ZoneInfo

from pomelo.base.errors import Invalid

# Countries' domains under which anybody registers names.
_ANYBODYS: Final = (
    " ac ai as bz cc cd cx fm gg gl im io la li ly me ms mu nu pw sc sh sr st su tk tm to tv vc ws "
)
_SPELLED: Final = {"uk": "GB"}
# Of countries with outlying islands or a rarely used second clock (Unicode CLDR, primaryZones).
_PRIMARY: Final = {
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
}
_SEASONS: Final = (datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC))


class GuessingMissing(Invalid):
    """This server knows no phone numbers; install pomelo[zones], or give leads a timezone."""


def check_guessing() -> None:
    """Refuse to guess where phone numbers are not known.

    Raises:
        GuessingMissing: The library is not installed.
    """
    if not has_phones():
        raise GuessingMissing


def guess(phone: object, email: str) -> str | None:
    """Guess a time zone: by a phone number in its international form, else by the domain's country.

    Returns:
        Its name; None where nothing tells, as in a country with several clocks.
    """
    found = _of_phone(phone) if isinstance(phone, str) and phone.strip().startswith("+") else None
    return found or _of_domain(email.rpartition(".")[2].lower())


@cache
def has_phones() -> bool:
    """Tell whether the library is installed."""
    return find_spec("phonenumbers") is not None


@lru_cache(maxsize=4096)
def _of_phone(phone: str) -> str | None:
    if not has_phones():
        return None
    import phonenumbers  # noqa: PLC0415 - an extra
    from phonenumbers.timezone import time_zones_for_number  # noqa: PLC0415 - an extra

    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return None
    zones = [zone for zone in time_zones_for_number(number) if "/Unknown" not in zone]
    if len(zones) == 1:
        return str(zones[0])
    return _main_zones().get(phonenumbers.region_code_for_number(number) or "")


def _of_domain(ending: str) -> str | None:
    if len(ending) != 2 or f" {ending} " in _ANYBODYS:
        return None
    return _main_zones().get(_SPELLED.get(ending, ending.upper()))


@cache
def _main_zones() -> dict[str, str]:
    """Give the zone of each country that has one, or one for nearly all of its people.

    Source:
        tzdata, `zone.tab`.
    """
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    zones = defaultdict(list)
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            zones[country].append(zone)
    alike = {country: found[0] for country, found in zones.items() if _are_alike(found)}
    return {**alike, **_PRIMARY}


def _are_alike(zones: Iterable[str]) -> bool:
    """Tell whether clocks show the same in all zones, in winter and in summer."""
    offsets = {tuple(at.astimezone(ZoneInfo(z)).utcoffset() for at in _SEASONS) for z in zones}
    return len(offsets) == 1
