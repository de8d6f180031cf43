"""Group commit: many small writes share one transaction, each gets its own outcome.

A flush starts as soon as the one before has returned, with everything that came
meanwhile; no request waits for a timer, and nobody is answered before COMMIT.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final, Generic, TypeVar

from pomelo.base.db import Database, Db
from pomelo.base.errors import PomeloError, TooMany, Unavailable
from pomelo.base.silence import NoAnswer

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")

BATCH: Final = 500
WAITING: Final = 20_000


class GroupCommit(Generic[Item, Outcome]):
    """Collects single items, writes them in batches and hands back each one's outcome.

    Args:
        database: Where the batches are written.
        write: Writes a batch in an open transaction and gives as many outcomes, in order.
            An outcome that is an exception is raised for its caller alone.
        observe: Told the size of every batch (for metrics).
        gather_seconds: So long at most a flush waits until there are as many items as in the
            one before; for writes of loops, which are worth more together than at once.
    """

    def __init__(
        self,
        database: Database,
        write: Callable[[Db, Sequence[Item]], Awaitable[Sequence[Outcome | PomeloError]]],
        observe: Callable[[int], None] = lambda _: None,
        *,
        gather_seconds: float = 0.0,
    ) -> None:
        self._database = database
        self._write = write
        self._observe = observe
        self._gather_seconds = gather_seconds
        self._size = 1
        self._enough = asyncio.Event()
        self._waiting: list[tuple[Item, asyncio.Future[Outcome]]] = []
        self._flusher: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def submit(self, item: Item) -> Outcome:
        """Write one item; returns or raises its own outcome, after COMMIT.

        Raises:
            TooMany: 20,000 items wait already.
            Unavailable: The database is away; nothing was acknowledged.
        """
        return await self.enqueue(item)

    def enqueue(self, item: Item) -> "asyncio.Future[Outcome]":
        """Let one item be written, and give the future of its outcome.

        Raises:
            TooMany: 20,000 items wait already.
        """
        if len(self._waiting) >= WAITING:
            raise TooMany
        loop = self._loop = self._loop or asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        self._waiting.append((item, future))
        if len(self._waiting) >= self._size:
            self._enough.set()
        if self._flusher is None or self._flusher.done():
            self._flusher = loop.create_task(self._flush())
        return future

    async def drain(self) -> None:
        """Wait until everything submitted so far is written."""
        while self._flusher is not None and not self._flusher.done():
            await asyncio.wait([self._flusher])

    async def _flush(self) -> None:
        while self._waiting:
            if self._gather_seconds:
                await self._gather()
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            self._size = len(batch)
            self._observe(len(batch))
            await self._settle(batch)

    async def _gather(self) -> None:
        """Wait for those that came together last time: they are likely to do so again."""
        self._enough.clear()
        if len(self._waiting) < self._size:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._gather_seconds):
                    await self._enough.wait()

    async def _settle(self, batch: list[tuple[Item, asyncio.Future[Outcome]]]) -> None:
        try:
            outcomes = await self._commit([item for item, _ in batch])
        except Exception as error:
            if isinstance(error, NoAnswer):  # who came meanwhile would wait as long again
                batch, self._waiting = batch + self._waiting, []
            if len(batch) == 1 or isinstance(error, Unavailable):
                outcomes = [error] * len(batch)
            else:  # One item spoils the batch: write each alone, so that only it fails.
                for pair in batch:
                    await self._settle([pair])
                return
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            _tell(future, outcome)

    async def _commit(self, items: Sequence[Item]) -> list[Outcome | Exception]:
        outcomes: Sequence[Outcome | PomeloError] = await self._database.retrying(
            lambda db: self._write(db, items)
        )
        return list(outcomes)


def _tell(future: asyncio.Future[Outcome], outcome: Outcome | Exception) -> None:
    if future.done():  # the caller left
        return
    if isinstance(outcome, Exception):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)
