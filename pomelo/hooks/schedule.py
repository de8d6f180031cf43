"""When something is told again, and when a receiver is given up or given a rest.

Pure functions; chance is an argument, and so is the time.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

# Waits between attempts: more than 75 hours in all, so that a weekend is slept over.
WAITS: Final = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=1),
    timedelta(hours=2),
    timedelta(hours=4),
    timedelta(hours=8),
    *([timedelta(hours=12)] * 5),
)
# Only ever longer, never shorter: what is promised is the least time.
JITTER: Final = 0.1
GIVES_UP_AFTER: Final = timedelta(hours=72)
# What a lead did later waits for what it did before, while that is retried for so long.
ORDER_FOR: Final = timedelta(hours=1)
# A receiver that failed so often in a row rests; one that is back is noticed in a minute.
RESTS_FROM: Final = 4
REST: Final = timedelta(seconds=5)
LONGEST_REST: Final = timedelta(minutes=1)
# A receiver may ask for more patience, within reason.
LONGEST_PATIENCE: Final = timedelta(hours=1)


def next_wait(attempts: int, chance: float) -> timedelta | None:
    """Tell how long to wait after an attempt that failed.

    Args:
        attempts: Which one it was, from 1.
        chance: Between 0 and 1.

    Returns:
        The wait, up to a tenth longer than planned, so that what failed together does not
        return together; None when it was the last attempt, at least 72 hours after the first.
    """
    if attempts > len(WAITS):
        return None
    return WAITS[attempts - 1] * (1 + JITTER * chance)


def keeps_order(queued_at: datetime, now: datetime) -> bool:
    """Tell whether later facts of a lead still wait for one that fails."""
    return now - queued_at < ORDER_FOR


def rest(failures: int) -> timedelta:
    """Tell how long a receiver rests after so many failures in a row."""
    if failures < RESTS_FROM:
        return timedelta(0)
    doublings = min(failures - RESTS_FROM, 10)
    return min(REST * (1 << doublings), LONGEST_REST)


def is_given_up(first_failed_at: datetime, now: datetime) -> bool:
    """Tell whether a receiver has failed for so long that it is told nothing more."""
    return now - first_failed_at >= GIVES_UP_AFTER


def patience(retry_after: str, now: datetime) -> timedelta:
    """Read how long a receiver asks to be left alone; at most an hour, 0 if it says nothing.

    Args:
        retry_after: The header: seconds, or a date.
        now: The present instant, by the world's clock.

    Source:
        RFC 9110 10.2.3.
    """
    asked = timedelta(0)
    if retry_after.isascii() and retry_after.isdigit():
        asked = timedelta(seconds=int(retry_after[:9]))
    elif retry_after:
        asked = _until(retry_after, now)
    return max(timedelta(0), min(asked, LONGEST_PATIENCE))


def _until(text: str, now: datetime) -> timedelta:
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return timedelta(0)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
