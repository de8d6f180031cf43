"""Mailboxes as due rows: taken for a lease, each kept read in a task of its own.

Several workers share them, and none is read twice: what a task writes counts only under the
number with which the mailbox was taken.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from pomelo.base import clock
from pomelo.base.errors import Unavailable
from pomelo.base.underway import UnderWay
from pomelo.inbound.mailboxes import store
from pomelo.inbound.mailboxes.model import Pace
from pomelo.inbound.reader import Reader
from pomelo.inbound.settling import store as settling_store

if TYPE_CHECKING:
    from pomelo.delivery import Desk
    from pomelo.inbound.mailboxes.keeper import Keeper

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
        self._under_way: UnderWay[Keeper] = UnderWay(
            "mailboxes", "mailbox_failed", lambda keeper: {"sender": keeper.mailbox.sender_id}
        )
        self._enrolled_at: float | None = None

    async def work_once(self) -> bool:
        """Take mailboxes that are due; says whether there may be more."""
        desk, now = self._desk, self._desk.clock.now()
        keepers = {keeper.mailbox.sender_id: keeper for keeper in self._under_way.pieces}
        amount = min(AT_ONCE, self._slots - len(keepers))
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
                busy=list(keepers),
            )
            wanted = await settling_store.list_wanted(db, keepers, now=now)
        # Slow to import, and `pomelo receive` comes through this domain's door for each mail.
        from pomelo.inbound.mailboxes.keeper import Keeper  # noqa: PLC0415

        for sender in wanted:
            keepers[sender].look()
        for mailbox in taken:
            keeper = Keeper(desk, self._reader, self._pace, mailbox)
            self._under_way.begin(keeper.run(), keeper)
        return False  # the next ones come after a rest

    async def renew(self) -> None:
        """Keep what is read; what was taken from us meanwhile is let go."""
        asked = self._under_way.pieces
        if not asked:
            return
        until = self._desk.lease_end(self._desk.clock.now())
        async with self._desk.database.transaction() as db:
            kept = set(await store.renew(db, [one.mailbox for one in asked], until=until))
        for keeper in asked:
            if keeper.mailbox.sender_id not in kept:
                self._under_way.cancel(keeper)

    async def finish(self) -> None:
        """End all reading, and leave the mailboxes to others."""
        await self._under_way.finish()
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
