"""Runs every domain's loop until told to stop."""

import asyncio
import os
import socket
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from pomelo.activities import Scanner
from pomelo.base.db import Database, Db
from pomelo.base.errors import Conflict
from pomelo.base.ids import new
from pomelo.base.jobs import Jobs
from pomelo.base.loops import Hints, run_loop, together
from pomelo.base.sql import Query
from pomelo.base.statistics import LOOK_SECONDS, refresh
from pomelo.delivery import Deliverer, Desk, Errands, Singles
from pomelo.hooks import Courier
from pomelo.inbound import Copier, Mailboxes, Pace, Settler
from pomelo.leads import WaitsFor, unpark_all

CHANNEL: Final = "pomelo_due"
ALIVE_SECONDS: Final = 10.0
# Addresses are checked ten minutes after they were added, so nobody waits for this.
SCAN_SECONDS: Final = 5.0
# How soon a mailbox is taken that is due; new mail in one that is read is told at once.
TAKE_SECONDS: Final = 0.5
# How soon an answer that somebody wrote, or a test, is on its way.
SINGLE_SECONDS: Final = 0.5
# How soon a step that is no mail is carried out.
ERRAND_SECONDS: Final = 0.5
MAILBOXES: Final = 500
COPY_SECONDS: Final = 2.0
# How soon a doubt ends that something has ended.
SETTLE_SECONDS: Final = 1.0
# A worker unseen for that long is gone.
GONE_AFTER: Final = timedelta(seconds=60)


class OtherMode(Conflict):
    """Another worker runs in another mode (POMELO_DELIVER_TO); stop it first."""

    def __init__(self, other: "Other") -> None:
        mode = f"rehearses to {other.deliver_to}" if other.deliver_to else "sends to the leads"
        super().__init__(
            f"A worker on {other.host.partition(' ')[0]} (process {other.pid}) {mode}; stop it "
            "first, or if it was killed wait a minute, before one with another POMELO_DELIVER_TO "
            "starts."
        )


class Other(msgspec.Struct, frozen=True):
    """A worker that delivers elsewhere, by its last sign of life.

    Attributes:
        host: Its `place`.
        pid: Its number there.
        deliver_to: Where it delivers.
    """

    host: str
    pid: int
    deliver_to: str

    @property
    def is_gone(self) -> bool:
        """Whether it ran here, where its number would be found, and does not any more."""
        return " " in self.host and self.host == place() and not _runs(self.pid)


def place() -> str:
    """Name this machine, and among which of its processes ours have their numbers.

    Containers of one host name are told apart, and machines too: the first numbering is called
    alike on all of them, but no two have the same boot. Without /proc the name stands alone.
    """
    host = socket.gethostname()
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{host} {boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return host


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)  # asks only; /proc may hide what others run
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


_MODE: Final = Query("mode", "SELECT deliver_to FROM installation FOR UPDATE")
_OTHERS: Final = Query(
    "others",
    """
    SELECT host, pid, deliver_to FROM workers
    WHERE seen_at > clock_timestamp() - :gone_after::interval AND deliver_to <> :deliver_to
    ORDER BY started_at""",
)
_SET_MODE: Final = Query("set_mode", "UPDATE installation SET deliver_to = :deliver_to")
_APPEAR: Final = Query(
    "appear",
    """
    INSERT INTO workers (id, host, pid, deliver_to, started_at, seen_at)
    VALUES (:id, :host, :pid, :deliver_to, clock_timestamp(), clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()""",
)
_LEAVE: Final = Query(
    "leave",
    "DELETE FROM workers WHERE id = :id OR seen_at < clock_timestamp() - interval '1 day'",
)


