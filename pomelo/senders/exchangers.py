"""Which provider a mailbox is at, asked of the name system where its domain does not tell."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from pomelo.base.addresses import Address
from pomelo.senders.presets import Preset, by_domain, by_exchangers, is_public

# Somebody waits for the answer, and can give the hosts without it.
LOOK_UP_SECONDS: Final = 3.0

LookUp: TypeAlias = Callable[[str], Awaitable[tuple[str, ...]]]


async def look_up_exchangers(
    domain: str, *, nameserver: str = "", port: int = 53
) -> tuple[str, ...]:
    """Look up where a domain takes its mail, within 3 seconds.

    Args:
        domain: In A-labels.
        nameserver: Whom to ask; empty = whom this machine asks.
        port: Where that one listens.

    Returns:
        Host names, the preferred one first; none when nobody answers.

    Source:
        RFC 5321 5.1.
    """
    # 10 MB of modules that a server which is given all hosts never needs.
    from dns import asyncresolver, exception  # noqa: PLC0415

    try:
        asking = asyncresolver.Resolver(configure=not nameserver)
        if nameserver:
            asking.nameservers, asking.port = [nameserver], port
        found = await asking.resolve(domain, "MX", search=False, lifetime=LOOK_UP_SECONDS)
    except (exception.DNSException, OSError):
        return ()
    ordered = sorted(found, key=lambda record: record.preference)
    return tuple(str(record.exchange).rstrip(".") for record in ordered)


async def find_preset(address: Address, look_up: LookUp = look_up_exchangers) -> Preset | None:
    """Find the provider of a mailbox.

    Args:
        address: The mailbox.
        look_up: Asks where a domain takes its mail; never raises.

    Returns:
        None when it is none that we know.
    """
    known = by_domain(address.domain)
    if known is not None or not is_public(address.domain):
        return known
    return by_exchangers(await look_up(address.domain))
