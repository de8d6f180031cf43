"""Whom a line trusts, and what protects one that is open: its version, its certificate's end."""

import ssl
from datetime import UTC, datetime
from functools import cache

import msgspec


class Secured(msgspec.Struct, frozen=True):
    """How a line is protected.

    Attributes:
        version: As TLS libraries say it, such as `TLSv1.3`.
        ends_at: When the other side's certificate ends, if it told.
    """

    version: str
    ends_at: datetime | None


@cache
def trusted() -> ssl.SSLContext:
    """Give what trusts whom the system trusts.

    One for a process, because reading the certificates takes tens of milliseconds; so nobody may
    change it.
    """
    return ssl.create_default_context()


def secured(line: ssl.SSLObject | ssl.SSLSocket | None) -> Secured | None:
    """Tell how a line is protected; nothing for one in clear."""
    if line is None:
        return None
    ends = (line.getpeercert() or {}).get("notAfter")
    seconds = ssl.cert_time_to_seconds(ends) if isinstance(ends, str) else None
    ends_at = None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    return Secured(line.version() or "", ends_at)
