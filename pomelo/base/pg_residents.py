"""Who lives in PostgreSQL's directory: the processes that work there, and how they leave.

The pid in `postmaster.pid` proves nothing (it may be a stranger's by now): a resident is a
process named postgres whose working directory is this one.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from pomelo.base.clock import monotonic

HAS_PROC: Final = sys.platform == "linux"
PR_SET_DUMPABLE: Final = 4
FAST_SECONDS: Final = 10.0
# Without their parent they have noticed by themselves, all but those deep in a query.
ORPHAN_SECONDS: Final = 1.0
HARD_SECONDS: Final = 2.0


class Postmaster(NamedTuple):
    """What `postmaster.pid` says: the process, and whether it takes connections."""

    pid: int
    is_ready: bool


def read_postmaster(pg: Path) -> Postmaster | None:
    """Read `postmaster.pid`, or nothing when there is none or it is being written.

    Source:
        PostgreSQL, src/include/utils/pidfile.h: line 1 is the pid, line 8 the status.
    """
    try:
        lines = (pg / "postmaster.pid").read_text("utf-8", "replace").splitlines()
        return Postmaster(int(lines[0]), len(lines) > 7 and lines[7].strip() == "ready")
    except (OSError, ValueError, IndexError):
        return None


def lives_in(pid: int, pg: Path) -> bool:
    """Tell whether a process is a PostgreSQL at work in this directory.

    A zombie has no working directory, so it is none. Where /proc is missing every living
    process may be one; the caller must then ask it (`Embedded.attach`).
    """
    try:
        if not HAS_PROC:
            os.kill(pid, 0)
            return True
        name = Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip()
        return name == "postgres" and _works_in(pid, pg)
    except OSError:
        return False


def _works_in(pid: int, pg: Path) -> bool:
    try:
        return os.path.samefile(f"/proc/{pid}/cwd", pg)
    except PermissionError:
        if os.geteuid() != 0:
            raise
        with _eyes_of_owner(pg):
            return os.path.samefile(f"/proc/{pid}/cwd", pg)


@contextmanager
def _eyes_of_owner(pg: Path) -> Iterator[None]:
    """Look at /proc as the user whose processes they are.

    Root in a container usually lacks CAP_SYS_PTRACE and may not see where another user's
    process works; that user may. Only this thread's view of files changes.

    Source:
        proc(5), /proc/pid/cwd; ptrace(2), "Ptrace access mode checking"; setfsuid(2).
    """
    owner = pg.stat()
    libc = ctypes.CDLL(None)
    libc.setfsgid(owner.st_gid)
    libc.setfsuid(owner.st_uid)
    try:
        yield
    finally:
        libc.setfsuid(os.geteuid())
        libc.setfsgid(os.getegid())
        libc.prctl(PR_SET_DUMPABLE, 1)  # the change took it away


def residents(pg: Path) -> list[int]:
    """List the processes that live in this directory; where /proc is missing, nobody."""
    if not HAS_PROC:
        return []
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in pids if lives_in(pid, pg)]


def vacate(pg: Path) -> Iterator[None]:
    """Make everybody leave, and remove the pid files they leave behind; needs the lock.

    After `kill -9` of a server its PostgreSQL is still shutting down for a moment, and
    after `kill -9` of PostgreSQL its children are. Each step of the iterator is a moment
    to wait.
    """
    postmaster = read_postmaster(pg)
    has_head = postmaster is not None and lives_in(postmaster.pid, pg)
    patience = FAST_SECONDS if has_head else ORPHAN_SECONDS
    for request, seconds in (
        (signal.SIGINT, patience),
        (signal.SIGQUIT, HARD_SECONDS),
        (signal.SIGKILL, HARD_SECONDS),
    ):
        for pid in residents(pg):
            with suppress(ProcessLookupError):
                os.kill(pid, request)
        give_up_at = monotonic() + seconds
        while residents(pg) and monotonic() < give_up_at:
            yield
    if HAS_PROC and not residents(pg):
        # PostgreSQL itself would refuse to start while any process has a pid that is in there,
        # be it a stranger or just the dead one, which nobody has buried yet.
        for left in (pg / "postmaster.pid", *pg.glob(".s.PGSQL.*.lock")):
            left.unlink(missing_ok=True)
