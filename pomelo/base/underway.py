"""What a loop has begun: each piece in a task of its own, beside what it is about."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, Generic, TypeVar

from pomelo.base import log

What = TypeVar("What")

# Whoever waits for room looks again so soon, as to when it must end.
LOOK_SECONDS: Final = 1.0


class UnderWay(Generic[What]):
    """Pieces of work that a loop has begun.

    One that fails is told to the log when it is next looked for, and ends nothing else.

    Args:
        log_of: The name under which the log is written.
        event: What the log calls a failure.
        named: Says for the log which piece it was.
        ended: Set whenever one ends: there may be room, or more to do.
    """

    def __init__(
        self,
        log_of: str,
        event: str,
        named: Callable[[What], dict[str, str]],
        *,
        ended: asyncio.Event | None = None,
    ) -> None:
        self._log = log.get(log_of)
        self._event = event
        self._named = named
        self._ended = ended
        self._tasks: dict[asyncio.Task[None], What] = {}

    def begin(self, work: Coroutine[Any, Any, None], what: What) -> None:
        """Begin a piece."""
        task = asyncio.create_task(work)
        if (ended := self._ended) is not None:
            task.add_done_callback(lambda _: ended.set())
        self._tasks[task] = what

    @property
    def pieces(self) -> list[What]:
        """What it is about, of each that is under way."""
        self._forget_ended()
        return list(self._tasks.values())

    def cancel(self, what: What) -> None:
        """Call off a piece."""
        for task, piece in self._tasks.items():
            if piece is what:
                task.cancel()

    async def wait_for_one(self) -> None:
        """Wait until one has ended, a second at most."""
        await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED, timeout=LOOK_SECONDS)

    async def drain(self, *, within_seconds: float | None = None) -> None:
        """Wait until all have ended, or the time is over."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within_seconds)
        self._forget_ended()

    async def finish(self, *, within_seconds: float = 0.0) -> None:
        """Wait a while for all, then cut off who is not ready."""
        if within_seconds:
            await self.drain(within_seconds=within_seconds)
        for task in self._tasks:
            task.cancel()
        await self.drain()

    def _forget_ended(self) -> None:
        for task in [task for task in self._tasks if task.done()]:
            what = self._tasks.pop(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                self._log.error(self._event, **self._named(what), exc_info=error)
