"""The PostgreSQL inside, against the real programs: starts, ends, kills and refusals."""

import asyncio
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE
from typing import Any

import asyncpg
import pytest

from pomelo.base import datadir, embedded
from pomelo.base.datadir import HomeFull, HomeInUse, HomeUnwritable, Purpose
from pomelo.base.embedded import Embedded, find_binaries, running
from pomelo.base.pg_account import Unreachable, account_for
from pomelo.base.pg_cluster import DataFromNewer, DataFromOlder, NoCluster
from pomelo.base.pg_programs import ProgramsMissing
from pomelo.base.pg_residents import residents
from tests.postgres import ROOT, SERVE, connected, server_process, started

DEBIAN = Path("/usr/lib/postgresql/15/bin")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A place that PostgreSQL's user can pass through, which root's tmp_path is not."""
    path = Path(tempfile.mkdtemp(prefix="pomelo-embedded-", dir="/var/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def home(folder: Path) -> Path:
    """A data directory that has been started and stopped once, after a try cut short."""
    half_made = folder / "home" / "pg.new" / "PG_VERSION"
    half_made.parent.mkdir(parents=True)
    half_made.write_text("18\n")
    (folder / "home" / "pomelo.lock").touch()
    with started(folder / "home"):
        return folder / "home"


def python_for(user: pwd.struct_passwd) -> str:
    """Find a Python of this version that another user can run, with our modules in sight."""
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    for python in (sys.executable, f"/usr/bin/{version}"):
        command = [python, "-c", "import pomelo.base.errors, asyncpg, structlog"]
        try:
            subprocess.run(command, check=True, capture_output=True, **as_user(user))
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip(f"user {user.pw_name} can run no {version} that sees our modules")


def as_user(user: pwd.struct_passwd) -> dict[str, Any]:
    return {
        "user": user.pw_uid,
        "group": user.pw_gid,
        "extra_groups": [],
        "cwd": "/",
        "env": {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])},
        "stdin": subprocess.DEVNULL,
    }


async def test_the_program_is_an_ordinary_role_and_owns_its_database(home: Path) -> None:
    with started(home) as postgres:
        async with connected(postgres) as db:
            role = await db.fetchrow(
                "SELECT rolname, rolsuper, rolcreaterole, rolreplication"
                " FROM pg_roles WHERE rolname = current_user"
            )
            owner = await db.fetchval(
                "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'pomelo'"
            )

    assert role is not None
    assert tuple(role) == ("pomelo", False, False, False)
    assert owner == "pomelo"


async def test_it_is_durable_and_has_no_tcp(home: Path) -> None:
    names = ["data_checksums", "fsync", "full_page_writes", "listen_addresses"]
    with started(home) as postgres:
        async with connected(postgres) as db:
            values = [await db.fetchval(f"SHOW {name}") for name in names]

    assert values == ["on", "on", "on", ""]


async def test_nobody_gets_in_as_the_superuser(home: Path) -> None:
    with (
        started(home) as postgres,
        pytest.raises(asyncpg.InvalidAuthorizationSpecificationError),
    ):
        async with connected(postgres, user="postgres", database="postgres"):
            pass


async def test_rows_outlive_a_stop(home: Path) -> None:
    with started(home) as postgres:
        async with connected(postgres) as db:
            await db.execute("CREATE TABLE stopped AS SELECT 41 AS n")

    with started(home) as postgres:
        async with connected(postgres) as db:
            assert await db.fetchval("SELECT n FROM stopped") == 41
    assert residents(home / "pg") == []


async def test_a_path_longer_than_a_sockets_name_works(folder: Path) -> None:
    home = folder / ("long" * 20) / ("longer" * 20)

    with started(home) as postgres:
        async with connected(postgres) as db:
            assert await db.fetchval("SELECT 1") == 1
        psql = await asyncio.create_subprocess_exec(
            find_binaries(None) / "psql", "-Atc", "SELECT 2", postgres.dsn(), stdout=PIPE
        )
        assert (await psql.communicate())[0] == b"2\n"


@pytest.mark.skipif(not DEBIAN.exists(), reason="no PostgreSQL 15 of the system")
async def test_a_systems_postgresql_can_be_used_instead(folder: Path) -> None:
    with started(folder / "fifteen", DEBIAN) as postgres:
        async with connected(postgres) as db:
            assert (await db.fetchval("SHOW server_version")).startswith("15.")

    with pytest.raises(DataFromOlder, match=r"by PostgreSQL 15, and this is 18; .* pg_dump"):
        Embedded(folder / "fifteen").start()


def test_a_first_start_killed_half_way_leaves_nothing(home: Path) -> None:
    assert not (home / "pg.new").exists()


def test_a_second_start_is_refused_with_the_pid_of_the_first(home: Path) -> None:
    with server_process(home) as first:
        with pytest.raises(HomeInUse, match=f"in use by process {first.pid};"):
            Embedded(home).start()

        assert Embedded(home).attach()


async def test_a_command_works_beside_a_server_and_leaves_it_alone(home: Path) -> None:
    with server_process(home):
        with running(home) as postgres:
            async with connected(postgres) as db:
                assert await db.fetchval("SELECT 1") == 1

        assert Embedded(home).attach()


def test_only_who_starts_postgresql_needs_room_on_the_disk(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datadir, "NEEDED_BYTES", 1 << 60)
    with server_process(home), running(home) as postgres:
        assert postgres.is_running()

    with pytest.raises(HomeFull, match="free some space"), running(home):
        pass


def test_a_command_never_uses_what_another_command_will_stop(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even if that takes longer than a command usually does."""
    monkeypatch.setattr(datadir, "COMMAND_SECONDS", 0.05)
    monkeypatch.setattr(embedded, "PATIENCE_SECONDS", 0.2)
    with (
        server_process(home, Purpose.COMMAND) as first,
        pytest.raises(HomeInUse, match=f"in use by process {first.pid};"),
        running(home),
    ):
        pass


