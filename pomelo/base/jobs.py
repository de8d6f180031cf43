"""Jobs that run in the background: the one thin door to PgQueuer.

Its tables live in a schema of their own, `jobs`, made by its own installer. A job is put
there in the caller's transaction, so it is there if, and only if, that was committed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from importlib.metadata import version
from typing import Final, TypeAlias

from pomelo.base import log
from pomelo.base.db import Database, Db
from pomelo.base.errors import Unavailable
from pomelo.base.loops import rest
from pomelo.base.migrate import LOCK
from pomelo.base.sql import load

QUERIES: Final = load(__package__ or "", "jobs.sql")
LIBRARY: Final = "pgqueuer"
# Slow to import, so that happens when it is first needed, and beside the event loop.
ADAPTER: Final = "pomelo.base.pgq"
AT_ONCE: Final = 4
GRACE_SECONDS: Final = 5.0
AGAIN_SECONDS: Final = 1.0
EVERY_MINUTE: Final = "* * * * *"
EVERY_HOUR: Final = "17 * * * *"

Run: TypeAlias = Callable[[bytes], Awaitable[None]]
Tick: TypeAlias = Callable[[], Awaitable[None]]
_log: Final = log.get("jobs")


async def install(database: Database) -> None:
    """Make the library's tables, or bring them to its present version; to run after migrations.

    Safe when two servers start at once. When nothing is to be done, the library is not even
    imported.
    """
    connection = await database.connect()
    try:
        await connection.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        if await QUERIES["find_version"].one(connection, object) != version(LIBRARY):
            from pomelo.base import pgq  # noqa: PLC0415

            await pgq.install(connection)
            note = await QUERIES["note_version"].one(connection, str, version=version(LIBRARY))
            await connection.execute(note)
    finally:
        await connection.close()


async def enqueue(db: Db, name: str, payload: bytes) -> None:
    """Put a job into the queue.

    Args:
        db: The caller's transaction; the job begins after its commit.
        name: As it was registered.
        payload: What `run` is given: ids, no contents.
    """
    await asyncio.to_thread(import_module, ADAPTER)
    from pomelo.base import pgq  # noqa: PLC0415

    await pgq.enqueue(db, name, payload)


class Jobs:
    """Runs jobs until told to stop, over a connection of its own.

    A job may run twice (a worker that seems dead may not be), so each must bear that. One
    that raises is held in the queue, as `failed`, for a person; one whose worker is stopped,
    or that raises Unavailable, goes back into the queue.

    Args:
        database: Where the queue is.
        at_once: Jobs that run in this process at the same time, an even number.
        grace_seconds: At the end, what runs may take so long to finish by itself.
    """

    def __init__(
        self, database: Database, *, at_once: int = AT_ONCE, grace_seconds: float = GRACE_SECONDS
    ) -> None:
        self._database = database
        self._at_once = at_once
        self._grace_seconds = grace_seconds
        self._entrypoints: dict[str, Run] = {}
        self._crons: dict[tuple[str, str], Tick] = {}
        self.every("clean_jobs", EVERY_HOUR, self.clean)

    def register(self, name: str, run: Run) -> None:
        """Say what a job of this name does."""
        self._entrypoints[name] = run

    def every(self, name: str, expression: str, tick: Tick) -> None:
        """Say what is done by the clock, by one worker of all each time.

        Args:
            name: Of its own.
            expression: Five fields of cron; a sixth would be seconds.
            tick: What is done.
        """
        self._crons[name, expression] = tick

    async def run(self, stop: asyncio.Event) -> None:
        """Run jobs until told to stop; begins again when the database was away."""
        await asyncio.to_thread(import_module, ADAPTER)
        from pomelo.base import pgq  # noqa: PLC0415

        while not stop.is_set():
            try:
                await self._serve(stop)
            except Unavailable as away:
                _log.debug("jobs_wait", reason=str(away))  # the database's own line says why
            except pgq.AWAY as away:
                _log.warning("jobs_interrupted", reason=repr(away))
            await rest(stop, AGAIN_SECONDS)

    async def clean(self) -> None:
        """Delete what the library keeps of jobs long done."""
        async with self._database.transaction() as db:
            await QUERIES["clean_log"].run(db)
            await QUERIES["clean_statistics"].run(db)
            await QUERIES["clean_failed"].run(db)

    async def _serve(self, stop: asyncio.Event) -> None:
        from pomelo.base import pgq  # noqa: PLC0415

        connection = await self._database.connect()
        try:
            serving = pgq.Serving(connection, self._entrypoints, self._crons, self._at_once)
            await serving.run(stop, self._grace_seconds)
        finally:
            if not connection.is_closed():
                await connection.close(timeout=2)
