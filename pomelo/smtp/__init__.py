"""The sending side of SMTP: sessions with a sender's server, and all that can come of them."""

from pomelo.smtp.opening import SmtpServer, Timeouts, TlsMode
from pomelo.smtp.session import Session
from pomelo.smtp.outcomes import (
    Accepted,
    Deferred,
    Opened,
    Ready,
    Reason,
    Refused,
    Unknown,
    Unreachable,
)

__all__ = [
    "Accepted",
    "Deferred",
    "Opened",
    "Ready",
    "Reason",
    "Refused",
    "Session",
    "SmtpServer",
    "Timeouts",
    "TlsMode",
    "Unknown",
    "Unreachable",
]