async def test_a_command_works_alone_and_leaves_nothing_behind(home: Path) -> None:
    assert not Embedded(home).attach()

    with running(home) as postgres:
        async with connected(postgres) as db:
            assert await db.fetchval("SELECT 1") == 1

    assert residents(home / "pg") == []


def test_files_of_a_newer_postgresql_are_refused(folder: Path) -> None:
    pg = folder / "newer" / "pg"
    pg.mkdir(parents=True)
    (pg / "PG_VERSION").write_text("99\n")
    os.chown(pg, account_for(folder / "none").uid, -1)

    with pytest.raises(DataFromNewer, match=r"made by PostgreSQL 99, and this is 18; set"):
        Embedded(folder / "newer").start()


@pytest.mark.parametrize("written", [None, b"", b"eighteen\n", b"\xff"])
def test_a_folder_that_is_no_database_is_told_with_what_to_do_and_left_alone(
    folder: Path, written: bytes | None
) -> None:
    home = Path(tempfile.mkdtemp(dir=folder))
    home.chmod(0o711)
    pg = home / "pg"
    pg.mkdir()
    os.chown(pg, account_for(folder / "none").uid, -1)
    if written is not None:
        (pg / "PG_VERSION").write_bytes(written)
    before = list(pg.iterdir())

    with pytest.raises(NoCluster, match=rf"{pg} holds no database .*; restore it .* or move it"):
        Embedded(home).start()

    assert list(pg.iterdir()) == before


def test_missing_programs_are_told(folder: Path) -> None:
    with pytest.raises(ProgramsMissing, match=r"no program postgres in .*; set POMELO_PG_BIN"):
        Embedded(folder / "home", pg_bin=folder).start()


def test_an_unwritable_place_is_told() -> None:
    with pytest.raises(HomeUnwritable, match=r"/proc/pomelo cannot be written"):
        Embedded(Path("/proc/pomelo")).start()


@as_root
def test_a_closed_parent_is_told_and_stays_closed(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)

    with pytest.raises(Unreachable, match=rf"cannot pass through {closed}; run `chmod o\+x"):
        Embedded(closed / "home").start()

    assert closed.stat().st_mode & 0o777 == 0o700
    assert list(closed.iterdir()) == []


@as_root
def test_an_ordinary_user_needs_no_root(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    own = folder / "nobodys"
    own.mkdir(mode=0o700)
    os.chown(own, nobody.pw_uid, nobody.pw_gid)

    done = subprocess.run(
        [python_for(nobody), "-c", SERVE, own / "data", Purpose.SERVE],
        capture_output=True,
        text=True,
        check=False,
        **as_user(nobody),
    )

    assert (done.stdout, done.stderr) == ("ready\n", "")
    assert (own / "data" / "pg").stat().st_uid == nobody.pw_uid
