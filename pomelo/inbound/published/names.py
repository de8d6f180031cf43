"""Questions to the name system: an answer, an empty one, or that nobody could be asked."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from dns.rdata import Rdata

# Somebody waits for the answer; all questions go out at the same time.
ASK_SECONDS: Final = 4.0


class NoName(tuple[str, ...]):
    """No records, for there is not even the name."""


Answer: TypeAlias = tuple[str, ...] | None
"""Texts of the records, none if there are none; None when nobody could be asked."""
AskNames: TypeAlias = Callable[[str, str], Awaitable[Answer]]


async def ask_names(name: str, kind: str, *, nameserver: str = "", port: int = 53) -> Answer:
    """Ask the name system, within 4 seconds; never raises.

    Args:
        name: In A-labels.
        kind: `TXT` or `MX`.
        nameserver: Whom to ask; empty = whom this machine asks.
        port: Where that one listens.

    Returns:
        The texts of the records: of TXT the strings joined (RFC 7208 3.3), of MX the preference
        and the host, the preferred one first. `NoName` where the name does not exist (RFC 8020).
    """
    # 10 MB of modules that reading mail never needs.
    from dns import asyncresolver, exception, resolver  # noqa: PLC0415

    try:
        asking = asyncresolver.Resolver(configure=not nameserver)
        if nameserver:
            asking.nameservers, asking.port = [nameserver], port
        found = await asking.resolve(name, kind, search=False, lifetime=ASK_SECONDS)
    except resolver.NXDOMAIN:
        return NoName()
    except resolver.NoAnswer:
        return ()
    except (exception.DNSException, OSError, UnicodeError):
        return None
    if kind == "MX":
        ordered = sorted(found, key=lambda record: record.preference)
        return tuple(f"{one.preference} {one.exchange.to_text().lower()}" for one in ordered)
    return tuple(_text(record) for record in found)


def _text(record: "Rdata") -> str:
    parts: tuple[bytes, ...] = record.strings  # type: ignore[attr-defined]
    said = b"".join(parts).decode("utf-8", "replace")
    # Strangers wrote it, and it is shown and kept.
    return "".join(letter if letter.isprintable() else "?" for letter in said)
