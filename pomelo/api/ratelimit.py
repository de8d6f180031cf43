"""How often one may call: at most n requests in any 2 seconds, over all processes together.

Source: API reference 1.3 (the number, the four headers and the form of the date).
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import Final

import msgspec

from pomelo.base import sql
from pomelo.base.clock import monotonic
from pomelo.base.db import Database, Db
from pomelo.base.groupcommit import GroupCommit

_QUERIES: Final = sql.load(__package__, "ratelimit.sql")

WINDOW: Final = timedelta(seconds=2)
FORGET_SECONDS: Final = 60.0
KEEP_REFUSED: Final = 10_000
# What the headers say when there is no limit: clients that pace themselves need a number.
UNLIMITED: Final = 1_000_000
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
)  # fmt: skip

HeaderList = list[tuple[bytes, bytes]]


class Quota(msgspec.Struct, frozen=True):
    """What a request was told about its caller's window.

    Args:
        is_granted: Whether it may go on.
        limit: Requests in any 2 s.
        remaining: How many more would be granted now.
        reset_at: When the oldest granted request leaves the window.
        wait_seconds: Until one more is granted; 0 when one would be now.
    """

    is_granted: bool
    limit: int
    remaining: int
    reset_at: datetime
    wait_seconds: float = 0.0

    def headers(self, *, least_wait: int = 0) -> HeaderList:
        """Write the four headers that every answer carries."""
        wait = 0 if self.is_granted and self.remaining else max(1, ceil(self.wait_seconds))
        return _headers(
            max(wait, least_wait), self.limit, self.remaining, ceil(self.reset_at.timestamp())
        )


@lru_cache(64)
def _headers(wait: int, limit: int, remaining: int, reset: int) -> HeaderList:
    return [
        (b"retry-after", b"%d" % wait),
        (b"x-ratelimit-limit", b"%d" % limit),
        (b"x-ratelimit-remaining", b"%d" % remaining),
        (b"x-ratelimit-reset", javascript_date(datetime.fromtimestamp(reset, UTC)).encode()),
    ]


def javascript_date(at: datetime) -> str:
    """Write an instant in UTC as JavaScript's `Date.toString()` does, whatever the locale.

    Source:
        ECMA-262 21.4.4.41.
    """
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    clock = f"{at.hour:02}:{at.minute:02}:{at.second:02}"
    return f"{day} {month} {at.day:02} {at.year:04} {clock} GMT+0000 (Coordinated Universal Time)"


class Granted(msgspec.Struct, frozen=True):
    """A row of `take`: what became of all requests of one key in one batch."""

    key: str
    granted: int
    used: int
    oldest_at: datetime
    now: datetime


def quotas(keys: Sequence[str], rows: Sequence[Granted], limit: int) -> list[Quota]:
    """Deal what was granted out to the requests of a batch, in the order they came."""
    by_key = {row.key: row for row in rows}
    seen: Counter[str] = Counter()
    dealt = []
    for key in keys:
        row, place = by_key[key], seen[key]
        seen[key] += 1
        reset_at = row.oldest_at + WINDOW
        remaining = max(0, limit - row.used + row.granted - place - 1)
        wait = 0.0 if remaining else (reset_at - row.now).total_seconds()
        dealt.append(Quota(place < row.granted, limit, remaining, reset_at, wait))
    return dealt


class RateLimiter:
    """Grants or refuses requests.

    Args:
        database: Where all processes count together.
        limit: Requests in any 2 s; 0 when there is none, so that nobody need be asked.
        observe: Told the size of every batch (for metrics).
    """

    def __init__(
        self, database: Database, limit: int, observe: Callable[[int], None] = lambda _: None
    ) -> None:
        self.limit = limit
        self._group = GroupCommit(database, self._take, observe)
        self._refused: dict[str, tuple[float, Quota]] = {}
        self._forgot_at = monotonic()

    async def hit(self, key: str) -> Quota:
        """Count a request of a key or address, if it is granted.

        Raises:
            Unavailable: The database is away.
        """
        # Who was refused is refused until the oldest request leaves: no need to ask again,
        # so a flood stops here.
        until, refused = self._refused.get(key, (0.0, None))
        left = until - monotonic()
        if refused is not None and left > 0:
            return msgspec.structs.replace(refused, wait_seconds=left)
        quota = await self._group.submit(key)
        if not quota.is_granted:
            self._remember(key, quota)
        return quota

    def unknown(self, now: datetime) -> Quota:
        """Say what is known without asking: no limit, or (database away) nothing left."""
        limit = self.limit or UNLIMITED
        return Quota(True, limit, 0 if self.limit else limit, now)

    def _remember(self, key: str, quota: Quota) -> None:
        if len(self._refused) >= KEEP_REFUSED:
            self._refused.clear()
        self._refused[key] = (monotonic() + quota.wait_seconds, quota)

    async def _take(self, db: Db, keys: Sequence[str]) -> Sequence[Quota]:
        asked = Counter(keys)
        rows = await _QUERIES["take"].rows(
            db, Granted, keys=list(asked), asked=list(asked.values()), most=self.limit
        )
        if monotonic() - self._forgot_at > FORGET_SECONDS:
            self._forgot_at = monotonic()
            await _QUERIES["forget"].run(db)
        return quotas(keys, rows, self.limit)
