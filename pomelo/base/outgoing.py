"""Which hosts we may connect to: public ones, and those the operator lists.

A name is resolved once, every answer is judged, and the caller connects to the very
address that was judged; a name that points elsewhere a moment later changes nothing.
"""

import asyncio
import re
import socket
from collections.abc import Sequence
from functools import partial
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final, TypeAlias

import idna

from pomelo.base import threads
from pomelo.base.errors import Invalid

Network: TypeAlias = IPv4Network | IPv6Network

MAIL_PORTS: Final = frozenset({25, 143, 465, 587, 993, 2525})
HTTP_PORTS: Final = frozenset({80, 443})
RESOLVE_SECONDS: Final = 10.0
# A name whose servers are silent holds a thread for longer than anybody waits. Each guard has
# turns of its own, so that no receiver of hooks keeps a mail server from being found.
LOOK_UPS: Final = 200

# Python's own is_global differs between patch releases and lets some of these pass.
# Source: IANA's special-purpose address registries (RFC 6890), and multicast (RFC 5771).
_NOT_PUBLIC_4: Final = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network; Linux takes it for itself (RFC 1122)
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # behind carriers (RFC 6598)
        "127.0.0.0/8",  # this machine
        "169.254.0.0/16",  # link-local, and the clouds' metadata (RFC 3927)
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # IETF protocols (RFC 6890)
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "192.168.0.0/16",  # private (RFC 1918)
        "198.18.0.0/15",  # benchmarks (RFC 2544)
        "198.51.100.0/24",  # documentation (RFC 5737)
        "203.0.113.0/24",  # documentation (RFC 5737)
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# All public IPv6 is inside 2000::/3 (RFC 4291 2.4), so what is outside needs no list: the
# unspecified and the loopback address, IPv4-mapped and -compatible ones, NAT64 (64:ff9b::),
# unique local, link-local, site-local (fec0::) and multicast.
_PUBLIC_6: Final = IPv6Network("2000::/3")
_NOT_PUBLIC_6: Final = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # IETF protocols: Teredo, ORCHID (RFC 2928, RFC 4380)
        "2001:db8::/32",  # documentation (RFC 3849)
        "2002::/16",  # 6to4: an IPv4 address in disguise (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
    )
)

_NAME: Final = re.compile(
    r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?"
)
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")


class HostRefused(Invalid):
    """This host is not on the public Internet; an operator may allow it by a setting."""


class HostInvalid(Invalid):
    """The host is neither a name nor an IP address; write it as smtp.company.com."""


class HostUnknown(Invalid):
    """The host cannot be found; check its spelling, or try again when DNS answers."""


class NetworkInvalid(Invalid):
    """This is not a list of networks; write them as 10.0.0.0/8, 192.168.1.7, fd00::/8."""


class Guard:
    """Decides which addresses and ports may be connected to.

    Args:
        allowed: Private networks the operator opened; any port may be used there.
        ports: The ports that may be used elsewhere.
        setting: The name of the setting that holds `allowed`, for the sentence of a refusal.
    """

    def __init__(
        self,
        allowed: Sequence[Network],
        ports: frozenset[int] = MAIL_PORTS,
        setting: str = "POMELO_ALLOW_PRIVATE_MAIL",
    ) -> None:
        self._allowed = tuple(allowed)
        self._ports = ports
        self._setting = setting
        self._turns = asyncio.Semaphore(LOOK_UPS)

    def may_connect(self, address: str) -> bool:
        """Tell whether an IP address is public or allowed; a name never is."""
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return self._is_allowed(parsed) or is_public(parsed)

    async def resolve(self, host: str, port: int) -> str:
        """Find the one address of a host to connect to.

        Args:
            host: A name, internationalised or not, or an IP address without brackets.
            port: Where the connection will go.

        Returns:
            The address that the system prefers. Connect to it, not to the name, and check
            certificates against the name.

        Raises:
            HostInvalid: It is no host: user information, a path, a number in disguise.
            HostUnknown: No answer in 10 s, or no address.
            HostRefused: One of its addresses, or the port, is neither usual nor allowed.

        Source:
            RFC 6724 (the order of the answers).
        """
        name = to_ascii(host)
        addresses = await self._look_up(name, port)
        if not all(map(self.may_connect, addresses)):
            # Which address it was stays unsaid: a team's member must not read the operator's DNS.
            raise HostRefused(
                f"{name} is not on the public Internet; use a host that is, or let the operator "
                f"list its network in {self._setting}, for example 127.0.0.0/8."
            )
        if not self._may_use(port, addresses):
            usual = ", ".join(map(str, sorted(self._ports)))
            raise HostRefused(
                f"Port {port} is not among those used; choose one of {usual}, "
                f"or let the operator list the host's network in {self._setting}, for example "
                "127.0.0.0/8."
            )
        return addresses[0]

    async def _look_up(self, host: str, port: int) -> list[str]:
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                await self._turns.acquire()
                asked = threads.begin(partial(_ask_system, host, port), "look-up")
                asked.add_done_callback(lambda _: self._turns.release())
                answers = await asyncio.shield(asked)
        except (OSError, TimeoutError, UnicodeError, OverflowError):
            raise HostUnknown(
                f"{host} cannot be found; check its spelling, or try again when DNS answers."
            ) from None
        if not answers:
            raise HostUnknown
        return answers

    def _may_use(self, port: int, addresses: Sequence[str]) -> bool:
        if port in self._ports:
            return True
        return 0 < port < 65536 and all(self._is_allowed(ip_address(each)) for each in addresses)

    def _is_allowed(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self._allowed)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address belongs to a host of the public Internet.

    Source:
        RFC 6890, and IANA's registries of special-purpose addresses.
    """
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    return address in _PUBLIC_6 and not any(address in network for network in _NOT_PUBLIC_6)


def parse_networks(text: str) -> tuple[Network, ...]:
    """Read a setting that lists networks, separated by commas; empty means none.

    Raises:
        NetworkInvalid: A part is neither an address nor a network, or has bits set after its
            prefix, so that nobody knows which of the two was meant.
    """
    return tuple(_parse_network(part.strip()) for part in text.split(",") if part.strip())


def to_ascii(host: str) -> str:
    """Give a host as DNS knows it: lower case, A-labels, or an IP address.

    Raises:
        HostInvalid: It is no host name, or an IP address in a form that only some systems
            read (decimal, octal, hexadecimal, shortened).

    Source:
        RFC 1123 2.1, RFC 5891; numbers in disguise as in the WHATWG URL Standard 3.5.
    """
    try:
        return str(ip_address(host))
    except ValueError:
        pass
    name = _encode(host)
    last = name.rstrip(".").rpartition(".")[2]
    if len(name) > 254 or not _NAME.fullmatch(name) or _NUMBER.fullmatch(last):
        raise HostInvalid
    return name


def _encode(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host[:254], uts46=True).decode("ascii")
    except idna.IDNAError:
        raise HostInvalid from None


def _ask_system(host: str, port: int) -> list[str]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in answers]


def _parse_network(part: str) -> Network:
    try:
        return ip_network(part)
    except ValueError:
        raise NetworkInvalid(
            f"{part!r} is not a network; write networks as 10.0.0.0/8, 192.168.1.7, fd00::/8."
        ) from None
