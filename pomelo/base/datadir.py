"""The data directory: where it is by default, what it must allow, and who uses it now.

`pg/` inside it belongs to the user PostgreSQL runs as; everything else belongs to us.
"""

import errno
import fcntl
import os
import pwd
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple

from pomelo.base.clock import monotonic
from pomelo.base.errors import Conflict, Forbidden, Unavailable

LOCK_FILE: Final = "pomelo.lock"
# A new cluster takes 40 MB, and PostgreSQL stops hard where its log cannot grow by 16 MB.
NEEDED_BYTES: Final = 64 * 1024 * 1024
# As root PostgreSQL runs as somebody else, who must pass through the directory, not read it.
MODE_OF_ROOT: Final = 0o711
MODE: Final = 0o700
COMMAND_SECONDS: Final = 10.0
POLL_SECONDS: Final = 0.01
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class Purpose(StrEnum):
    """What a process does with the data directory."""

    SERVE = "serve"
    COMMAND = "command"  # gone in a moment, so worth waiting for


class Holder(NamedTuple):
    """Who has the data directory: process id and purpose, as far as the lock file tells."""

    pid: int
    purpose: Purpose


class HomeInUse(Conflict):
    """Another Pomelo uses the data directory; stop it, or set POMELO_DATA_DIR to another."""

    def __init__(self, home: Path, holder: Holder | None) -> None:
        self.holder = holder
        by = f"process {holder.pid}" if holder else "another process"
        super().__init__(
            f"The data directory {home} is in use by {by};"
            " stop it first, or set POMELO_DATA_DIR to another directory."
        )


class HomeUnwritable(Forbidden):
    """The data directory cannot be written; set POMELO_DATA_DIR to one that can."""

    def __init__(self, home: Path, reason: str) -> None:
        super().__init__(
            f"The data directory {home} cannot be written ({reason});"
            " set POMELO_DATA_DIR to a directory that this user may write to."
        )


class HomeFull(Unavailable):
    """The disk of the data directory is full; free some space and start again."""

    def __init__(self, home: Path, free_bytes: int) -> None:
        super().__init__(
            f"The disk that holds the data directory {home} is full"
            f" ({free_bytes // 2**20} MB left, {NEEDED_BYTES // 2**20} MB needed);"
            " free some space and start again."
        )


def default_home(environ: Mapping[str, str]) -> Path:
    """Choose the data directory of a user who named none.

    Root has a place that other users can pass through, because PostgreSQL refuses to run
    as root. An XDG_DATA_HOME that is not absolute is ignored.

    Source:
        XDG Base Directory Specification 0.8, "Environment variables".
    """
    if os.geteuid() == 0:
        return Path("/var/lib/pomelo")
    shared = Path(environ.get("XDG_DATA_HOME", ""))
    if not shared.is_absolute():
        home = environ.get("HOME") or pwd.getpwuid(os.geteuid()).pw_dir
        shared = Path(home, ".local", "share")
    return shared / "pomelo"


def prepare(home: Path) -> None:
    """Make the data directory where it is missing, and check that it has room for our files.

    Raises:
        HomeUnwritable, HomeFull: As `make` and `require_room` say.
    """
    make(home)
    require_room(home)


def make(home: Path) -> None:
    """Make the data directory where it is missing.

    Args:
        home: Absolute path. Missing parents are made too, open to nobody else (to root's:
            to pass through). Modes of directories that were there before stay, but for an
            empty one given to us by its owner.

    Raises:
        HomeUnwritable: It cannot be made, or is not a directory.
        HomeFull: There is no room for a directory.
    """
    with _told(home):
        _make(home)


def require_room(home: Path) -> None:
    """Check that the data directory takes our files, and that a database can grow in it.

    Raises:
        HomeUnwritable: It refuses a file.
        HomeFull: Less than 64 MB are left, or this user's quota is used up.
    """
    with _told(home):
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(bytes(8192))
        disk = shutil.disk_usage(home)
    if disk.total and disk.free < NEEDED_BYTES:
        raise HomeFull(home, disk.free)


@contextmanager
def _told(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise HomeFull(home, 0) from error
        raise HomeUnwritable(home, error.strerror or str(error)) from error


def _make(home: Path) -> None:
    mode = MODE_OF_ROOT if os.geteuid() == 0 else MODE
    for path in (*reversed(home.parents), home):
        if not path.exists():
            path.mkdir(exist_ok=True)
            path.chmod(mode)  # mkdir's own mode would be cut by the umask
    if mode == MODE_OF_ROOT and _is_given(home):
        home.chmod(home.stat().st_mode & 0o7777 | 0o011)


def _is_given(home: Path) -> bool:
    """Tell whether it is an empty one that was made for us; nobody's choice is overruled later."""
    return home.stat().st_uid == os.geteuid() and not any(home.iterdir())


class HomeLock:
    """The right to run in a data directory, held by one process at a time.

    The kernel lets go of it when the process ends, however it ends. A child made by a
    bare fork would keep it, one that executes another program does not.

    Args:
        home: The data directory; it exists.
        purpose: Told to those who come later. A command is waited for (10 s at most),
            a server is not.

    Raises:
        HomeInUse: On entering: somebody else holds it.
        HomeUnwritable, HomeFull: On entering: the lock file cannot be written.
    """

    def __init__(self, home: Path, purpose: Purpose = Purpose.SERVE) -> None:
        self._home = home
        self._purpose = purpose
        self._fd: int | None = None

    def __enter__(self) -> "HomeLock":
        self.take()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def take(self) -> None:
        """Lock it and write down who we are."""
        with _told(self._home):
            fd = os.open(self._home / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
            try:
                self._wait_for(fd)
                text = f"{os.getpid()}\n{self._purpose}\n".encode()
                os.pwrite(fd, text, 0)
                os.ftruncate(fd, len(text))
            except BaseException:
                os.close(fd)
                raise
        self._fd = fd

    def release(self) -> None:
        """Let go; the file stays, since removing it would let two processes lock two files."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def _wait_for(self, fd: int) -> None:
        give_up_at = monotonic() + COMMAND_SECONDS
        while not _lock(fd):
            holder = _read(fd)
            # A dead pid is the last holder's: the present one has not written its own yet.
            serving = holder and holder.purpose is Purpose.SERVE and _is_alive(holder.pid)
            if serving or monotonic() > give_up_at:
                raise HomeInUse(self._home, holder)
            time.sleep(POLL_SECONDS)


def _lock(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(fd: int) -> Holder | None:
    try:
        pid, purpose = os.pread(fd, 100, 0).decode().split()
        return Holder(int(pid), Purpose(purpose))
    except ValueError:
        return None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # alive, and somebody else's
    return True
