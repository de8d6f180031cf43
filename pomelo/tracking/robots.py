"""Person or machine? The rules that need no history; each names itself as the reason."""

from datetime import timedelta
from functools import lru_cache
from typing import Final

import msgspec

# A person needs longer than that from hand-over to reading.
FASTEST: Final = timedelta(seconds=5)
APPLE: Final = "Mozilla/5.0"
GMAIL_PREFETCH: Final = "Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0"
# Products that fetch what is in a mail to judge it, and plain programs.
SCANNERS: Final = (
    "barracuda",
    "proofpoint",
    "mimecast",
    "msoffice",
    "microsoft office",
    "cisco",
    "tmes",
    "trendmicro",
    "sophos",
    "headlesschrome",
    "curl/",
    "wget/",
    "python-requests",
    "python-urllib",
    "python-httpx",
    "aiohttp",
    "go-http-client",
    "okhttp",
    "java/",
    "libwww-perl",
)
# Proxies that fetch because a person looks: they count as that person.
PROXIES: Final = ("googleimageproxy", "yahoomailproxy")


class Visit(msgspec.Struct, frozen=True):
    """A fetch of a pixel or a link.

    Attributes:
        method: GET or HEAD.
        agent: What it calls itself; empty when it does not say.
        after: How long after the mail was handed over; None when it was not.
    """

    method: str
    agent: str
    after: timedelta | None


def machine(visit: Visit) -> str | None:
    """Give the reason why a visit is a machine's, or nothing when it is a person's.

    Source:
        email-domain 6, the reasons that need no history.
    """
    if visit.method == "HEAD":
        return "head"
    is_too_fast = visit.after is None or visit.after < FASTEST
    return _of_agent(visit.agent) or ("too_fast" if is_too_fast else None)


@lru_cache(maxsize=1024)
def _of_agent(agent: str) -> str | None:
    agent = agent.strip()
    if agent == APPLE:
        return "apple_mpp"
    if agent.endswith(GMAIL_PREFETCH):
        return "gmail_prefetch"
    small = agent.lower()
    if any(proxy in small for proxy in PROXIES):
        return None
    is_scanner = not agent or any(scanner in small for scanner in SCANNERS)
    return "scanner_ua" if is_scanner else None
