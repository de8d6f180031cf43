"""Makes an export's file, and clears away what is over.

An attempt may be killed anywhere, or be taken for dead and go on: each has a number and a
file of its own, and only the newest can say that it is done.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from pomelo.base import log
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.errors import Unavailable
from pomelo.base.failpoint import Failpoint
from pomelo.base.ids import ExportId, TeamId
from pomelo.base.jobs import EVERY_MINUTE, Jobs
from pomelo.exports import store
from pomelo.exports.actions import JOB, queue_next
from pomelo.exports.folder import Folder
from pomelo.exports.lives import FILE_LIFE, STATUS_LIFE, is_overdue
from pomelo.exports.model import Export, ExportState
from pomelo.exports.snapshot import copy_csv, moment, statistics_table

ATTEMPTS: Final = 5
EXPIRED_AT_ONCE: Final = 500
KEPT: Final = timedelta(days=30)
_log: Final = log.get("exports")


class Exporter:
    """Makes files in the background.

    Args:
        database: Where the leads are.
        clock: Tells when a file was ready.
        folder: Where files go.
        failpoint: Tests only: dies at `export_begun`, `export_half` or `export_renamed`.
    """

    def __init__(
        self, database: Database, clock: Clock, folder: Folder, failpoint: Failpoint | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._folder = folder
        self._pass = failpoint or Failpoint()

    def join(self, jobs: Jobs) -> None:
        """Take part in a worker's jobs."""
        jobs.register(JOB, self.run)
        jobs.every("clean_exports", EVERY_MINUTE, self.clean)

    async def run(self, payload: bytes) -> None:
        """Make one file; safe to run twice.

        Args:
            payload: The team's and the export's id.

        Raises:
            Unavailable: PostgreSQL is away; to be run again.
        """
        team, _, export = payload.decode().partition(" ")
        attempt = await self._begin(TeamId(team), ExportId(export))
        if attempt is None:
            return
        self._pass("export_begun")
        try:
            await self._make(attempt)
        except Unavailable:
            raise
        except OSError as error:  # the disk is full, or the folder cannot be written
            _log.error("export_failed", export=attempt.id, reason=str(error))
            await self._fail(attempt)
        except Exception:
            await self._fail(attempt)
            raise

    async def clean(self) -> None:
        """Remove files after 24 hours and what nobody owns; give up what is pending for long."""
        now = self._clock.now()
        async with self._database.transaction() as db:
            overdue = await store.fail_overdue(db, since=now - STATUS_LIFE, now=now)
            await store.forget(db, since=now - KEPT)
            for team in sorted({*overdue, *await store.list_waiting_teams(db)}):
                await queue_next(db, TeamId(team), now=now)
        await self._remove_expired()
        await self._remove_orphans()

    async def _begin(self, team: TeamId, export: ExportId) -> Export | None:
        """Count an attempt; nothing when there is none to make."""
        now = self._clock.now()
        async with self._database.transaction() as db:
            attempt = await store.begin(db, team, export)
            if (
                attempt is not None
                and attempt.attempts <= ATTEMPTS
                and not is_overdue(attempt, now)
            ):
                return attempt
            if attempt is not None:
                await store.fail(db, attempt, now=now)
            await queue_next(db, team, now=now)
        return None

    async def _make(self, attempt: Export) -> None:
        part = self._folder.begin(attempt)

        async def take(piece: bytes) -> None:
            await part.write(piece)
            self._pass("export_half")

        try:
            async with moment(self._database) as db:
                table = await statistics_table(db, attempt.team_id, attempt.campaign_id)
                total = await copy_csv(db, table, take)
            path = await part.publish()
            self._pass("export_renamed")
            if not await self._finish(attempt, total, part.size_bytes):
                self._folder.remove(path)
        finally:
            await part.drop()

    async def _finish(self, attempt: Export, total: int, size_bytes: int) -> bool:
        now = self._clock.now()
        async with self._database.transaction() as db:
            done = await store.finish(db, attempt, total=total, size_bytes=size_bytes, now=now)
            await queue_next(db, attempt.team_id, now=now)
        return done

    async def _fail(self, attempt: Export) -> None:
        now = self._clock.now()
        async with self._database.transaction() as db:
            await store.fail(db, attempt, now=now)
            await queue_next(db, attempt.team_id, now=now)

    async def _remove_expired(self) -> None:
        now = self._clock.now()
        async with self._database.transaction(readonly=True) as db:
            expired = await store.list_expired(db, since=now - FILE_LIFE, limit=EXPIRED_AT_ONCE)
        await asyncio.to_thread(self._remove, [self._folder.path_of(one).name for one in expired])
        async with self._database.transaction() as db:
            await store.mark_deleted(db, expired, now=now)

    async def _remove_orphans(self) -> None:
        """Remove files of attempts that were overtaken or given up.

        The folder is read first: a file that comes after it belongs to somebody who lives.
        """
        names = await asyncio.to_thread(self._folder.names)
        async with self._database.transaction(readonly=True) as db:
            found = await store.list_by_ids(db, sorted({export for export, _ in names.values()}))
        owners = {(one.id, one.attempts): one for one in found}
        orphans = [name for name, of in names.items() if not _is_wanted(name, owners.get(of))]
        await asyncio.to_thread(self._remove, orphans)

    def _remove(self, names: Sequence[str]) -> None:
        for name in names:
            self._folder.remove(self._folder.path / name)


def _is_wanted(name: str, owner: Export | None) -> bool:
    """Tell whether a file of the folder belongs to the newest attempt of its export."""
    if owner is None or owner.deleted_at is not None:
        return False
    if owner.state is ExportState.DONE:
        return name.endswith(".csv")
    return owner.state is ExportState.PENDING
