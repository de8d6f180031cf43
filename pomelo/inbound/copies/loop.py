"""Due rows: sent mails are put into Sent folders, each sender's in a task of its own."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pomelo.base import log
from pomelo.base.ids import SenderId
from pomelo.inbound.copies import store
from pomelo.inbound.copies.store import Due
from pomelo.inbound.mailboxes.model import Pace

if TYPE_CHECKING:
    from pomelo.delivery import Desk

LOG: Final = log.get("copies")
# Mailboxes visited at the same time, and mails taken at once.
SENDERS: Final = 8
MAILS: Final = 200
ENROLLED: Final = 1000


class Copier:
    """One worker's putting of copies.

    Args:
        desk: Its tools.
        pace: How long things may take.
    """

    def __init__(self, desk: "Desk", *, pace: Pace | None = None) -> None:
        self._desk = desk
        self._pace = pace or Pace(talk=30.0)
        self._tasks: dict[asyncio.Task[None], SenderId] = {}

    async def work_once(self) -> bool:
        """Take what is due; says whether anything was begun."""
        self._forget_ended()
        desk, now = self._desk, self._desk.clock.now()
        async with desk.database.transaction() as db:
            await store.enrol_copies(db, amount=ENROLLED, now=now)
            taken = await store.claim_copies(
                db,
                worker=desk.worker,
                senders=SENDERS - len(self._tasks),
                amount=MAILS,
                busy=list(self._tasks.values()),
                now=now,
                until=desk.lease_end(now),
            )
        for sender in dict.fromkeys(due.sender_id for due in taken):
            self._begin([due for due in taken if due.sender_id == sender])
        return False  # the next ones come after a rest

    def _begin(self, dues: Sequence[Due]) -> None:
        # Slow to import, and `pomelo receive` comes through this domain's door for each mail.
        from pomelo.inbound.copies.round import Round  # noqa: PLC0415

        task = asyncio.create_task(Round(self._desk, self._pace, dues).run())
        self._tasks[task] = dues[0].sender_id

    async def drain(self) -> None:
        """Wait for what was begun."""
        if self._tasks:
            await asyncio.wait(self._tasks)
        self._forget_ended()

    async def finish(self) -> None:
        """End what is under way; its leases end by themselves."""
        for task in self._tasks:
            task.cancel()
        await self.drain()

    def _forget_ended(self) -> None:
        for task in [task for task in self._tasks if task.done()]:
            sender = self._tasks.pop(task)
            if not task.cancelled() and (error := task.exception()) is not None:
                LOG.error("copies_failed", sender=sender, exc_info=error)
