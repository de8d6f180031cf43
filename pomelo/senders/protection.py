"""How a connection to a mail server is protected when nobody said so in words."""

import ipaddress
from typing import Final

from pomelo.senders.model import TlsMode

# Ports that speak TLS from the first byte (RFC 8314 3).
TLS_PORTS: Final = frozenset({465, 993})


def protection(host: str, port: int, is_tls: bool | None = None) -> TlsMode:
    """Choose how to speak to a mail server.

    Args:
        host: Its name or address.
        port: Where it listens.
        is_tls: TLS from the first byte, or not; None = what is usual on that port.

    Returns:
        Without TLS from the first byte STARTTLS is required, except on this machine.

    Source:
        RFC 8314 3.3; API reference 3.3 (`smtp_secure`).
    """
    if is_tls or (is_tls is None and port in TLS_PORTS):
        return TlsMode.TLS
    return TlsMode.NONE if is_loopback(host) else TlsMode.STARTTLS


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, by its form alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.rstrip(".").lower() == "localhost"
