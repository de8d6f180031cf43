"""Files that are made while they are downloaded, a few at a time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from pomelo.base.db import Database, Db
from pomelo.base.ids import CampaignId, TeamId
from pomelo.exports.errors import DownloadTooSlow, TooManyDownloads
from pomelo.exports.jsonlines import copy_json
from pomelo.exports.snapshot import (
    Take,
    copy_csv,
    leads_table,
    moment,
    statistics_table,
)
from pomelo.leads import LeadState

AT_ONCE: Final = 4
A_TEAM: Final = 2
WAIT_SECONDS: Final = 30.0
# Whoever reads slowly holds a turn, and keeps PostgreSQL from tidying up meanwhile.
DOWNLOAD_SECONDS: Final = 15 * 60

Copy = Callable[[Db, Take], Awaitable[None]]
Source = Callable[[Take], Awaitable[None]]


class Streams:
    """Makes files for downloads: few at a time in this process, and two of a team.

    Args:
        database: Where the leads are; each download has a connection of its own.
        at_once: Downloads at the same time.
        a_team: Of one team.
        wait_seconds: How long another one waits for its turn.
        download_seconds: How long one may take; then it is broken off, and its turn is over.
    """

    def __init__(
        self,
        database: Database,
        *,
        at_once: int = AT_ONCE,
        a_team: int = A_TEAM,
        wait_seconds: float = WAIT_SECONDS,
        download_seconds: int = DOWNLOAD_SECONDS,
    ) -> None:
        self._database = database
        self._all = asyncio.Semaphore(at_once)
        self._a_team = a_team
        self._teams: dict[TeamId, asyncio.Semaphore] = {}
        self._wait_seconds = wait_seconds
        self._download_seconds = download_seconds

    async def statistics(self, team: TeamId, campaign: CampaignId) -> "Stream":
        """Begin a campaign's statistics as CSV.

        Raises:
            TooManyDownloads: It was not its turn in time.
            Unavailable: PostgreSQL is away.
        """

        async def copy(db: Db, take: Take) -> None:
            await copy_csv(db, await statistics_table(db, team, campaign), take)

        return await self._begin(team, copy)

    async def leads(
        self, team: TeamId, campaign: CampaignId, states: Collection[LeadState] | None
    ) -> "Stream":
        """Begin the list of a campaign's leads as CSV.

        Args:
            team: Whose campaign.
            campaign: Which.
            states: Only leads in these; None for all.

        Raises:
            TooManyDownloads: It was not its turn in time.
            Unavailable: PostgreSQL is away.
        """

        async def copy(db: Db, take: Take) -> None:
            await copy_csv(db, await leads_table(db, team, campaign, states), take)

        return await self._begin(team, copy)

    async def leads_json(
        self, team: TeamId, campaign: CampaignId, states: Collection[LeadState] | None
    ) -> "Stream":
        """Begin the list of a campaign's leads as JSON; otherwise like `leads`."""

        async def copy(db: Db, take: Take) -> None:
            await copy_json(db, team, campaign, states, take=take)

        return await self._begin(team, copy)

    async def _begin(self, team: TeamId, copy: Copy) -> "Stream":
        stream = Stream(self._copied(team, copy))
        await stream.begin()
        return stream

    def _copied(self, team: TeamId, copy: Copy) -> Source:
        async def run(take: Take) -> None:
            seconds = self._download_seconds
            async with (
                self._turn(team),
                _ended_after(seconds),
                moment(self._database, statement_seconds=seconds) as db,
            ):
                await copy(db, take)

        return run

    @asynccontextmanager
    async def _turn(self, team: TeamId) -> AsyncIterator[None]:
        own = self._teams.setdefault(team, asyncio.Semaphore(self._a_team))
        async with AsyncExitStack() as turn:
            try:
                async with asyncio.timeout(self._wait_seconds):
                    await turn.enter_async_context(own)
                    await turn.enter_async_context(self._all)
            except TimeoutError:
                raise TooManyDownloads from None
            yield


@asynccontextmanager
async def _ended_after(seconds: int) -> AsyncIterator[None]:
    """End what is in it after so long, whoever it waits for.

    Raises:
        DownloadTooSlow: It was ended.
    """
    try:
        async with asyncio.timeout(seconds) as limit:
            yield
    except TimeoutError:
        if limit.expired():
            raise DownloadTooSlow from None
        raise


class Stream:
    """Pieces of a file as they come; closing it ends everything behind it.

    Args:
        source: Gives pieces to what it is given, until there are no more.
    """

    def __init__(self, source: Source) -> None:
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue(maxsize=2)
        self._error: Exception | None = None
        self._first = b""
        self._running = asyncio.create_task(self._run(source))

    async def begin(self) -> None:
        """Wait for the first piece, or raise what was in its way."""
        try:
            self._first = await self._next()
        except BaseException:
            await self.aclose()
            raise

    async def aclose(self) -> None:
        """End it, whether all of it was read or not."""
        self._running.cancel()
        await asyncio.wait({self._running})

    def __aiter__(self) -> "Stream":
        return self

    async def __anext__(self) -> bytes:
        piece, self._first = self._first or await self._next(), b""
        if not piece:
            raise StopAsyncIteration
        return piece

    async def _next(self) -> bytes:
        piece = await self._pieces.get()
        if not piece and self._error is not None:
            raise self._error
        return piece

    async def _run(self, source: Source) -> None:
        try:
            await source(self._pieces.put)
        except Exception as error:  # raised where the pieces are read
            self._error = error
        await self._pieces.put(b"")
