"""Mailboxes as due rows: taken for a lease, each kept read in a task of its own.

Several workers share them, and none is read twice: what a task writes counts only under the
number with which the mailbox was taken.
"""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pomelo.base import clock, log
from pomelo.base.errors import Unavailable
from pomelo.base.ids import SenderId
from pomelo.inbound.mailboxes import store
from pomelo.inbound.mailboxes.model import Mailbox, Pace
from pomelo.inbound.reader import Reader
from pomelo.inbound.settling import store as settling_store

if TYPE_CHECKING:
    from pomelo.delivery import Desk
    from pomelo.inbound.mailboxes.keeper import Keeper

LOG: Final = log.get("mailboxes")
# So many at a time, so that all of a provider's are not knocked at in one moment.
AT_ONCE: Final = 10
ENROL_SECONDS: Final = 1.0


class Mailboxes:
    """One worker's reading.

    Args:
        desk: Its tools.
        slots: How many mailboxes it reads at most.
        pace: How long things may take, and rest.
    """

    def __init__(self, desk: "Desk", *, slots: int, pace: Pace | None = None) -> None:
        self._desk = desk
        self._slots = slots
        self._pace = pace or Pace()
        self._reader = Reader()
        self._tasks: dict[asyncio.Task[None], Mailbox] = {}
        self._keepers: dict[SenderId, Keeper] = {}
        self._enrolled_at: float | None = None

    async def work_once(self) -> bool:
        """Take mailboxes that are due; says whether there may be more."""
        self._forget_ended()
        desk, now = self._desk, self._desk.clock.now()
        amount = min(AT_ONCE, self._slots - len(self._tasks))
        async with desk.database.transaction() as db:
            if self._is_time_to_enrol():
                await store.enrol(db, now=now)
                await store.retire(db)
            taken = await store.claim(
                db,
                worker=desk.worker,
                now=now,
                until=desk.lease_end(now),
                amount=max(0, amount),
                busy=list(self._keepers),
            )
            wanted = await settling_store.list_wanted(db, self._keepers, now=now)
        # Slow to import, and `pomelo receive` comes through this domain's door for each mail.
        from pomelo.inbound.mailboxes.keeper import Keeper  # noqa: PLC0415

        for keeper in [self._keepers[one] for one in wanted if one in self._keepers]:
            keeper.look()
        for mailbox in taken:
            keeper = Keeper(desk, self._reader, self._pace, mailbox)
            self._keepers[mailbox.sender_id] = keeper
            self._tasks[asyncio.create_task(keeper.run())] = mailbox
        return False  # the next ones come after a rest

    async def renew(self) -> None:
        """Keep what is read; what was taken from us meanwhile is let go."""
        self._forget_ended()
        if not self._tasks:
            return
        until = self._desk.lease_end(self._desk.clock.now())
        asked = dict(self._tasks)
        async with self._desk.database.transaction() as db:
            kept = set(await store.renew(db, list(asked.values()), until=until))
        for task, mailbox in asked.items():
            if mailbox.sender_id not in kept:
                task.cancel()

    async def finish(self) -> None:
        """End all reading, and leave the mailboxes to others."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._forget_ended()
        await self._reader.close()
        with suppress(Unavailable):  # then their leases end by themselves
            async with self._desk.database.transaction() as db:
                await store.release_all(db, self._desk.worker, now=self._desk.clock.now())

    def _is_time_to_enrol(self) -> bool:
        at = clock.monotonic()
        if self._enrolled_at is not None and at - self._enrolled_at < ENROL_SECONDS:
            return False
        self._enrolled_at = at
        return True

    def _forget_ended(self) -> None:
        for task in [task for task in self._tasks if task.done()]:
            mailbox = self._tasks.pop(task)
            del self._keepers[mailbox.sender_id]
            if not task.cancelled() and (error := task.exception()) is not None:
                LOG.error("mailbox_failed", sender=mailbox.sender_id, exc_info=error)
