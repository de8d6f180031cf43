"""The brake on hard bounces: when too many of a sender's last mails came back; pure rules.

Providers take who writes to addresses that do not exist for a spammer, so it is worth more
to stop than to go on.
"""

from enum import StrEnum
from typing import Final

import msgspec

# So many of its last mails are looked at, and fewer than the least say nothing.
LAST_MAILS: Final = 100
LEAST_MAILS: Final = 50
# Per cent of them: from here on nobody new is written to, and from there on nobody at all.
NEW_LEADS_PERCENT: Final = 5
ALL_PERCENT: Final = 10


class Brake(StrEnum):
    """What a sender must not do while it is on."""

    NEW_LEADS = "new_leads"
    ALL = "all"


class HardBounces(msgspec.Struct, frozen=True):
    """How many of a sender's last mails came back for good."""

    mails: int
    bounced: int

    def __str__(self) -> str:
        return f"{self.bounced} of its last {self.mails} mails bounced for good"


def judge(counted: HardBounces) -> Brake | None:
    """Tell whether a sender must be braked, and how hard.

    Args:
        counted: Of at most its last 100 mails, since a person last lifted the brake.
    """
    if counted.mails < LEAST_MAILS:
        return None
    percent = 100 * counted.bounced / counted.mails
    if percent >= ALL_PERCENT:
        return Brake.ALL
    return Brake.NEW_LEADS if percent >= NEW_LEADS_PERCENT else None
