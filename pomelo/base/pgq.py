"""PgQueuer, set up as we use it; only `jobs` imports this, and late.

Importing the library takes half a second and 20 MB, so a server answers before it does.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, Final, TypeAlias

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.applications import PgQueuer
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import Job, Schedule
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel
from pydantic_settings import BaseSettings
from pydantic_settings import PydanticBaseSettingsSource as Source

from pomelo.base.db import Db
from pomelo.base.errors import Unavailable

# A worker that died is missed after so long; a living one says so at half of it.
HEARTBEAT: Final = timedelta(seconds=6)
POLL: Final = timedelta(seconds=2)
RETRY_AFTER: Final = timedelta(seconds=2)
SCHEMA: Final = "jobs"
# What ends the loop when PostgreSQL goes away; it is started again.
AWAY: Final = (
    Unavailable,
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresError,
    asyncpg.InternalClientError,
    FailingListenerError,
)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether what the library logs says more than that PostgreSQL went away.

    Of that the database's own line tells, and the loop that begins anew; a schedule that fell due
    at that very moment would tell of it a second time, with a traceback.
    """
    return not (record.exc_info and isinstance(record.exc_info[1], AWAY))


logging.getLogger("pgqueuer").addFilter(_is_news)


class _Names(DBSettings):
    """The library's names, told by nobody but us: it would read CHANNEL, TRIGGER and others."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: Source, *_args: Any, **_kwargs: Any
    ) -> tuple[Source, ...]:
        """Leave the environment out."""
        return (init_settings,)


NAMES: Final = _Names(db_schema=SCHEMA)
_ENQUEUE: Final = QueryQueueBuilder(NAMES).build_enqueue_query()


def _queries(connection: Connection) -> Queries:
    return Queries(
        AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(NAMES),
        qbq=QueryQueueBuilder(NAMES),
        qbs=QuerySchedulerBuilder(NAMES),
    )


async def install(connection: Connection) -> None:
    """Make the tables, whole or not at all, or bring them to this version of the library."""
    queries = _queries(connection)
    if await queries.schema_is_installed():
        await queries.upgrade()
    else:
        await queries.install()


async def enqueue(db: Db, entrypoint: str, payload: bytes) -> None:
    """Insert a job with the library's own statement.

    Its own function would write headers as JSON text, which our connections encode again.
    """
    await db.fetch(_ENQUEUE, [0], [entrypoint], [payload], [timedelta(0)], [None], [None])


class Serving:
    """One run of the library's loop, over one connection.

    Args:
        connection: Its own; closed by who opened it.
        entrypoints: What jobs run, by name.
        crons: What runs by the clock: name and cron expression.
        at_once: Jobs that run here at the same time, an even number.
    """

    def __init__(
        self,
        connection: Connection,
        entrypoints: Mapping[str, Callable[[bytes], Awaitable[None]]],
        crons: Mapping[tuple[str, str], Callable[[], Awaitable[None]]],
        at_once: int,
    ) -> None:
        self._connection = connection
        self._at_once = at_once
        self._carried_out: set[asyncio.Task[Any]] = set()
        queries = _queries(connection)
        self._queuer = PgQueuer(queries.driver, Channel(NAMES.channel), queries=queries)
        for name, run in entrypoints.items():
            self._queuer.entrypoint(name, accepts_context=False, on_failure="hold")(self._job(run))
        for (name, expression), tick in crons.items():
            schedule = self._queuer.schedule(
                name, expression, clean_old=True, accepts_context=False
            )
            schedule(self._cron(tick))

    def _job(self, run: Callable[[bytes], Awaitable[None]]) -> Callable[[Job], Awaitable[None]]:
        async def carry_out(job: Job) -> None:
            """Run a job; one that is interrupted goes back into the queue at once."""
            with self._known():
                try:
                    await run(job.payload or b"")
                except (asyncio.CancelledError, Unavailable) as interrupted:
                    raise RetryRequested(RETRY_AFTER, repr(interrupted)) from interrupted

        return carry_out

    def _cron(self, tick: Callable[[], Awaitable[None]]) -> Callable[[Schedule], Awaitable[None]]:
        async def carry_out(_: Schedule) -> None:
            with self._known(), suppress(Unavailable):  # the next time will do
                await tick()

        return carry_out

    @contextmanager
    def _known(self) -> Iterator[None]:
        """Remember the task that is in here, so that it can be interrupted."""
        task = asyncio.current_task()
        assert task is not None
        self._carried_out.add(task)
        try:
            yield
        finally:
            self._carried_out.discard(task)

    async def run(self, stop: asyncio.Event, grace_seconds: float) -> None:
        """Serve until told to stop, then let what runs end, or send it back to the queue.

        Args:
            stop: Set to end.
            grace_seconds: What runs may take so long to end by itself.

        Raises:
            AWAY: The connection broke.
        """
        await self._connection.reset_type_codec("jsonb", schema="pg_catalog")
        serving = asyncio.create_task(self._serve())
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
            self._queuer.shutdown.set()
            await asyncio.wait({serving}, timeout=grace_seconds)
            for task in self._carried_out:
                task.cancel()
            await serving
        finally:
            stopping.cancel()
            serving.cancel()
            await asyncio.wait({serving})

    async def _serve(self) -> None:
        await self._queuer.run(
            dequeue_timeout=POLL,
            heartbeat_timeout=HEARTBEAT,
            batch_size=self._at_once // 2,
            max_concurrent_tasks=self._at_once,
            shutdown_on_listener_failure=True,
        )
