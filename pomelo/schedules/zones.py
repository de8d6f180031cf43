"""In whose time zone a lead lives."""

from functools import lru_cache
from zoneinfo import ZoneInfo

from pomelo.schedules.windows import ZoneUnknown, parse_zone


def zone_of(said: object, otherwise: str) -> ZoneInfo:
    """Give a lead's time zone.

    Args:
        said: What its variable `timezone` says; what is no zone's name is passed over.
        otherwise: The zone of a lead that says nothing.
    """
    found = _known(said.strip()) if isinstance(said, str) else None
    return found or parse_zone(otherwise)


@lru_cache(maxsize=1024)
def _known(name: str) -> ZoneInfo | None:
    try:
        return parse_zone(name)
    except ZoneUnknown:
        return None
