"""Loops over due rows: work while there is some, else wait for a hint or a moment.

A hint (NOTIFY) makes it quick, the moment makes it certain: hints are lost when a
connection is.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final

import asyncpg

from pomelo.base import log
from pomelo.base.db import Database
from pomelo.base.errors import Unavailable

LOG: Final = log.get("loops")
AGAIN_SECONDS: Final = 1.0
# How a connection that listens can end, also while it is begun or closed; the next one is made.
_BROKEN: Final = (
    Unavailable,
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresError,
)


class Hints:
    """Listens for hints on a connection of its own, and comes back when it was cut.

    Args:
        database: Where.
        channel: Of NOTIFY.
    """

    def __init__(self, database: Database, channel: str) -> None:
        self._database = database
        self._channel = channel
        self.came = asyncio.Event()

    async def listen(self, stop: asyncio.Event) -> None:
        """Listen until told to stop."""
        while not stop.is_set():
            with suppress(*_BROKEN):
                await self._listen_once(stop)
            await rest(stop, AGAIN_SECONDS)

    async def _listen_once(self, stop: asyncio.Event) -> None:
        connection = await self._database.connect()
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(self._channel, self._hear)
            self.came.set()  # whatever came while nobody listened
            await first(stop.wait(), lost.wait())
        finally:
            if not connection.is_closed():
                await connection.close(timeout=2)

    def _hear(self, *_: Any) -> None:
        self.came.set()


async def run_loop(
    name: str,
    work_once: Callable[[], Awaitable[bool]],
    stop: asyncio.Event,
    *,
    hint: asyncio.Event | None = None,
    rest_seconds: float = AGAIN_SECONDS,
) -> None:
    """Run a loop until told to stop; an error is logged and never ends it.

    Args:
        name: For the log.
        work_once: Does one piece and says whether there was any.
        stop: Set to end.
        hint: Set when there may be work.
        rest_seconds: How long to wait at most when there was none.
    """
    while not stop.is_set():
        if hint is not None:
            hint.clear()
        if await _worked(name, work_once):
            await asyncio.sleep(0)
        elif hint is None:
            await rest(stop, rest_seconds)
        else:
            await first(stop.wait(), hint.wait(), seconds=rest_seconds)


async def _worked(name: str, work_once: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await work_once()
    except Unavailable as away:
        LOG.debug("loop_waits", loop=name, reason=str(away))  # the database's own line says why
    except Exception:
        LOG.exception("loop_failed", loop=name)
    return False


async def together(stop: asyncio.Event, parts: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run parts of a program until one ends or fails, then let the others end.

    A failure is raised when all have ended: what they leave, they leave in the database.
    """
    tasks = [asyncio.create_task(part) for part in parts]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await asyncio.wait(tasks)
    finally:
        for task in tasks:
            task.cancel()
    await asyncio.gather(*tasks)


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """Wait some seconds, or until told to stop."""
    await first(stop.wait(), seconds=seconds)


async def first(*waits: Any, seconds: float | None = None) -> None:
    """Wait until the first of several things happens, or the time is over."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
