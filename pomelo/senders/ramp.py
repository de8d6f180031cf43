"""Ramping up: a new mailbox begins with few mails a day, and may send some more each day.

Providers take a mailbox that never sent and suddenly sends much for a stolen one.
"""

from datetime import datetime, timedelta
from typing import Final

from pomelo.senders.model import Sender

DAY: Final = timedelta(hours=24)


def limit_at(sender: Sender, now: datetime) -> int:
    """Give how many mails a sender may send in the 24 hours before an instant; 0 = any number.

    It never falls as time goes on, so a window that was within it stays so.
    """
    if sender.ramp_started_at is None:
        return sender.limit_per_day
    reached = sender.ramp_per_day * (_days(sender.ramp_started_at, now) + 1)
    return min(reached, sender.limit_per_day) if sender.limit_per_day else reached


def is_ramping(sender: Sender, now: datetime) -> bool:
    """Tell whether its ramp allows fewer mails than its limit."""
    return limit_at(sender, now) != sender.limit_per_day


def room_at(sender: Sender, frees_at: datetime | None, now: datetime) -> datetime | None:
    """Give when a sender whose 24 hours are full may send again.

    Args:
        sender: The sender.
        frees_at: When the oldest mail that fills them leaves them; None = never by that.
        now: The present.
    """
    started = sender.ramp_started_at
    if started is None or not is_ramping(sender, now):
        return frees_at
    rises_at = started + DAY * (_days(started, now) + 1)
    return min(rises_at, frees_at) if frees_at else rises_at


def _days(since: datetime, now: datetime) -> int:
    return max(0, (now - since) // DAY)
