"""The PostgreSQL inside when somebody is killed: the server, PostgreSQL, or both."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from pomelo.base.embedded import Embedded, running
from pomelo.base.pg_account import account_for
from pomelo.base.pg_residents import residents
from tests.postgres import connected, postmaster_pid, server_process, started, wait_until


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A place that PostgreSQL's user can pass through, which root's tmp_path is not."""
    path = Path(tempfile.mkdtemp(prefix="pomelo-embedded-", dir="/var/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def home(folder: Path) -> Path:
    """A data directory that has been started and stopped once."""
    with started(folder / "home"):
        return folder / "home"


async def test_postgresql_goes_with_a_killed_server_and_recovers(home: Path) -> None:
    with server_process(home) as server:
        with running(home) as postgres:
            async with connected(postgres) as db:
                await db.execute("CREATE TABLE survived AS SELECT 42 AS n")
        server.kill()
        server.wait()

        with started(home) as postgres:
            async with connected(postgres) as db:
                assert await db.fetchval("SELECT n FROM survived") == 42
    wait_until(lambda: residents(home / "pg") == [])


async def test_a_killed_server_leaves_no_postgresql(home: Path) -> None:
    with server_process(home) as server:
        server.kill()
        server.wait()

        wait_until(lambda: residents(home / "pg") == [])


async def test_a_killed_postgresql_is_brought_back_under_a_busy_query(home: Path) -> None:
    with started(home) as postgres:
        async with connected(postgres) as db:
            await db.execute("CREATE TABLE killed AS SELECT 43 AS n")
            # Its backend is deep in a computation and does not see that its parent is gone.
            busy = asyncio.create_task(db.execute("SELECT count(*) FROM generate_series(1, 1e9)"))
            await asyncio.to_thread(wait_until, lambda: is_busy(home))
            os.kill(postmaster_pid(home), signal.SIGKILL)
            wait_until(lambda: not postgres.is_running())

            began = time.monotonic()
            assert postgres.ensure()
            assert time.monotonic() - began < 5

            with pytest.raises((asyncpg.PostgresError, OSError)):
                await busy
        async with connected(postgres) as db:
            assert await db.fetchval("SELECT n FROM killed") == 43
        assert not postgres.ensure()


def is_busy(home: Path) -> bool:
    titles = [Path(f"/proc/{pid}/cmdline").read_text() for pid in residents(home / "pg")]
    return any(title.rstrip("\0 ").endswith("SELECT") for title in titles)


async def test_the_watch_brings_a_killed_postgresql_back(home: Path) -> None:
    with started(home) as postgres:
        watch = asyncio.create_task(postgres.watch())
        killed = postmaster_pid(home)

        os.kill(killed, signal.SIGKILL)
        async with asyncio.timeout(5):
            await asyncio.to_thread(
                wait_until, lambda: postgres.is_running() and Embedded(home).attach()
            )

        assert postmaster_pid(home) != killed
        watch.cancel()


def test_a_stranger_with_the_pid_of_a_dead_postgresql_is_left_alone(home: Path) -> None:
    with started(home) as postgres:
        os.kill(postmaster_pid(home), signal.SIGKILL)
        wait_until(lambda: not postgres.is_running() and residents(home / "pg") == [])
    locks = [home / "pg" / name for name in ("postmaster.pid", ".s.PGSQL.5432.lock")]
    uid = account_for(home / "pg").uid
    with subprocess.Popen(["sleep", "60"], user=uid) as stranger:
        for stale in locks:
            dead, rest = stale.read_text().split("\n", 1)
            stale.write_text(f"{stranger.pid}\n{rest}")
            assert int(dead) != stranger.pid

        assert not Embedded(home).attach()
        with started(home) as postgres:
            assert postgres.is_running()

        assert stranger.poll() is None
        stranger.kill()
