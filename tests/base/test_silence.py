"""A PostgreSQL that is there and says nothing: who waits is told, and the log is told once."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager

import pytest

from pomelo.base import silence
from pomelo.base.clock import monotonic
from pomelo.base.db import ACQUIRE_SECONDS, REQUEST_SECONDS, Database, Db
from pomelo.base.embedded import Embedded
from pomelo.base.errors import Unavailable
from pomelo.base.groupcommit import GroupCommit
from pomelo.base.silence import DiskFull, NoAnswer
from tests.postgres import fill_disk

PATIENCE = 0.3


@pytest.fixture
async def own(postgres: Embedded) -> AsyncIterator[Database]:
    """A pool of the test's own, whose backends it may stop."""
    database = Database(size=2, **postgres.options())
    await database.open()
    yield database
    await database.close()


@contextmanager
def halted(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_request_is_answered_within_five_seconds() -> None:
    assert REQUEST_SECONDS < 5
    assert ACQUIRE_SECONDS < 5


async def test_who_asked_a_halted_backend_is_told_in_time(own: Database) -> None:
    began = monotonic()

    with pytest.raises(NoAnswer, match="does not answer"):
        async with own.within(PATIENCE).transaction() as db:
            pid = await db.fetchval("SELECT pg_backend_pid()")
            with halted(pid):
                await db.execute("SELECT 1")

    assert monotonic() - began < PATIENCE + 1
    async with own.transaction() as db:
        assert await db.fetchval("SELECT pg_backend_pid()") != pid


async def test_waiting_for_a_connection_counts_too(own: Database) -> None:
    hasty = own.within(PATIENCE)

    async with own.transaction(), own.transaction():
        with pytest.raises(Unavailable):
            async with hasty.transaction():
                pass


async def test_a_statement_given_up_ends_in_postgresql(own: Database) -> None:
    with pytest.raises(NoAnswer):
        async with own.within(PATIENCE).transaction() as db:
            pid = await db.fetchval("SELECT pg_backend_pid()")
            await db.execute("SELECT pg_sleep(15)")

    async with own.transaction() as db, asyncio.timeout(10):
        while await db.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = $1", pid):
            await db.execute("SELECT pg_stat_clear_snapshot(), pg_sleep(0.05)")


async def test_who_came_while_a_batch_waited_in_vain_is_told_with_it(own: Database) -> None:
    asked = asyncio.Event()

    async def write(db: Db, items: Sequence[int]) -> Sequence[int]:
        with halted(await db.fetchval("SELECT pg_backend_pid()")):
            asked.set()
            await db.execute("SELECT 1")
        return items

    commit = GroupCommit(own.within(PATIENCE), write)
    first = commit.enqueue(1)
    await asked.wait()
    second = commit.enqueue(2)
    began = monotonic()

    outcomes = await asyncio.gather(first, second, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [NoAnswer, NoAnswer]
    assert monotonic() - began < 2 * PATIENCE


async def test_the_log_is_told_once_that_it_is_away_and_once_that_it_is_back(
    own: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        with pytest.raises(Unavailable):
            async with own.transaction() as db:
                await db.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    async with own.transaction():
        pass

    written = capsys.readouterr().err
    assert written.count("database_away") == written.count("database_back") == 1
    assert "Traceback" not in written


async def test_a_full_disk_is_told_from_a_database_that_is_away(
    own: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        with pytest.raises(DiskFull, match="free some space"):
            async with own.transaction() as db:
                await fill_disk(db)

    written = capsys.readouterr().err
    assert written.count("database_disk_full") == 1
    assert "No space left on device" in written
    assert "database_busy" not in written


async def test_a_disk_that_was_full_counts_as_full_for_a_minute(
    own: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = [own.is_full]
    with pytest.raises(DiskFull):
        async with own.within(PATIENCE).transaction() as db:
            await fill_disk(db)
    async with own.transaction():
        seen.append(own.is_full)
    monkeypatch.setattr(silence, "FULL_SECONDS", 0)
    seen.append(own.is_full)

    assert seen == [False, True, False]


async def test_all_of_a_batch_are_told_that_the_disk_is_full(own: Database) -> None:
    async def write(db: Db, items: Sequence[int]) -> Sequence[int]:
        await fill_disk(db)
        return items

    commit = GroupCommit(own, write)
    outcomes = await asyncio.gather(*map(commit.submit, range(3)), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [DiskFull] * 3
