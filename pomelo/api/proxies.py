"""Who really asked, and how, when proxies of the operator's stand in front.

Only what a trusted proxy says of the one before it is believed.
"""

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from starlette.types import Scope

from pomelo.base.outgoing import Network

KEPT: Final = 4096


class Proxies:
    """The proxies that are trusted.

    Args:
        networks: Where they are; nobody is trusted when there are none.
    """

    def __init__(self, networks: tuple[Network, ...] = ()) -> None:
        self._networks = networks
        self._is_trusted = lru_cache(KEPT)(self._judge)

    def client_of(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str:
        """Give the address that a request came from, as the last trusted proxy saw it.

        X-Forwarded-For is read from its end, for its beginning is whatever the client wrote;
        it ends to count at the first that is no address.
        """
        address: str = scope["client"][0] if scope.get("client") else ""
        if not self._is_trusted(address):
            return address[:64]
        for hop in reversed(headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")):
            if (parsed := _parse(hop.strip())) is None:
                break
            address = str(parsed)
            if not self._is_trusted(address):
                break
        return address

    def scheme_of(self, scope: Scope, headers: Mapping[bytes, bytes]) -> str | None:
        """Give `http` or `https` as a trusted proxy says, or None when none does."""
        if not self._is_trusted(scope["client"][0] if scope.get("client") else ""):
            return None
        said = headers.get(b"x-forwarded-proto", b"").decode("latin-1").rpartition(",")[2]
        scheme = said.strip().lower()
        return scheme if scheme in ("http", "https") else None

    def _judge(self, address: str) -> bool:
        parsed = _parse(address) if self._networks else None
        return parsed is not None and any(parsed in network for network in self._networks)


def _parse(hop: str) -> IPv4Address | IPv6Address | None:
    """Read an address, which some proxies write with its port, or an IPv6 one in brackets."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        found = ip_address(hop)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return mapped or found
