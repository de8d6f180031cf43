"""What `pomelo doctor` looks at: each check gives findings, with what to do about them."""

from pomelo.cli.checkup.database import examine_database
from pomelo.cli.checkup.exports import examine_exports, warn_if_apart
from pomelo.cli.checkup.finding import Finding, Level
from pomelo.cli.checkup.machine import examine_machine, examine_settings
from pomelo.cli.checkup.mailboxes import examine_mailboxes
from pomelo.cli.checkup.safety import warn_if_unsafe
from pomelo.cli.checkup.store import count_received
from pomelo.cli.checkup.trust import check_senders, examine_trust
from pomelo.cli.checkup.work import examine_work

__all__ = [
    "Finding",
    "Level",
    "check_senders",
    "count_received",
    "examine_database",
    "examine_exports",
    "examine_machine",
    "examine_mailboxes",
    "examine_settings",
    "examine_trust",
    "examine_work",
    "warn_if_apart",
    "warn_if_unsafe",
]
