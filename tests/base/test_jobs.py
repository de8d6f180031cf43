"""The queue of jobs: in the caller's transaction, picked again, held, and stopped cleanly."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pomelo.base import jobs
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.base.errors import Unavailable
from pomelo.base.jobs import Jobs
from pomelo.base.pgq import NAMES

ROOT = Path(__file__).parents[2]
DIES = """
import asyncio, json, sys
from pomelo.base.db import Database
from pomelo.base.jobs import Jobs

async def hang(payload):
    print(payload.decode(), flush=True)
    await asyncio.Event().wait()

async def main():
    database = Database(**json.loads(sys.argv[1]))
    await database.open()
    work = Jobs(database)
    work.register("errand", hang)
    await work.run(asyncio.Event())

asyncio.run(main())
"""
INSTALLS = """
import asyncio, json, sys
from pomelo.base import jobs
from pomelo.base.db import Database
asyncio.run(jobs.install(Database(**json.loads(sys.argv[1]))))
assert "pgqueuer" not in sys.modules
"""


class Errand:
    """Remembers what it was given; behaves as told."""

    def __init__(self, *behaviours: Callable[[], Awaitable[None]]) -> None:
        self.behaviours = list(behaviours)
        self.given: asyncio.Queue[bytes] = asyncio.Queue()

    async def __call__(self, payload: bytes) -> None:
        self.given.put_nowait(payload)
        if self.behaviours:
            await self.behaviours.pop(0)()

    async def next(self, seconds: float = 10) -> bytes:
        return await asyncio.wait_for(self.given.get(), seconds)


@asynccontextmanager
async def at_work(
    database: Database, run: jobs.Run, grace_seconds: float = 5
) -> AsyncIterator[Jobs]:
    work = Jobs(database, grace_seconds=grace_seconds)
    work.register("errand", run)
    stop = asyncio.Event()
    running = asyncio.create_task(work.run(stop))
    try:
        yield work
    finally:
        stop.set()
        await asyncio.wait_for(running, 15)


async def put(database: Database, payload: bytes) -> None:
    async with database.transaction() as db:
        await jobs.enqueue(db, "errand", payload)


async def put_and_fail(database: Database) -> None:
    async with database.transaction() as db:
        await jobs.enqueue(db, "errand", b"undone")
        raise ZeroDivisionError


async def statuses(database: Database) -> list[str]:
    async with database.transaction() as db:
        return [row[0] for row in await db.fetch("SELECT status::text FROM jobs.pgqueuer")]


async def settled(database: Database, wanted: list[str]) -> None:
    async with asyncio.timeout(10):
        while await statuses(database) != wanted:
            await asyncio.sleep(0.02)


async def test_installing_again_and_twice_at_once_changes_nothing(database: Database) -> None:
    await asyncio.gather(*(jobs.install(database) for _ in range(3)))

    async with database.transaction() as db:
        assert await db.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'jobs'") == 4
        assert not await db.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")


async def test_the_tables_of_another_version_are_brought_to_this_one(database: Database) -> None:
    async with database.transaction() as db:
        await db.execute("COMMENT ON SCHEMA jobs IS '1.0.0'")
        await db.execute("DROP INDEX jobs.pgqueuer_log_created")

    await jobs.install(database)

    async with database.transaction() as db:
        assert await db.fetchval("SELECT to_regclass('jobs.pgqueuer_log_created') IS NOT NULL")


def test_the_environment_cannot_rename_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CHANNEL", "FUNCTION", "TRIGGER", "QUEUE_TABLE", "PGQUEUER_PREFIX"):
        monkeypatch.setenv(name, "elsewhere")

    names = type(NAMES)(db_schema="jobs")

    assert names.model_dump() == NAMES.model_dump()
    assert "elsewhere" not in str(names.model_dump())


async def test_a_job_exists_only_once_its_transaction_is_committed(database: Database) -> None:
    errand = Errand()

    async with at_work(database, errand):
        with pytest.raises(ZeroDivisionError):
            await put_and_fail(database)
        await put(database, b"done")

        assert await errand.next() == b"done"
        await settled(database, [])


async def test_a_job_that_raises_is_held(database: Database) -> None:
    async def break_down() -> None:
        raise ZeroDivisionError("on purpose")

    async with at_work(database, Errand(break_down)):
        await put(database, b"x")

        await settled(database, ["failed"])


async def test_a_job_that_finds_the_database_away_is_done_later(database: Database) -> None:
    async def find_it_away() -> None:
        raise Unavailable

    errand = Errand(find_it_away)
    async with at_work(database, errand):
        await put(database, b"x")

        assert await errand.next() == await errand.next() == b"x"
        await settled(database, [])


async def test_a_stopped_worker_gives_its_job_back_at_once(database: Database) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    errand = Errand(hang)
    async with at_work(database, errand, grace_seconds=0.05):
        await put(database, b"x")
        await errand.next()

    assert await statuses(database) == ["queued"]


async def test_a_stop_lets_a_short_job_end(database: Database) -> None:
    ended = asyncio.Event()

    async def take_a_moment() -> None:
        await asyncio.sleep(0.1)
        ended.set()

    errand = Errand(take_a_moment)
    async with at_work(database, errand):
        await put(database, b"x")
        await errand.next()

    assert ended.is_set()
    assert await statuses(database) == []


async def test_a_broken_connection_is_made_again(database: Database) -> None:
    errand = Errand()

    async with at_work(database, errand):
        await put(database, b"before")
        await errand.next()
        async with database.transaction() as db:
            await db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE '%jobs.pgqueuer%' AND pid <> pg_backend_pid()"
            )
        await put(database, b"after")

        assert await errand.next() == b"after"


async def test_a_killed_worker_is_missed_within_seconds(
    database: Database, postgres: Embedded
) -> None:
    await put(database, b"x")
    command = [sys.executable, "-c", DIES, json.dumps(postgres.options())]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    line = await process.stdout.readline()
    process.kill()
    await process.wait()

    errand = Errand()
    async with at_work(database, errand):
        assert line == b"x\n"
        assert await errand.next(9) == b"x"


async def test_what_is_done_by_the_clock_is_done_by_one(database: Database) -> None:
    ticks: asyncio.Queue[float] = asyncio.Queue()

    async def tick() -> None:
        ticks.put_nowait(asyncio.get_running_loop().time())

    works = [Jobs(database), Jobs(database)]
    for work in works:
        work.every("tick", "* * * * * *", tick)
    stop = asyncio.Event()

    running = [asyncio.create_task(work.run(stop)) for work in works]
    async with asyncio.timeout(10):
        first, second = await ticks.get(), await ticks.get()
    stop.set()
    await asyncio.gather(*running)

    assert second - first > 0.5
    async with database.transaction() as db:
        rows = await db.fetchval("SELECT count(*) FROM jobs.pgqueuer_schedules")
    assert rows == 2  # ours and the cleaning


async def test_old_rows_are_cleaned(database: Database) -> None:
    async with database.transaction() as db:
        await db.execute(
            "INSERT INTO jobs.pgqueuer_log (created, job_id, status, priority, entrypoint)"
            " VALUES (now() - interval '8 days', 1, 'successful', 0, 'x'),"
            " (now(), 2, 'successful', 0, 'x')"
        )
        await db.execute(
            "INSERT INTO jobs.pgqueuer (updated, status, priority, entrypoint)"
            " VALUES (now() - interval '31 days', 'failed', 0, 'x'), (now(), 'failed', 0, 'x')"
        )

    await Jobs(database).clean()

    async with database.transaction() as db:
        assert await db.fetchval("SELECT array_agg(job_id) FROM jobs.pgqueuer_log") == [2]
        assert await db.fetchval("SELECT count(*) FROM jobs.pgqueuer") == 1


@pytest.mark.usefixtures("migrated")
async def test_a_process_that_only_migrates_does_not_import_the_library(postgres: Embedded) -> None:
    command = [sys.executable, "-c", INSTALLS, json.dumps(postgres.options())]

    await asyncio.to_thread(subprocess.run, command, check=True, cwd=ROOT)
