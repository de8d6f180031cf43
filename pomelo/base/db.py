"""The way to PostgreSQL: a pool, transactions, and what a lost connection means."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar

import asyncpg
import msgspec

from pomelo.base.errors import Conflict, Invalid, Unavailable

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
RETRIES: Final = 3
# Every wait has an end: a lock, a statement, and a client that forgot its transaction.
SERVER_SETTINGS: Final = {
    "timezone": "UTC",
    "statement_timeout": "20s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
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
_AWAY: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InternalClientError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
)
# What a client sent and PostgreSQL cannot keep: 22021, 22P02, 22P05, 54000, 54001.
_REFUSED: Final = (asyncpg.DataError, asyncpg.ProgramLimitExceededError)


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
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        """Connect; raises Unavailable when nobody answers."""
        with _told():
            self._pool = await asyncpg.create_pool(
                self._dsn,
                min_size=1,
                max_size=self._size,
                max_queries=STATEMENTS,
                init=prepare_connection,
                reset=_leave_as_it_is,
                server_settings=SERVER_SETTINGS | BY_KEYS,
                command_timeout=30,
                **self._options,
            )

    async def close(self) -> None:
        """Let go of every connection, by force when one does not end in 2 s."""
        if self._pool is None:
            return
        try:
            await asyncio.wait_for(self._pool.close(), 2)
        except (TimeoutError, *_AWAY):
            self._pool.terminate()
        self._pool = None

    async def connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        """Open a connection outside the pool (LISTEN, COPY to a file); the caller closes it."""
        with _told():
            connection: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(
                self._dsn, server_settings=SERVER_SETTINGS, **self._options
            )
            await prepare_connection(connection)
        return connection

    @asynccontextmanager
    async def transaction(self, *, readonly: bool = False) -> AsyncIterator[Db]:
        """Open a transaction; it is committed when the block ends without an error.

        Raises:
            Unavailable: PostgreSQL is away, full, or too busy to answer in time.
            Conflict: A deadlock or serialization failure; `retrying` repeats those.
            Invalid: A value that PostgreSQL cannot keep.
        """
        with _told():
            if self._pool is None:
                raise Unavailable
            async with (
                self._pool.acquire(timeout=ACQUIRE_SECONDS) as connection,
                connection.transaction(readonly=readonly),
            ):
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


class _told:  # noqa: N801 - reads as a word in `with _told():`
    """Turns what the driver raises into the kinds of `errors`."""

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, asyncpg.TransactionRollbackError):
            raise Conflict from error
        if isinstance(error, _REFUSED):
            raise Invalid(
                "A value in the request cannot be stored; "
                "remove unusual characters and oversized values."
            ) from error
        if isinstance(error, (*_AWAY, TimeoutError)):
            raise Unavailable from error


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
