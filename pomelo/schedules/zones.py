"""In whose time zone a lead lives, and hours on its own clocks."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from pomelo.schedules.guessing import guess
from pomelo.schedules.windows import Window, ZoneUnknown, parse_zone


class LeadZones(StrEnum):
    """On whose clocks a campaign's hours are read."""

    OFF = "off"  # the schedule's
    OWN = "own"  # the lead's, where it says its zone
    GUESS = "guess"  # also where its phone number or domain tells


def zone_of(said: object, otherwise: str) -> ZoneInfo:
    """Give a lead's time zone.

    Args:
        said: What its variable `timezone` says; what is no zone's name is passed over.
        otherwise: The zone of a lead that says nothing.
    """
    found = _known(said.strip()) if isinstance(said, str) else None
    return found or parse_zone(otherwise)


def hours_for(
    windows: Sequence[Window], variables: Mapping[str, object], email: str, zones: LeadZones
) -> tuple[Window, ...]:
    """Read a campaign's hours on the clocks of one lead.

    What is not known falls back: the lead's own zone, where that may be guessed the one of its
    phone number, then of its domain's country, at last each schedule's own.

    Args:
        windows: The campaign's hours.
        variables: The lead's variables.
        email: Its address.
        zones: On whose clocks.
    """
    zone = None if zones is LeadZones.OFF else _lead_zone(variables, email, zones)
    if zone is None:
        return tuple(windows)
    return tuple(msgspec.structs.replace(window, timezone=zone) for window in windows)


def _lead_zone(variables: Mapping[str, object], email: str, zones: LeadZones) -> str | None:
    said = variables.get("timezone")
    own = _known(said.strip()) if isinstance(said, str) else None
    if own is not None:
        return own.key
    return guess(variables.get("phone"), email) if zones is LeadZones.GUESS else None


@lru_cache(maxsize=1024)
def _known(name: str) -> ZoneInfo | None:
    try:
        return parse_zone(name)
    except ZoneUnknown:
        return None
