"""Whether a sender can be trusted: its log-ins, a mail to itself, what its domain publishes."""

from pomelo.inbound.checkup.examine import CheckUnderWay, Checkup, Report, Timing, examine
from pomelo.inbound.checkup.findings import CheckFinding, Level
from pomelo.inbound.checkup.store import LastCheck, list_last

__all__ = [
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
