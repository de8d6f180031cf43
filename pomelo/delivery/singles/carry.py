"""One sender's single mails, sent one after the other over a session of their own."""

from collections import deque
from collections.abc import Sequence

from pomelo import leads, messages
from pomelo.base import clock
from pomelo.base.db import Db
from pomelo.base.errors import Unavailable
from pomelo.delivery import health
from pomelo.delivery.desk import LEAVE_SECONDS, Desk
from pomelo.delivery.outcomes import Delivered, Lost
from pomelo.delivery.singles import endings, store
from pomelo.delivery.singles.endings import Ending
from pomelo.delivery.singles.model import Single
from pomelo.senders import Sender
from pomelo.smtp import Accepted, Deferred, Ready, Refused, Session, Sessions, Unknown, Unreachable
from pomelo.tracking import token_of


class Round:
    """Carries what one sender's people wrote, by the same protocol as steps.

    Args:
        desk: The worker's tools.
        sessions: Those of single mails: a campaign's session is never shared.
        sender: Who sends; None when it was deleted meanwhile.
        singles: The mails, claimed.
    """

    def __init__(
        self, desk: Desk, sessions: Sessions, sender: Sender | None, singles: Sequence[Single]
    ) -> None:
        self._desk = desk
        self._sessions = sessions
        self._sender = sender
        self._refused = [(one, one.refusal) for one in singles if one.refusal is not None]
        self._todo = deque(one for one in singles if one.refusal is None)

    async def run(self) -> None:
        """Send what may be sent, and hand back what is not sent to now."""
        for single, refusal in self._refused:
            await self._end(single, refusal)
        if self._sender is None or not self._todo:
            return
        try:
            await self._send_all(self._sender)
        finally:
            await self._sessions.close(self._sender.id)

    async def _send_all(self, sender: Sender) -> None:
        may_go_on = True
        while may_go_on and self._todo:
            session = await self._sessions.open(sender)
            if isinstance(session, Unreachable):
                await health.unreachable(self._desk, sender, session)
                may_go_on = False
            else:
                may_go_on = await self._send(sender, session, self._todo.popleft())
        for single in self._todo:
            await self._give_back(single)

    async def _send(self, sender: Sender, session: Session, single: Single) -> bool:
        """Send one mail; says whether the sender may go on."""
        mail = single.mail
        self._desk.failpoint("after_intent")
        offered = await session.offer(
            sender.email,
            mail.recipient,
            len(mail.raw),
            envelope_id=token_of(mail.header_id),
            copies=single.queued.copies,
        )
        if not isinstance(offered, Ready):
            return await self._judge(sender, single, offered)
        self._desk.failpoint("before_data")
        asked_at = clock.monotonic()
        if await self._may_begin(single) and clock.monotonic() - asked_at <= LEAVE_SECONDS:
            self._desk.failpoint("after_leave")
            answer = await session.deliver(mail.raw)
            self._desk.failpoint("after_data")
            return await self._judge(sender, single, answer, offered.left_out)
        await session.reset()
        await self._give_back(single)
        return True

    async def _may_begin(self, single: Single) -> bool:
        """Ask for leave to begin DATA; where nobody knows the answer it was not given."""

        async def ask(db: Db) -> bool:
            now = self._desk.clock.now()
            await leads.lock(db, [(single.mail.team_id, single.mail.lead_id)])
            is_ours = await store.hold(db, single.queued, now=now)
            return is_ours and await messages.mark_single(
                db, single.mail, keys=single.keys, now=now
            )

        try:
            return await self._desk.database.retrying(ask)
        except Unavailable:
            return False

    async def _judge(
        self,
        sender: Sender,
        single: Single,
        answer: Accepted | Refused | Deferred | Unknown,
        left_out: Sequence[str] = (),
    ) -> bool:
        """Record what became of a mail; says whether the sender may go on."""
        match answer:
            case Accepted(reply=reply, effective_id=effective):
                said = "; no copy for ".join([str(reply), *left_out])
                await self._end(single, Delivered(said, effective, None))
                return await health.worked(self._desk, sender)
            case Unknown(reason=reason):
                await self._end(single, Lost(str(reason)))
                return True
            case Refused() | Deferred():
                await self._end(single, health.ending(single, answer, self._desk.clock.now()))
                return await health.refused(self._desk, sender, answer)

    async def _end(self, single: Single, ending: Ending) -> None:
        now = self._desk.clock.now()

        async def write(db: Db) -> bool:
            return await endings.record(db, single.queued, single.mail, ending, now=now)

        await self._desk.insist(lambda: self._desk.database.retrying(write))
        self._desk.failpoint("after_record")

    async def _give_back(self, single: Single) -> None:
        """Let a mail wait that did not come to DATA."""

        async def write(db: Db) -> None:
            await leads.lock(db, [(single.mail.team_id, single.mail.lead_id)])
            if await messages.put_back(db, single.mail):
                await store.wait(db, single.queued, self._desk.clock.now())

        await self._desk.insist(lambda: self._desk.database.retrying(write))
