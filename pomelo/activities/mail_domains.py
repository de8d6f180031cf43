"""What the name system says of a domain: whether it takes mail at all."""

from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

LOOK_UP_SECONDS: Final = 5.0


class Answer(StrEnum):
    """What there is at a domain."""

    MAIL = "mail"
    """A server for its mail."""
    HOST_ONLY = "host_only"
    """No server for mail, but a host, which may take it."""
    NO_MAIL = "no_mail"
    """No such domain, or one that says it takes no mail."""
    UNKNOWN = "unknown"
    """Nobody answered in time."""


async def look_up(domain: str, *, nameserver: str = "", port: int = 53) -> Answer:
    """Ask for a domain's mail servers, within 5 seconds a question.

    Args:
        domain: In A-labels.
        nameserver: Whom to ask; empty = whom this machine asks.
        port: Where that one listens.

    Source:
        RFC 5321 5.1, RFC 7505 3 (a null MX is one whose name is empty).
    """
    # 10 MB of modules that an installation without reviews never needs.
    from dns import asyncresolver, exception, resolver  # noqa: PLC0415

    try:
        asking = asyncresolver.Resolver(configure=not nameserver)
        if nameserver:
            asking.nameservers, asking.port = [nameserver], port
        found = await asking.resolve(domain, "MX", search=False, lifetime=LOOK_UP_SECONDS)
    except resolver.NXDOMAIN:
        return Answer.NO_MAIL
    except resolver.NoAnswer:
        return await _look_for_host(asking, domain)
    except (exception.DNSException, OSError):
        return Answer.UNKNOWN
    has_server = any(str(record.exchange) != "." for record in found)
    return Answer.MAIL if has_server else Answer.NO_MAIL


async def _look_for_host(asking: "Resolver", domain: str) -> Answer:
    from dns import exception, resolver  # noqa: PLC0415

    try:
        await asking.resolve_name(domain, search=False, lifetime=LOOK_UP_SECONDS)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return Answer.NO_MAIL
    except (exception.DNSException, OSError):
        return Answer.UNKNOWN
    return Answer.HOST_ONLY
