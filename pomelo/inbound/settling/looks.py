"""When a mail in doubt is looked for again; pure rules."""

from datetime import datetime, timedelta
from typing import Final

FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=2)


def next_look(
    looks: int, *, now: datetime, ends_at: datetime, speed: float = 1.0
) -> datetime | None:
    """Tell when a mail is looked for once more.

    Args:
        looks: How often it was before.
        now: When the last look began.
        ends_at: When the last look of all is due.
        speed: How fast our clock runs; mail servers live in real time.

    Returns:
        An instant, sooner after the first looks than after the later ones, and at the latest
        `ends_at`; nothing when that is past.
    """
    if now >= ends_at:
        return None
    wait = min(FIRST_WAIT * (1 << min(looks, 10)), LONGEST_WAIT)
    return min(now + wait * speed, ends_at)
