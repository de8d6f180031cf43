"""A campaign at one moment, copied out of PostgreSQL as CSV, in pieces.

The server does the work of each row; here pass pieces of a quarter of a megabyte, whose
line ends are changed in a thread while the next is on its way.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import asyncpg

from pomelo import sequences
from pomelo.base import csv
from pomelo.base.db import Database, Db
from pomelo.base.errors import Unavailable
from pomelo.base.ids import CampaignId, TeamId
from pomelo.exports import columns, store
from pomelo.exports.columns import StepColumns, Table
from pomelo.leads import LeadState

PIECE_BYTES: Final = 256 * 1024

Take: TypeAlias = Callable[[bytes], Awaitable[None]]
_AWAY: Final = (
    ConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.PostgresConnectionError,
)


@asynccontextmanager
async def moment(database: Database, *, statement_seconds: int = 0) -> AsyncIterator[Db]:
    """Open a connection of its own that sees one moment and can write nothing.

    Args:
        database: Where.
        statement_seconds: How long one statement may take; 0 = as long as it likes.

    Raises:
        Unavailable: PostgreSQL is away, or went away.
    """
    connection = await database.connect()
    try:
        await store.prepare_session(connection, statement_seconds=statement_seconds)
        # Never ended in words: who is called away while COPY runs finds the line closed already.
        await connection.transaction(isolation="repeatable_read", readonly=True).start()
        yield connection
    except _AWAY as away:
        raise Unavailable from away
    finally:
        # Whatever is under way is of no use to anybody.
        connection.terminate()


async def statistics_table(db: Db, team: TeamId, campaign: CampaignId) -> Table:
    """Compose the statistics of a campaign as it is in this moment."""
    variables = await store.list_variables(db, team, campaign)
    found = await sequences.list_steps(db, team, campaign)
    # Before the first start there are no numbers yet: then their order is what they will be.
    steps = [
        StepColumns(step.number or place, step.id, step.type) for place, step in enumerate(found, 1)
    ]
    steps.sort(key=lambda step: step.number)
    return columns.statistics(team, campaign, variables, steps)


async def leads_table(
    db: Db, team: TeamId, campaign: CampaignId, states: Collection[LeadState] | None
) -> Table:
    """Compose the list of a campaign's leads as it is in this moment."""
    variables = await store.list_variables(db, team, campaign)
    return columns.leads(team, campaign, variables, states)


async def copy_csv(db: Db, table: Table, take: Take) -> int:
    """Copy a table out as CSV.

    Args:
        db: What `moment` gave.
        table: What is copied.
        take: Is given the pieces, one after the other.

    Returns:
        The number of lines without the first.
    """
    pieces = _Pieces(take)
    await take(csv.line(table.header))
    try:
        told = await db.copy_from_query(table.sql, *table.args, output=pieces.add, format="csv")
        await pieces.end()
    finally:
        await pieces.let_go()
    return int(told.rpartition(" ")[2])


class _Pieces:
    """Gathers what comes from the wire, and hands it on beside the next being gathered."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._crlf = csv.Crlf()
        self._gathered: list[bytes] = []
        self._size = 0
        self._handing: asyncio.Task[None] | None = None

    async def add(self, chunk: bytes) -> None:
        """Take some bytes of the wire."""
        self._gathered.append(chunk)
        self._size += len(chunk)
        if self._size >= PIECE_BYTES:
            await self._hand_on()

    async def end(self) -> None:
        """Hand on the last piece, and wait until it is taken."""
        await self._hand_on()
        await self._hand_on()

    async def let_go(self) -> None:
        """Leave nothing running behind."""
        if self._handing is not None:
            self._handing.cancel()
            await asyncio.wait({self._handing})

    async def _hand_on(self) -> None:
        if self._handing is not None:
            await self._handing
        piece, self._gathered, self._size = b"".join(self._gathered), [], 0
        self._handing = asyncio.create_task(self._hand(piece)) if piece else None

    async def _hand(self, piece: bytes) -> None:
        await self._take(await asyncio.to_thread(self._crlf, piece))
