"""Hits that were answered and wait to be recorded: how many may, how long, and what is lost."""

import asyncio
from collections.abc import Callable
from typing import Final

from pomelo.base import log, metrics
from pomelo.base.db import Database
from pomelo.base.errors import Unavailable
from pomelo.tracking.hits import Hit, record

LOG: Final = log.get("tracking")
BATCH: Final = 500
# While one batch is in the database the next is prepared.
FLUSHERS: Final = 2
# Hits that may wait before those who fetch more wait with them, and how long; and the most.
CALM: Final = 1_000
PATIENCE_SECONDS: Final = 2.0
WAITING: Final = 20_000
# Between two tries while the database is away.
PAUSE_SECONDS: Final = 0.5
# What waits when the server ends may take so long.
DRAIN_SECONDS: Final = 5.0


class Recorder:
    """Records hits behind the answers to them, many in one transaction.

    They wait in memory. While the database is away they are kept and tried again; beyond
    20,000 the newest are lost, and so is one that the database refuses.

    Args:
        database: Where they are recorded.
        observe: Told the size of every batch (for metrics).
    """

    def __init__(self, database: Database, observe: Callable[[int], None] = lambda _: None) -> None:
        self._database = database
        self._observe = observe
        self._waiting: list[Hit] = []
        self._in_hand = 0
        self._lost = 0
        self._is_stuck = False
        self._turn: asyncio.Future[None] | None = None
        self._flushers: set[asyncio.Task[None]] = set()

    async def add(self, hit: Hit) -> None:
        """Let a hit be recorded.

        Nobody waits for that, but for a moment while very many do: whoever fetches faster than
        hits can be written is slowed down.
        """
        if len(self._waiting) >= WAITING:
            self._lose(1)
            return
        self._waiting.append(hit)
        if not self._flushers or (len(self._waiting) > BATCH and len(self._flushers) < FLUSHERS):
            flusher = asyncio.create_task(self._flush())
            self._flushers.add(flusher)
            flusher.add_done_callback(self._flushers.discard)
        if len(self._waiting) > CALM and self._turn and not self._is_stuck:
            written, _ = await asyncio.wait((self._turn,), timeout=PATIENCE_SECONDS)
            self._is_stuck = not written  # waiting for the database in vain helps nobody

    @property
    def waiting(self) -> int:
        """How many hits are not recorded yet."""
        return len(self._waiting) + self._in_hand

    async def drain(self, seconds: float = DRAIN_SECONDS) -> None:
        """Wait until all hits so far are recorded; those that are not after a while are lost."""
        flushers = tuple(self._flushers)
        if flushers and (await asyncio.wait(flushers, timeout=seconds))[1]:
            self._lose(self.waiting)
            self._waiting = []
            for flusher in flushers:
                flusher.cancel()
            self._tell_lost()

    async def _flush(self) -> None:
        while self._waiting:
            turn = self._turn = asyncio.get_running_loop().create_future()
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            self._in_hand += len(batch)
            left = await self._settle(batch)
            self._in_hand -= len(batch)
            self._waiting[:0] = left
            turn.set_result(None)
            self._is_stuck = bool(left)
            if left:
                await asyncio.sleep(PAUSE_SECONDS)
        self._tell_lost()

    async def _settle(self, batch: list[Hit]) -> list[Hit]:
        """Record a batch; gives what is left to be tried again, because the database is away."""
        try:
            await self._database.retrying(lambda db: record(db, batch))
        except Unavailable:
            return batch
        except Exception as error:
            if len(batch) > 1:  # one of them spoils the others: each alone
                return [left for hit in batch for left in await self._settle([hit])]
            LOG.warning("hit_refused", message=batch[0].message_id, reason=repr(error))
            self._lose(1)
        self._observe(len(batch))
        return []

    def _lose(self, hits: int) -> None:
        self._lost += hits
        metrics.HITS_LOST.inc(hits)

    def _tell_lost(self) -> None:
        if self._lost:
            LOG.warning("hits_lost", hits=self._lost)
            self._lost = 0
