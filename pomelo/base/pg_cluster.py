"""A database cluster: made once and whole, of which version, who gets in, how it runs.

Nobody logs in as the superuser, not even we: role and database are made in single-user
mode before the first start, and the access rules name the ordinary role alone.
"""

import os
import pwd
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from pomelo.base.clock import monotonic
from pomelo.base.errors import Conflict, Unavailable
from pomelo.base.pg_account import Account, launch
from pomelo.base.pg_programs import Programs

FOLDER: Final = "pg"
ROLE: Final = "pomelo"
DATABASE: Final = "pomelo"
PORT: Final = 5432  # a part of the socket's name, no TCP port
SUPERUSER: Final = "postgres"
INITDB: Final = (
    f"--username={SUPERUSER}",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--data-checksums",
    "--auth=reject",
)
# CREATEDB: a backup is restored beside the living database, and tests clone theirs.
FIRST_SQL: Final = (
    f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER CREATEDB;\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n"
)
# The kernel says who is at the other end of the socket: no password to keep or to leak.
ACCESS: Final = f"local all {ROLE} peer map={ROLE}\n"
SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_directories": ".",  # relative to its own directory: a long path is no trouble
    "unix_socket_permissions": "0700",
    "port": str(PORT),
    "max_connections": "60",
    "superuser_reserved_connections": "0",
    "shared_buffers": "32MB",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "logging_collector": "off",
}


class DataFromNewer(Conflict):
    """The database was made by a newer PostgreSQL; use that one, or another data directory."""


class DataFromOlder(Conflict):
    """The database was made by an older PostgreSQL; move it with pg_dump and pg_restore."""


class NoCluster(Conflict):
    """The database's directory holds no database; restore it from a backup, or move it away."""

    def __init__(self, pg: Path, reason: str) -> None:
        super().__init__(
            f"The directory {pg} holds no database (PG_VERSION: {reason});"
            " restore it from a backup, or move it away to begin with an empty database."
        )


class ClusterNotMade(Unavailable):
    """PostgreSQL's first start failed."""


def make(home: Path, programs: Programs, account: Account) -> None:
    """Make the cluster with its role and database, in `pg.new`, and rename it when done.

    Raises:
        ClusterNotMade: With what PostgreSQL said last.
    """
    new = home / f"{FOLDER}.new"
    _clear(new)
    new.mkdir(mode=0o700)
    os.chown(new, account.uid, account.gid)
    _run(account, programs.bin / "initdb", *INITDB, f"--pgdata={new}")
    single = ("--single", "-D", str(new), "-c", "exit_on_error=on", SUPERUSER)
    _run(account, programs.bin / "postgres", *single, told=FIRST_SQL)
    new.rename(home / FOLDER)
    _sync(home)


def _clear(new: Path) -> None:
    """Remove what a killed first start left; its last process may still be tidying up."""
    give_up_at = monotonic() + 5
    while new.exists():
        shutil.rmtree(new, ignore_errors=monotonic() < give_up_at)
        time.sleep(0.01)


def _run(account: Account, program: Path, *arguments: str, told: str = "") -> None:
    running = launch(account, program, *arguments, stdin=subprocess.PIPE, output=subprocess.PIPE)
    said, _ = running.communicate(told.encode())
    if running.returncode:
        lines = said.decode("utf-8", "replace").split("\n")
        told_why = [line for line in lines if "error:" in line or "FATAL:" in line]
        reason = (told_why or [line for line in lines if line] or ["no reason given"])[-1]
        raise ClusterNotMade(f"PostgreSQL's first start failed in {program.name}: {reason}")


def _sync(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def check_version(pg: Path, programs: Programs) -> None:
    """Refuse files that these programs cannot read.

    Raises:
        DataFromNewer, DataFromOlder: They are of another major version.
        NoCluster: There are none, or not all of them.
    """
    written, major = _read_version(pg)
    told = f"The database in {pg} was made by PostgreSQL {written}, and this is {programs.major};"
    if major > programs.major:
        raise DataFromNewer(
            f"{told} set POMELO_PG_BIN to the programs of version {written},"
            " or set POMELO_DATA_DIR to another directory."
        )
    if major < programs.major:
        raise DataFromOlder(
            f"{told} set POMELO_PG_BIN to the programs of version {written},"
            " or move the database with pg_dump and pg_restore."
        )


def _read_version(pg: Path) -> tuple[str, int]:
    try:
        written = (pg / "PG_VERSION").read_text("utf-8").strip()
        return written, int(written.split(".")[0])
    except OSError as error:
        raise NoCluster(pg, error.strerror or str(error)) from error
    except ValueError as error:
        raise NoCluster(pg, "no number") from error


def write_access(home: Path) -> None:
    """Write who gets in: we and root, as the ordinary role.

    The files lie with ours, not in PostgreSQL's directory, where its user could make us
    write through a link.
    """
    names = {pwd.getpwuid(uid).pw_name for uid in (0, os.geteuid())}
    lines = [f'{ROLE} "{name}" {ROLE}\n' for name in sorted(names)]
    for name, text in (("pg_hba.conf", ACCESS), ("pg_ident.conf", "".join(lines))):
        new = home / f"{name}.new"
        new.write_text(text)
        new.chmod(0o644)
        new.replace(home / name)


def server_arguments(home: Path, programs: Programs) -> list[str]:
    """Give the command line of the server; it overrules every file in the cluster."""
    settings = {
        **SETTINGS,
        "hba_file": str(home / "pg_hba.conf"),
        "ident_file": str(home / "pg_ident.conf"),
    }
    if programs.major >= 18:
        settings["io_method"] = "sync"  # no worker processes for a small server's reads
    if sys.platform == "linux":
        # After a crash one call for all files, not one for each: seconds on a busy disk.
        settings["recovery_init_sync_method"] = "syncfs"
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return ["-D", str(home / FOLDER), *options]
