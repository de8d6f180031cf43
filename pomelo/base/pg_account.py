"""Whom PostgreSQL runs as, what that user can reach, and how a program starts as that user.

PostgreSQL refuses to run as root, so root lends it an ordinary user that exists already.
"""

import os
import pwd
import subprocess
import sys
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from pomelo.base.errors import Forbidden, NotFound

# Those with a user of its own first; `nobody` exists everywhere.
ORDINARY: Final = ("postgres", "_postgres", "nobody")
# Nothing else of ours is passed on: another user may read the environment of its programs.
PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH")
LAUNCH: Final = Path(__file__).with_name("pg_launch.py")


class NoAccount(NotFound):
    """PostgreSQL needs a user with an entry in /etc/passwd; add one, or set DATABASE_URL."""


class OthersCluster(Forbidden):
    """The database belongs to another user; start Pomelo as that user or as root."""


class Unreachable(Forbidden):
    """PostgreSQL's user cannot pass through a directory; choose another data directory."""

    def __init__(self, closed: Path, account: "Account") -> None:
        super().__init__(
            f"PostgreSQL runs as user {account.name}, who cannot pass through {closed};"
            f" run `chmod o+x {closed}`, or set POMELO_DATA_DIR to a directory like"
            " /var/lib/pomelo."
        )


class Account(NamedTuple):
    """A user of the machine."""

    name: str
    uid: int
    gid: int


def account_for(pg: Path) -> Account:
    """Choose whom PostgreSQL runs as: the owner of its files, or for root an ordinary user.

    Args:
        pg: PostgreSQL's directory; it need not exist yet.

    Raises:
        OthersCluster: The files belong to somebody else, and we are not root.
        NoAccount: There is no entry in the list of users to run as.
    """
    uid = os.geteuid()
    owner = _owner(pg)
    if owner is not None and uid not in (0, owner):
        raise OthersCluster(
            f"The database in {pg} belongs to somebody else; start Pomelo as user"
            f" {_name(_owner(pg.parent) or 0)}, or set POMELO_DATA_DIR to another directory."
        )
    if owner or uid:
        return _entry(owner or uid)
    return _first_ordinary()


def _owner(path: Path) -> int | None:
    try:
        return path.stat().st_uid
    except OSError:  # missing, or out of our sight: whether we may write there is asked later
        return None


def _entry(uid: int) -> Account:
    try:
        entry = pwd.getpwuid(uid)
    except KeyError as error:
        raise NoAccount(
            f"The user with number {uid} has no entry in /etc/passwd, which PostgreSQL needs;"
            " add one, or set DATABASE_URL to a PostgreSQL of your own."
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _first_ordinary() -> Account:
    users = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid}
    for name in ORDINARY:
        if name in users:
            return Account(name, users[name].pw_uid, users[name].pw_gid)
    raise NoAccount


def first_closed(path: Path, account: Account) -> Path | None:
    """Find the first directory on the way to `path`, itself included, that shuts a user out.

    Judged by mode bits, for another user than ourselves: what we can do ourselves shows
    when we do it. What does not exist yet shuts nobody out.
    """
    if account.uid == os.geteuid():
        return None
    for step in (*reversed(path.parents), path):
        if step.exists() and not _may_pass(step, account):
            return step
    return None


def _may_pass(path: Path, account: Account) -> bool:
    status = path.stat()
    if account.uid in (0, status.st_uid):
        return bool(status.st_mode & 0o100)
    if account.gid == status.st_gid:
        return bool(status.st_mode & 0o010)
    return bool(status.st_mode & 0o001)


def launch(
    account: Account,
    program: Path,
    *arguments: str,
    stdin: int = subprocess.DEVNULL,
    output: BinaryIO | int,
) -> subprocess.Popen[bytes]:
    """Start a program as that user, in a session of its own (Ctrl-C is ours to answer).

    Where the kernel can do it (Linux) the program gets SIGINT when we die. Call it from
    the main thread: see `pg_launch`.
    """
    command = [str(program), *arguments]
    given_up: dict[str, Any] = {}
    if sys.platform == "linux":
        life = [str(os.getpid()), str(account.uid), str(account.gid)]
        # As root until it has found itself: root's Python may be out of the user's reach.
        command = [sys.executable, "-I", "-S", str(LAUNCH), *life, *command]
    elif os.geteuid() == 0:
        given_up = {"user": account.uid, "group": account.gid, "extra_groups": []}
    return subprocess.Popen(
        command,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=environment(),
        start_new_session=True,
        **given_up,
    )


def environment() -> dict[str, str]:
    """Give what PostgreSQL's programs may know of ours: no secrets, no PG* variables."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**kept, "TZ": "UTC", "LC_ALL": "C"}
