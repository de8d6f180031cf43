"""What came of a call to another system; without the libraries that make one, slow to import."""

from enum import StrEnum
from typing import Final

import msgspec

# The receiver wants to be told nothing any more (RFC 9110 15.5.11).
GONE: Final = 410


class Fault(StrEnum):
    """What was wrong with an attempt; never what the receiver said."""

    INVALID = "invalid"
    """The address or a header cannot be written as HTTP wants it."""
    REFUSED = "refused"
    """Its address may not be connected to: it is not public, or the port is not usual."""
    UNRESOLVED = "unresolved"
    """The name system knows no address."""
    UNREACHABLE = "unreachable"
    """Nobody took the connection."""
    TLS_FAILED = "tls_failed"
    """No TLS, or a certificate that is not trusted."""
    TIMED_OUT = "timed_out"
    """No answer within 15 seconds."""
    CLOSED = "closed"
    """The connection broke before there was an answer."""
    GARBLED = "garbled"
    """What came was no HTTP answer, or too much of one."""
    REDIRECT = "redirect"
    """It pointed elsewhere (3xx), which is not followed."""
    STATUS = "status"
    """It answered otherwise than with 2xx."""


class Answer(msgspec.Struct, frozen=True):
    """What came of an attempt to tell a receiver something.

    Attributes:
        status: The answer's; None when there was none.
        fault: What was wrong; None when it arrived.
        latency_ms: Until the answer, or the failure.
        retry_after: What the receiver said of it.
    """

    status: int | None
    fault: Fault | None
    latency_ms: int
    retry_after: str = ""

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants to be told nothing any more."""
        return self.status == GONE
