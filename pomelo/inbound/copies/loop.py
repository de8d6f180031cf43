"""Due rows: sent mails are put into Sent folders, each sender's in a task of its own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pomelo.base.ids import SenderId
from pomelo.base.underway import UnderWay
from pomelo.inbound.copies import store
from pomelo.inbound.copies.store import Due
from pomelo.inbound.mailboxes.model import Pace

if TYPE_CHECKING:
    from pomelo.delivery import Desk

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
        self._under_way: UnderWay[SenderId] = UnderWay(
            "copies", "copies_failed", lambda sender: {"sender": sender}
        )

    async def work_once(self) -> bool:
        """Take what is due; says whether anything was begun."""
        desk, now, busy = self._desk, self._desk.clock.now(), self._under_way.pieces
        async with desk.database.transaction() as db:
            await store.enrol_copies(db, amount=ENROLLED, now=now)
            taken = await store.claim_copies(
                db,
                worker=desk.worker,
                senders=SENDERS - len(busy),
                amount=MAILS,
                busy=busy,
                now=now,
                until=desk.lease_end(now),
            )
        for sender in dict.fromkeys(due.sender_id for due in taken):
            self._begin([due for due in taken if due.sender_id == sender])
        return False  # the next ones come after a rest

    def _begin(self, dues: Sequence[Due]) -> None:
        # Slow to import, and `pomelo receive` comes through this domain's door for each mail.
        from pomelo.inbound.copies.round import Round  # noqa: PLC0415

        self._under_way.begin(Round(self._desk, self._pace, dues).run(), dues[0].sender_id)

    async def drain(self) -> None:
        """Wait for what was begun."""
        await self._under_way.drain()

    async def finish(self) -> None:
        """End what is under way; its leases end by themselves."""
        await self._under_way.finish()
