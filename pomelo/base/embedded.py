"""A PostgreSQL of our own: started with the server in its data directory, stopped with it.

It listens on a socket in a closed directory and nowhere else; it dies with us, and is
brought back when it dies alone.
"""

import asyncio
import atexit
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import structlog

from pomelo.base import pg_cluster, pg_log, pg_residents
from pomelo.base.clock import monotonic
from pomelo.base.datadir import HomeInUse, HomeLock, Purpose, make, require_room
from pomelo.base.errors import PomeloError, Unavailable
from pomelo.base.pg_account import Account, Unreachable, account_for, first_closed, launch
from pomelo.base.pg_programs import Programs, find_binaries, read_version, within_reach
from pomelo.base.pg_socket import SocketFolder, answers

__all__ = ["DidNotStart", "Embedded", "Purpose", "find_binaries", "running"]

LOG_FILE: Final = "postgres.log"
POLL_SECONDS: Final = 0.005
WATCH_SECONDS: Final = 0.5
# A short command waits so long for another one, or for a server that is just starting.
PATIENCE_SECONDS: Final = 60.0
# Replaying the log after a crash may take minutes on a slow disk; a hang is ended.
START_SECONDS: Final = 300.0
# First a fast shutdown, which leaves nothing to replay; then one that leaves the log.
STOPS: Final = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0))

log = structlog.get_logger(__name__)


class DidNotStart(Unavailable):
    """PostgreSQL did not start; its log in the data directory says why."""


