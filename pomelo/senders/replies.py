"""How replies to a sender come, and whether they were read of late; pure rules.

Who answers must not get the next mail, so follow-ups wait for a mailbox that nobody has read.
"""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from pomelo.base.clock import Clock


class Replies(StrEnum):
    """Where replies to a sender are read."""

    IMAP = "imap"
    PIPE = "pipe"
    NONE = "none"


class Hearing(msgspec.Struct, frozen=True):
    """What is known of a sender's replies; None for `replies`: nobody has said."""

    email: str
    replies: Replies | None
    replies_read_at: datetime | None


class Freshness(msgspec.Struct, frozen=True):
    """How old the last reading of a mailbox may be when a follow-up leaves.

    Attributes:
        minutes: Real ones, however fast the clock runs: mailboxes are read in real time.
    """

    minutes: float = 15.0

    def since(self, clock: Clock) -> datetime:
        """Give the instant at or after which a reading must have begun."""
        return clock.now() - timedelta(minutes=self.minutes) * clock.speed


def may_follow_up(hearing: Hearing, heard_since: datetime) -> bool:
    """Tell whether a sender may go on writing to people who could have answered.

    Args:
        hearing: What is known of its replies.
        heard_since: At or after this instant its mailbox must have been read.
    """
    if hearing.replies is not Replies.IMAP:
        return True
    return hearing.replies_read_at is not None and hearing.replies_read_at >= heard_since


def hearing_warning(hearing: Hearing, heard_since: datetime) -> str | None:
    """Say what is amiss with a sender's replies; None when they are read."""
    email, read_at = hearing.email, hearing.replies_read_at
    if hearing.replies is None:
        return f"How replies to {email} are read is not said; set replies to imap, pipe or none."
    if hearing.replies is Replies.NONE:
        return f"Replies to {email} are not read (none), so they do not stop sequences."
    if may_follow_up(hearing, heard_since):
        return None
    if read_at is None:
        return f"Replies to {email} were never read; its follow-ups wait until they are."
    return (
        f"Replies to {email} not read since {read_at:%Y-%m-%d %H:%M} UTC; its follow-ups wait "
        "until they are."
    )
