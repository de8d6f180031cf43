"""The way to PostgreSQL: a pool, transactions, and what a lost connection means."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from copy import copy
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar

import asyncpg
import msgspec

from pomelo.base.errors import Conflict, Unavailable
from pomelo.base.silence import AWAY, Presence, ended, told

Db: TypeAlias = (
    "asyncpg.Connection[asyncpg.Record] | asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
)
Result = TypeVar("Result")

# PostgreSQL's 'infinity': what waits for it waits for ever.
NEVER: Final = datetime.max.replace(tzinfo=UTC)
EVER: Final = datetime.min.replace(tzinfo=UTC)
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_INFINITY: Final = 2**63 - 1
_MINUS_INFINITY: Final = -(2**63)

ACQUIRE_SECONDS: Final = 4.0
# Who waits for an answer over HTTP is told within 5 s that the database is silent.
REQUEST_SECONDS: Final = 4.0
# A statement of a loop may take so long; the server's own limit comes first, unless it is silent.
STATEMENT_SECONDS: Final = 30.0
RETRIES: Final = 3
# Every wait has an end: a lock, a statement, and a client that forgot its transaction.
SERVER_SETTINGS: Final = {
    "timezone": "UTC",
    "statement_timeout": "20s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    # A statement whose client has given it up ends, too.
    "client_connection_check_interval": "2s",
}
# What the pool runs looks rows up by their keys, few at a time and in the order in which its
# joins are written. The planner cannot know: a plan is made while a table is new and empty, or
# while no mail is due, and kept when it is not any more. So it is told.
BY_KEYS: Final = {
    "join_collapse_limit": "1",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "jit": "off",
}
# A connection is as good after a million statements as it was before.
STATEMENTS: Final = 1_000_000


class _Open:
    """What a database and those made by `within` share."""

    pool: "asyncpg.Pool[asyncpg.Record] | None" = None


class Database:
    """A pool of connections to one PostgreSQL.

    Args:
        dsn: libpq address; empty when `options` say everything.
        size: Connections at most.
        options: Passed to asyncpg (host, user, database …).
    """

    def __init__(self, dsn: str = "", *, size: int = 10, **options: Any) -> None:
        self._dsn = dsn or None
        self._size = size
        self._options = options
        self._open = _Open()
        self._presence = Presence()
        self._seconds: float | None = None

    async def open(self) -> None:
        """Connect; raises Unavailable when nobody answers."""
        with told():
            pool = await asyncpg.create_pool(
                self._dsn,
                min_size=0,  # else the pool itself would call for a server that is gone
                max_size=self._size,
                max_queries=STATEMENTS,
                init=prepare_connection,
                reset=_leave_as_it_is,
                server_settings=SERVER_SETTINGS | BY_KEYS,
                command_timeout=STATEMENT_SECONDS,
                **self._options,
            )
            async with pool.acquire(timeout=ACQUIRE_SECONDS):
                self._open.pool = pool

    @property
    def is_full(self) -> bool:
        """Whether somebody found its disk full within the last minute."""
        return self._presence.is_full

    def within(self, seconds: float) -> "Database":
        """Give the same pool to those who cannot wait for long.

        Args:
            seconds: A transaction ends with NoAnswer when it takes longer, from the moment it
                is wanted. What was asked of the server meanwhile is undone, unless it was the
                COMMIT: then nobody knows.
        """
        hasty = copy(self)
        hasty._seconds = seconds  # noqa: SLF001 - one of us
        return hasty

    async def close(self) -> None:
        """Let go of every connection, by force when one does not end in 2 s."""
        if self._open.pool is None:
            return
        try:
            await asyncio.wait_for(self._open.pool.close(), 2)
        except (TimeoutError, *AWAY):
            self._open.pool.terminate()
        self._open.pool = None

    async def connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        """Open a connection outside the pool (LISTEN, COPY to a file); the caller closes it.

        Raises:
            Unavailable: Nobody answers within 4 s.
        """
        with told():
            async with asyncio.timeout(ACQUIRE_SECONDS):
                connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
                    self._dsn, server_settings=SERVER_SETTINGS, **self._options
                )
                try:
                    await prepare_connection(connection)
                except BaseException:
                    connection.terminate()
                    raise
        return connection

    @asynccontextmanager
    async def transaction(self, *, readonly: bool = False) -> AsyncIterator[Db]:
        """Open a transaction; it is committed when the block ends without an error.

        Raises:
            Unavailable: PostgreSQL is away, full, or too busy to answer in time; DiskFull when
                its disk is.
            Conflict: A deadlock or serialization failure; `retrying` repeats those.
            Invalid: A value that PostgreSQL cannot keep.
        """
        with told(self._presence):
            if self._open.pool is None:
                raise Unavailable
            time = asyncio.get_running_loop().time
            began = time()
            async with self._open.pool.acquire(
                timeout=self._seconds or ACQUIRE_SECONDS
            ) as connection:
                left = None if self._seconds is None else self._seconds - time() + began
                with ended(connection, left):
                    async with connection.transaction(readonly=readonly):
                        yield connection

    async def retrying(self, work: Callable[[Db], Awaitable[Result]]) -> Result:
        """Run `work` in a transaction, again (3 times at most) after a deadlock."""
        for _ in range(RETRIES - 1):
            try:
                async with self.transaction() as db:
                    return await work(db)
            except Conflict as conflict:
                if not isinstance(conflict.__cause__, asyncpg.TransactionRollbackError):
                    raise
        async with self.transaction() as db:
            return await work(db)


async def _leave_as_it_is(_: object) -> None:
    """Spare a round trip: what the pool runs leaves nothing behind but its transaction."""


def _instant(parts: tuple[int]) -> datetime:
    if parts[0] == _INFINITY:
        return NEVER
    return EVER if parts[0] == _MINUS_INFINITY else _EPOCH + timedelta(microseconds=parts[0])


async def prepare_connection(connection: Any) -> None:
    """Teach a new connection our types.

    jsonb comes and goes as Python objects, and `infinity` as the aware `NEVER`: the driver's
    own is naive and could not be compared with any other instant.
    """
    await connection.set_type_codec(
        "timestamptz",
        encoder=lambda at: (_INFINITY if at >= NEVER else (at - _EPOCH) // _MICROSECOND,),
        decoder=_instant,
        schema="pg_catalog",
        format="tuple",
    )
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(
            kind,
            encoder=lambda value: msgspec.json.encode(value).decode(),
            decoder=msgspec.json.decode,
            schema="pg_catalog",
        )