class Embedded:
    """The PostgreSQL of one data directory.

    Args:
        home: The data directory; made at the first start.
        pg_bin: The directory of a system's PostgreSQL (15 or newer), instead of the one
            that is installed with Pomelo.
    """

    def __init__(self, home: Path, *, pg_bin: Path | None = None) -> None:
        self._home = home.resolve()
        self._pg = self._home / pg_cluster.FOLDER
        self._log = self._home / LOG_FILE
        self._pg_bin = pg_bin
        self._lock: HomeLock | None = None
        self._folder: SocketFolder | None = None
        self._attached_to: int | None = None
        self._account: Account
        self._programs: Programs
        self._server: subprocess.Popen[bytes] | None = None

    def start(self, purpose: Purpose = Purpose.SERVE) -> None:
        """Start it and wait until it takes connections; the first time, make it.

        To be called from the main thread (see `_come_up`), before an event loop runs.

        Raises:
            HomeInUse: Another process runs on this data directory.
            HomeUnwritable, HomeFull, Unreachable, OthersCluster, NoAccount: The place or
                the user is not fit.
            ProgramsMissing, ProgramsTooOld, ProgramsUnreachable: The programs are not.
            DataFromNewer, DataFromOlder, NoCluster: The files are another version's, or none.
            LogUnwritable: Something else is in the place of PostgreSQL's log.
            ClusterNotMade, DidNotStart: PostgreSQL said no, with its reason.
        """
        self._account = account_for(self._pg)
        self._require_passage(self._home.parent)
        make(self._home)
        self._require_passage(self._home)
        lock = HomeLock(self._home, purpose)
        lock.take()
        self._lock = lock
        try:
            require_room(self._home)  # not before: who only attaches to it needs none
            self._start_locked()
        except BaseException:
            self.stop()
            raise

    def _require_passage(self, path: Path) -> None:
        closed = first_closed(path, self._account)
        if closed is not None:
            raise Unreachable(closed, self._account)

    def _start_locked(self) -> None:
        programs = read_version(find_binaries(self._pg_bin))
        self._programs = within_reach(programs, self._account, self._home)
        if self._pg.exists():
            pg_cluster.check_version(self._pg, self._programs)
        else:
            pg_cluster.make(self._home, self._programs, self._account)
        self._folder = SocketFolder(self._pg)
        if sys.platform != "linux":  # nothing else would end it with us
            atexit.register(self.stop)
        _exhaust(self._come_up())

    def _come_up(self) -> Iterator[None]:
        """Bring the server up; each step of the iterator is a moment to wait.

        The kernel ends PostgreSQL with the *thread* that started it, so this runs in the
        main thread, which lives as long as the process, in restarts too: never in a
        thread of a pool.
        """
        yield from pg_residents.vacate(self._pg)
        pg_cluster.write_access(self._home)
        pg_log.bound(self._log)
        with pg_log.open_log(self._log) as output:
            said_bytes = output.tell()
            arguments = pg_cluster.server_arguments(self._home, self._programs)
            self._server = launch(
                self._account, self._programs.bin / "postgres", *arguments, output=output
            )
        give_up_at = monotonic() + START_SECONDS
        while not _is_ready(self._server, self._pg):
            if self._server.poll() is not None or monotonic() > give_up_at:
                _end(self._server)
                reason = pg_log.last_complaint(self._log, said_bytes)
                raise DidNotStart(f"PostgreSQL did not start: {reason} (more in {self._log})")
            yield

    def attach(self) -> bool:
        """Use the server that another process runs on this data directory.

        Returns:
            True when it is there and answers; `options` and `dsn` can be used then, and
            `stop` only lets go of it.
        """
        postmaster = pg_residents.read_postmaster(self._pg)
        if postmaster is None or not pg_residents.lives_in(postmaster.pid, self._pg):
            return False
        self._let_go()
        self._folder = SocketFolder(self._pg)
        if not answers(self.options()):
            self._let_go()
            return False
        self._attached_to = postmaster.pid
        return True

    def options(self) -> dict[str, Any]:
        """Give what asyncpg needs to connect, in this process, as the ordinary role."""
        return {
            "host": self._opened().host,
            "port": pg_cluster.PORT,
            "user": pg_cluster.ROLE,
            "database": pg_cluster.DATABASE,
        }

    def dsn(self) -> str:
        """Give the address for psql, pg_dump and others that use libpq, while we live."""
        host = self._opened().host_for_others.replace("\\", r"\\").replace("'", r"\'")
        return (
            f"host='{host}' port={pg_cluster.PORT}"
            f" user={pg_cluster.ROLE} dbname={pg_cluster.DATABASE}"
        )

    def is_running(self) -> bool:
        """Tell whether its main process lives."""
        if self._attached_to is not None:
            return pg_residents.lives_in(self._attached_to, self._pg)
        return self._server is not None and self._server.poll() is None

    def ensure(self) -> bool:
        """Start it again when it died; to be called from the main thread.

        Returns:
            True when it had to be started again.

        Raises:
            DidNotStart: It refused, with the reason.
        """
        if self._server is None or self.is_running():
            return False
        _exhaust(self._come_up())
        return True

    async def watch(self) -> None:
        """Start it again whenever it dies, and keep its log small, until cancelled."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            pg_log.bound(self._log)
            if self._server is None or self.is_running():
                continue
            log.warning("postgres_died", status=self._server.returncode)
            try:
                for _ in self._come_up():
                    await asyncio.sleep(POLL_SECONDS)
                log.warning("postgres_restarted", pid=self._server.pid)
            except (PomeloError, OSError) as error:  # a full disk, say: it may pass
                log.error("postgres_not_restarted", reason=str(error))

    def stop(self) -> None:
        """Stop it cleanly, within 10 s, else at once; let go of the data directory."""
        server, self._server = self._server, None
        if server is not None:
            _end(server)
        self._let_go()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _let_go(self) -> None:
        self._attached_to = None
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    def _opened(self) -> SocketFolder:
        if self._folder is None:
            raise RuntimeError("start it or attach to it first")
        return self._folder


@contextmanager
def running(home: Path, *, pg_bin: Path | None = None) -> Iterator[Embedded]:
    """Have the data directory's PostgreSQL for a short command.

    A server's is used as it is; when there is none, one is started and stopped again.
    Another command's is waited for, since it would be stopped under us.

    Raises:
        HomeInUse: After a minute a command still holds the data directory, or the PostgreSQL
            of a server still does not answer.
    """
    postgres = Embedded(home, pg_bin=pg_bin)
    try:
        _start_or_attach(postgres)
        yield postgres
    finally:
        postgres.stop()


def _start_or_attach(postgres: Embedded) -> None:
    give_up_at = monotonic() + PATIENCE_SECONDS
    while True:
        try:
            postgres.start(Purpose.COMMAND)
        except HomeInUse as taken:
            # On a busy machine a first command, which makes everything, takes its time.
            is_command = taken.holder is not None and taken.holder.purpose is Purpose.COMMAND
            if not is_command and postgres.attach():
                return
            if monotonic() > give_up_at:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return


def _is_ready(server: subprocess.Popen[bytes], pg: Path) -> bool:
    # A file left by a dead one names another process.
    postmaster = pg_residents.read_postmaster(pg)
    return postmaster is not None and postmaster.is_ready and postmaster.pid == server.pid


def _exhaust(moments: Iterator[None]) -> None:
    for _ in moments:
        time.sleep(POLL_SECONDS)


def _end(server: subprocess.Popen[bytes]) -> None:
    for request, seconds in STOPS:
        server.send_signal(request)
        with suppress(subprocess.TimeoutExpired):
            server.wait(seconds)
            return
    server.kill()
    server.wait()
