"""A PostgreSQL of our own in tests: here, in another process, killed, connected to."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from pomelo.base.datadir import Purpose
from pomelo.base.db import Database, Db
from pomelo.base.embedded import Embedded
from pomelo.base.pg_residents import read_postmaster

ROOT = Path(__file__).parents[1]
# Sooner than PostgreSQL finds a deadlock, which may end either of the two.
IMPATIENT = "SET LOCAL lock_timeout = '300ms'"
SERVE = """
import sys
from pathlib import Path
from pomelo.base.datadir import Purpose
from pomelo.base.embedded import Embedded
postgres = Embedded(Path(sys.argv[1]))
postgres.start(Purpose(sys.argv[2]))
print("ready", flush=True)
sys.stdin.read()
postgres.stop()
"""


@contextmanager
def started(home: Path, pg_bin: Path | None = None) -> Iterator[Embedded]:
    postgres = Embedded(home, pg_bin=pg_bin)
    postgres.start()
    try:
        yield postgres
    finally:
        postgres.stop()


@contextmanager
def server_process(
    home: Path, purpose: Purpose = Purpose.SERVE
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run another process that starts PostgreSQL and ends when its input does."""
    command = [sys.executable, "-c", SERVE, str(home), purpose]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        yield process


@asynccontextmanager
async def connected(
    postgres: Embedded, **other: str
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection: asyncpg.Connection[asyncpg.Record]
    connection = await asyncpg.connect(**{**postgres.options(), **other})
    try:
        yield connection
    finally:
        await connection.close()


def postmaster_pid(home: Path) -> int:
    postmaster = read_postmaster(home / "pg")
    assert postmaster is not None
    return postmaster.pid


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "it never came"
        time.sleep(0.005)


async def until_somebody_waits_for_a_lock(database: Database) -> None:
    """Wait until PostgreSQL itself says that one transaction waits for another."""
    async with database.transaction() as db:
        while not await db.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.005)


async def fill_disk(db: Db) -> None:
    """Let PostgreSQL say what it says when its disk is full."""
    await db.execute(
        "DO $$ BEGIN RAISE 'could not extend file: No space left on device'"
        " USING ERRCODE = 'disk_full'; END $$"
    )
