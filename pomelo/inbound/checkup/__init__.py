"""Whether a sender can be trusted: its log-ins, a mail to itself, what its domain publishes."""

from pomelo.inbound.checkup.examine import CheckUnderWay, Checkup, Report, Timing, examine
from pomelo.inbound.checkup.findings import IMAP_SUBJECT, MAIL_SUBJECT, CheckFinding, Level
from pomelo.inbound.checkup.store import LastCheck, list_last

__all__ = [
    "IMAP_SUBJECT",
    "MAIL_SUBJECT",
    "CheckFinding",
    "CheckUnderWay",
    "Checkup",
    "LastCheck",
    "Level",
    "Report",
    "Timing",
    "examine",
    "list_last",
]
