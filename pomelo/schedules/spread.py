"""How the mails of a day are spread over its hours, and when a full day's limit frees a place."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

LIMIT_SPAN: Final = timedelta(hours=24)
# A share of the time left, varied by this much, so that mails do not leave like clockwork.
LEAST_SHARE: Final = 0.7
MOST_SHARE: Final = 1.3


def next_send(
    now: datetime, gap: timedelta, window_left: timedelta | None, left_today: int, seed: str
) -> datetime:
    """Choose when a sender may send again after a mail.

    Args:
        now: When it sent.
        gap: The least time between two of its mails; 0 for none.
        window_left: How long sending stays allowed today; nothing when mails are not spread.
        left_today: How many mails its limit still allows.
        seed: Names this mail; the same seed always chooses the same.

    Returns:
        `now` and the gap, or a varied share of the time left if that is later.
    """
    if window_left is None or left_today <= 0:
        return now + gap
    return now + max(gap, window_left / left_today * _share(seed))


def limit_frees_at(sent_at: Sequence[datetime], limit: int, now: datetime) -> datetime | None:
    """Find when a sender is below its limit of mails in any 24 hours.

    Args:
        sent_at: When it sent, in any order; older times than a day may be among them. Times
            after `now` count too: a clock that was set back frees nothing.
        limit: Mails in 24 hours; 0 means none ever.
        now: When it is asked.

    Returns:
        Nothing when it may send now; else the instant when enough mails are a day old, or
        in a day when the limit is 0.
    """
    if limit <= 0:
        return now + LIMIT_SPAN
    recent = sorted(sent for sent in sent_at if sent > now - LIMIT_SPAN)
    if len(recent) < limit:
        return None
    return recent[-limit] + LIMIT_SPAN


def _share(seed: str) -> float:
    drawn = int.from_bytes(blake2b(seed.encode(), digest_size=8).digest()) / 2**64
    return LEAST_SHARE + (MOST_SHARE - LEAST_SHARE) * drawn
