"""What the database must count before it can be measured: how much waits, and since when.

Counting reads every row that is counted, so it is done seldom, whoever asks how often.
"""

import asyncio
from math import nan
from typing import Final

from pomelo import delivery, hooks, senders
from pomelo.base import metrics
from pomelo.base.clock import Clock, monotonic
from pomelo.base.db import Database
from pomelo.base.errors import Unavailable
from pomelo.senders import Freshness, PausedFor

# At most so often, and for at most a fiftieth of the time.
EVERY_SECONDS: Final = 15.0
SHARE: Final = 50
# Longer nobody waits for it; the figures of the time before are answered.
PATIENCE_SECONDS: Final = 1.0
COUNT_SECONDS: Final = 15.0
REASONS: Final = (*PausedFor, "new_leads")
GAUGES: Final = (
    metrics.WAITING,
    metrics.UNCERTAIN,
    metrics.OLDEST_DUE,
    metrics.HOOKS_WAITING,
    metrics.UNHEARD,
    *(metrics.PAUSED.labels(reason) for reason in REASONS),
)


class Gauges:
    """Keeps what is counted in the database, for GET /metrics of this process.

    Args:
        database: Where it is counted.
        clock: Tells how late the oldest due step is.
        freshness: How old the last reading of a mailbox may be.
    """

    def __init__(self, database: Database, clock: Clock, freshness: Freshness) -> None:
        self._freshness = freshness
        self._database = database.within(COUNT_SECONDS)
        self._clock = clock
        self._counting: asyncio.Task[None] | None = None
        self._again_at = 0.0

    async def update(self) -> None:
        """Count again if it is time, and wait a moment for the figures."""
        if self._counting is None and monotonic() >= self._again_at:
            self._counting = asyncio.create_task(self._count())
        if self._counting is not None:
            await asyncio.wait((self._counting,), timeout=PATIENCE_SECONDS)

    async def _count(self) -> None:
        began = monotonic()
        try:
            await self._set()
        except Unavailable:
            for gauge in GAUGES:
                gauge.set(nan)
        finally:
            took = monotonic() - began
            self._again_at = monotonic() + max(EVERY_SECONDS, SHARE * took)
            self._counting = None

    async def _set(self) -> None:
        now = self._clock.now()
        async with self._database.transaction(readonly=True) as db:
            backlog = await delivery.backlog(db, now=now)
            untold = await hooks.count_waiting(db)
            paused = await senders.count_paused(db)
            unheard = await senders.list_unheard(db, since=self._freshness.since(self._clock))
        metrics.WAITING.set(backlog.waiting)
        metrics.UNCERTAIN.set(backlog.uncertain)
        metrics.HOOKS_WAITING.set(untold)
        metrics.UNHEARD.set(len(unheard))
        for reason in REASONS:
            metrics.PAUSED.labels(reason).set(paused.get(reason, 0))
        late = now - (backlog.oldest_due_at or now)
        metrics.OLDEST_DUE.set(late.total_seconds())