class Worker:
    """One worker: sending, reading mailboxes, background jobs, and a sign of life.

    Args:
        desk: Tools of sending.
        jobs: Background jobs.
        courier: Tells hooks.
        slots: Senders served at the same time.
        mailboxes: Mailboxes read at the same time.
        pace: How long reading them may take.
    """

    def __init__(
        self, desk: Desk, jobs: Jobs, courier: Courier, *, slots: int,
        mailboxes: int = MAILBOXES, pace: Pace | None = None,
    ) -> None:  # fmt: skip
        self._desk = desk
        self._jobs = jobs
        self._courier = courier
        self._hints = Hints(desk.database, CHANNEL)
        self._deliverer = Deliverer(desk, slots=slots, ended=self._hints.came)
        self._errands = Errands(desk)
        self._singles = Singles(desk)
        self._mailboxes = Mailboxes(desk, slots=mailboxes, pace=pace)
        self._settler = Settler(desk)
        self._copier = Copier(desk)
        self._scanner = Scanner(desk.database, desk.clock)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop, or until a part fails; then finish what is under way.

        Raises:
            OtherMode: Another worker sends in another mode.
        """
        async with self._desk.database.transaction() as db:
            await enter(db, self._desk.worker, self._desk.deliver_to)
        try:
            await together(stop, self._parts(stop))
        finally:
            await self._finish()

    async def _finish(self) -> None:
        """Finish what is under way, all of it whatever happens to some, and leave the others."""
        endings = await asyncio.gather(
            self._deliverer.finish(),
            self._errands.finish(),
            self._singles.finish(),
            self._courier.finish(),
            self._mailboxes.finish(),
            self._copier.finish(),
            return_exceptions=True,
        )
        await leave(self._desk.database, self._desk.worker)
        for ending in endings:
            if ending is not None:
                raise ending

    def _parts(self, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
        return [
            self._hints.listen(stop),
            run_loop("delivery", self._deliverer.work_once, stop, hint=self._hints.came),
            run_loop("errands", self._errands.work_once, stop, rest_seconds=ERRAND_SECONDS),
            run_loop("single mails", self._singles.work_once, stop, rest_seconds=SINGLE_SECONDS),
            run_loop("claims", self._renew, stop, rest_seconds=self._desk.lease_seconds / 3),
            run_loop("alive", self._appear, stop, rest_seconds=ALIVE_SECONDS),
            run_loop("statistics", self._refresh, stop, rest_seconds=LOOK_SECONDS),
            run_loop("hooks", self._courier.work_once, stop, hint=self._courier.ended),
            run_loop(
                "hook claims",
                self._courier.renew,
                stop,
                rest_seconds=self._desk.lease_seconds / 3,
            ),
            run_loop("mailboxes", self._mailboxes.work_once, stop, rest_seconds=TAKE_SECONDS),
            run_loop("settling", self._settler.work_once, stop, rest_seconds=SETTLE_SECONDS),
            run_loop("copies", self._copier.work_once, stop, rest_seconds=COPY_SECONDS),
            run_loop("scanning", self._scanner.work_once, stop, rest_seconds=SCAN_SECONDS),
            self._jobs.run(stop),
        ]

    async def _renew(self) -> bool:
        await self._deliverer.renew()
        await self._errands.renew()
        await self._singles.renew()
        await self._mailboxes.renew()
        return False

    async def _refresh(self) -> bool:
        async with self._desk.database.transaction() as db:
            await refresh(db)
        return False

    async def _appear(self) -> bool:
        async with self._desk.database.transaction() as db:
            await appear(db, self._desk.worker, self._desk.deliver_to)
        return False


def name() -> str:
    """Make a worker's name."""
    return new("wrk")


async def enter(db: Db, worker: str, deliver_to: str) -> None:
    """Join the workers, and set the installation's mode when nobody is of another mind.

    Raises:
        OtherMode: A living worker delivers elsewhere.
    """
    was = await _MODE.one(db, str)
    others = await _OTHERS.rows(db, Other, gone_after=GONE_AFTER, deliver_to=deliver_to)
    for other in others:
        if not other.is_gone:
            raise OtherMode(other)
    if was != deliver_to:
        await _SET_MODE.run(db, deliver_to=deliver_to)
        for ended in (WaitsFor.REHEARSAL, WaitsFor.MENDING):
            await unpark_all(db, ended)
    await appear(db, worker, deliver_to)


async def appear(db: Db, worker: str, deliver_to: str) -> None:
    """Give a sign of life."""
    await _APPEAR.run(db, id=worker, host=place(), pid=os.getpid(), deliver_to=deliver_to)


async def leave(database: Database, worker: str) -> None:
    """Leave the workers."""
    async with database.transaction() as db:
        await _LEAVE.run(db, id=worker)
