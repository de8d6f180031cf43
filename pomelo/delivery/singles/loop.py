"""Single mails that are due: claimed a sender at a time, each sender's in a task of its own."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from pomelo import messages, senders
from pomelo.base import clock
from pomelo.base.db import Db
from pomelo.base.ids import MessageId, SenderId
from pomelo.base.underway import UnderWay
from pomelo.delivery.desk import Desk
from pomelo.delivery.outcomes import Rejected
from pomelo.delivery.singles import endings, store
from pomelo.delivery.singles.carry import Round
from pomelo.delivery.singles.model import Queued, Single
from pomelo.delivery.singles.writing import is_bounced, keys_of
from pomelo.messages import ReplyClass, TakenUp
from pomelo.senders import Sender
from pomelo.smtp import Sessions

SLOTS: Final = 64
# A team that has so many gets no more, and none more than so many at once: half stays free.
TEAM_SLOTS: Final = 16
SWEEP_SECONDS: Final = 1.0
FINISH_SECONDS: Final = 20.0
NO_SENDER: Final = Rejected(
    "Its mailbox was deleted before it could be sent.", ReplyClass.SENDER, suppresses=False
)
NO_ADDRESS: Final = Rejected(
    "An address does not exist: a mail to it has come back.", ReplyClass.HARD, suppresses=False
)


class Singles:
    """One worker's sending of answers and tests.

    Args:
        desk: Its tools.
        slots: Senders served at the same time; a hung server holds just its own.
    """

    def __init__(self, desk: Desk, *, slots: int = SLOTS) -> None:
        self._desk = desk
        self._slots = slots
        self._sessions = Sessions(desk.database, desk.access, desk.clock)
        self._under_way: UnderWay[Sequence[Single]] = UnderWay(
            "singles", "single_failed", lambda singles: {"sender": singles[0].mail.sender_id}
        )
        self._swept_at = 0.0

    async def work_once(self) -> bool:
        """Start what is due now; says whether there was any."""
        await self._sweep()
        room = self._slots - len(self._under_way.pieces)
        if room <= 0:
            await self._under_way.wait_for_one()
            return True
        rounds = await self._desk.database.retrying(lambda db: self._claim(db, room))
        for sender, singles in rounds:
            carrier = Round(self._desk, self._sessions, sender, singles)
            self._under_way.begin(carrier.run(), singles)
        return bool(rounds)

    @property
    def is_busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._under_way.pieces)

    async def renew(self) -> None:
        """Keep the claims of what is under way: a slow server is no dead worker."""
        claims = [single.queued for singles in self._under_way.pieces for single in singles]
        if claims:
            until = self._desk.lease_end(self._desk.clock.now())
            async with self._desk.database.transaction() as db:
                await store.renew(db, claims, until=until)

    async def finish(self, *, within_seconds: float = FINISH_SECONDS) -> None:
        """Wait for what is under way; who is not ready in time is cut off."""
        await self._under_way.finish(within_seconds=within_seconds)
        await self._sessions.close_all()

    async def _sweep(self) -> None:
        if clock.monotonic() - self._swept_at < SWEEP_SECONDS:
            return
        self._swept_at = clock.monotonic()
        now = self._desk.clock.now()
        await self._desk.database.retrying(lambda db: endings.sweep(db, now=now))

    async def _claim(self, db: Db, amount: int) -> list[tuple[Sender | None, list[Single]]]:
        now = self._desk.clock.now()
        mails = [singles[0].mail for singles in self._under_way.pieces]
        held = Counter(mail.team_id for mail in mails)
        queued = await store.claim(
            db,
            amount=min(amount, TEAM_SLOTS),
            busy=[mail.sender_id for mail in mails],
            full=[team for team, count in held.items() if count >= TEAM_SLOTS],
            now=now,
            until=self._desk.lease_end(now),
        )
        if not queued:
            return []
        begun = await messages.take_up(db, [(q.team_id, q.message_id, q.fence) for q in queued])
        places = {one.message_id: one for one in queued}
        by_sender: dict[SenderId, list[TakenUp]] = {}
        for mail in sorted(begun, key=lambda one: (one.created_at, one.id)):
            by_sender.setdefault(mail.sender_id, []).append(mail)
        return [await _round(db, mails, places) for mails in by_sender.values()]


async def _round(
    db: Db, mails: Sequence[TakenUp], places: dict[MessageId, Queued]
) -> tuple[Sender | None, list[Single]]:
    sender = await senders.find(db, mails[0].team_id, mails[0].sender_id)
    return sender, [await _single(db, sender, mail, places[mail.id]) for mail in mails]


async def _single(db: Db, sender: Sender | None, mail: TakenUp, queued: Queued) -> Single:
    """Look whether anything forbids to send a mail at all."""
    keys = keys_of([mail.recipient, *queued.copies])
    if sender is None:
        return Single(queued, mail, keys, NO_SENDER)
    is_gone = await is_bounced(db, mail.team_id, keys)
    return Single(queued, mail, keys, NO_ADDRESS if is_gone else None)
