"""The sending side of SMTP: sessions with a sender's server, and all that can come of them."""

from pomelo.smtp.check import MailAccess, dialled, fault, fault_words, find_smtp_fault
from pomelo.smtp.opening import LOCAL_HOSTNAME, SmtpServer, Timeouts, TlsMode
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
from pomelo.smtp.session import Session
from pomelo.smtp.sessions import Sessions

__all__ = [
    "LOCAL_HOSTNAME",
    "Accepted",
    "Deferred",
    "MailAccess",
    "Opened",
    "Ready",
    "Reason",
    "Refused",
    "Session",
    "Sessions",
    "SmtpServer",
    "Timeouts",
    "TlsMode",
    "Unknown",
    "Unreachable",
    "dialled",
    "fault",
    "fault_words",
    "find_smtp_fault",
]
