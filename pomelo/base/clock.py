"""Time: the only place that reads it. Everybody else is told `now`.

Wall time is the database's, so that all processes agree; spans come from the monotonic clock,
so that a jump of the machine's moves nothing. `speed` makes it run faster, for demonstrations.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Final

from pomelo.base.db import Db

RESYNC_SECONDS: Final = 10.0


class Clock:
    """The database's clock, read once in a while and carried on between.

    Args:
        speed: How many of its seconds pass in a real one.
        start: When a fast clock shows the real time: before that it lags, after it it runs
            ahead. All processes of an installation share it.
    """

    def __init__(self, speed: float = 1.0, start: datetime | None = None) -> None:
        self.speed = speed
        self._start = start
        self._read_at = time.monotonic()
        self._real = datetime.now(UTC)
        self._is_set = False

    def now(self) -> datetime:
        """Give the present instant, aware, in UTC."""
        real = self.real_now()
        if self._start is None or self.speed == 1.0:
            return real
        return self._start + (real - self._start) * self.speed

    def real_now(self) -> datetime:
        """Give the present instant at any speed, for what the world checks by its own clock."""
        return self._real + timedelta(seconds=time.monotonic() - self._read_at)

    async def sync(self, db: Db) -> None:
        """Set it by the database, at most every 10 s."""
        if self._is_set and time.monotonic() - self._read_at <= RESYNC_SECONDS:
            return
        self._real = await db.fetchval("SELECT clock_timestamp()")
        self._read_at = time.monotonic()
        self._start = self._start or self._real
        self._is_set = True


def monotonic() -> float:
    """Give seconds of a clock that never jumps, for spans and deadlines."""
    return time.monotonic()
