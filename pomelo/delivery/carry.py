"""One sender's claimed leads, carried out one after the other over one SMTP session."""

import asyncio
from collections import deque
from datetime import datetime, timedelta

import msgspec

from pomelo.base import clock
from pomelo.base.errors import Unavailable
from pomelo.base.ids import MessageId
from pomelo.delivery import health, outcomes, settle
from pomelo.delivery.desk import LEAVE_SECONDS, Desk, Leave
from pomelo.delivery.drafts import Draft, dkim_key, draft
from pomelo.delivery.gate import decide
from pomelo.delivery.model import Decision, Facts, Send
from pomelo.delivery.outcomes import Delivered, Failed, Outcome
from pomelo.delivery.plan import Job, gap, is_open, next_due, rest, served
from pomelo.letters import DkimKey
from pomelo.messages import Intent, Mark, Stage
from pomelo.smtp import (
    Accepted,
    Deferred,
    Ready,
    Reason,
    Refused,
    Session,
    Sessions,
    Unknown,
    Unreachable,
)
from pomelo.tracking import token_of


class _Ending(msgspec.Struct, frozen=True):
    """How a mail ended, and the future of its being written."""

    outcome: Outcome
    written: "asyncio.Future[bool]"


class _Coming(msgspec.Struct, frozen=True):
    """A mail that is composed, and the future of its intent: whether its lead is still ours."""

    draft: Draft
    begun: "asyncio.Future[bool]"


class Carrier:
    """Carries out one job.

    Args:
        desk: The worker's tools.
        sessions: Its open SMTP sessions.
        job: What is to be done.
    """

    def __init__(self, desk: Desk, sessions: Sessions, job: Job) -> None:
        self._desk = desk
        self._sessions = sessions
        self._job = job
        self._sender = job.shift.sender
        self._dkim: DkimKey | None = None
        self._todo: deque[Facts] = deque()
        self._coming: _Coming | None = None
        self._before: _Ending | None = None
        self._rest = timedelta()
        self.rested_until: datetime | None = None

    async def run(self) -> None:
        """Decide about every lead, then send what may be sent."""
        now = self._desk.clock.now()
        decided = [(facts, self._decide(facts, now)) for facts in self._job.facts]
        others = [one for one in decided if not isinstance(one[1], Send)]
        await settle.decisions(self._desk, others, self._next_due, self._job.ruling)
        self._todo.extend(facts for facts, decision in decided if isinstance(decision, Send))
        if not self._todo:
            return
        try:
            await self._send_all()
        except Exception:
            await self._settled()  # how the last mail ended is known, whatever came after
            raise

    def _decide(self, facts: Facts, now: datetime) -> Decision:
        ruling = self._job.ruling
        decision = decide(
            facts,
            suppressed_by=self._job.suppressed.get(facts.lead_id),
            ruling=ruling,
            is_rehearsal=self._desk.is_rehearsal,
            now=now,
            heard_since=self._desk.heard_since(),
        )
        if isinstance(decision, Send):
            ruling.note(facts, now)
        return decision

    async def _send_all(self) -> None:
        self._dkim = await dkim_key(self._desk, self._sender)
        while (session := await self._open()) is not None:
            written = await self._take()
            if written is None:
                await self._settled()
                return
            if not await self._send(session, written):
                break
        await self._give_back()

    async def _open(self) -> Session | None:
        session = await self._sessions.open(self._sender)
        if not isinstance(session, Unreachable):
            return session
        await self._settled()
        await health.unreachable(self._desk, self._sender, session)
        return None

    async def _take(self) -> Draft | None:
        """Give the next mail, its intent committed."""
        while (coming := await self._compose_ahead()) is not None:
            self._coming = None
            if await self._is_begun(coming):
                self._desk.failpoint("after_intent")
                return coming.draft
            facts = coming.draft.facts
            await self._desk.insist(lambda: settle.free(self._desk, [facts]))  # noqa: B023 - awaited
        return None

    async def _is_begun(self, coming: _Coming) -> bool:
        """Tell whether a mail's intent is committed; if nobody knows, a later attempt will."""
        try:
            return await coming.begun
        except Unavailable:
            await self._settled()
            return False

    async def _compose_ahead(self) -> _Coming | None:
        """Compose the next mail, unless that was done, and have the intent to send it written."""
        while self._coming is None and self._todo:
            facts = self._todo.popleft()
            written = await draft(self._desk, self._sender, facts, self._dkim)
            if isinstance(written, Failed):
                await self._settled()
                self._end(facts, None, written)
                await self._settled()
            else:
                begun = self._desk.ledger.enqueue(written.intent)
                self._coming = _Coming(written, begun)
        return self._coming

    async def _give_back(self) -> None:
        """Hand back what was claimed and is not sent to now."""
        coming, self._coming = self._coming, None
        if coming is not None and await self._is_begun(coming):
            await settle.withdraw(self._desk, [coming.draft])
        elif coming is not None:
            self._todo.append(coming.draft.facts)
        await settle.free(self._desk, self._todo)

    async def _send(self, session: Session, written: Draft) -> bool:
        """Send one mail; says whether the sender may go on.

        How it ended is written beside the next mail's MAIL and RCPT, and the intent of that one
        with the leave of this one; before DATA it is all committed.
        """
        intent = written.intent
        offered = await self._offer(session, intent)
        if _has_hung_up(session, offered):  # while it was idle: not this mail's fault
            await self._sessions.close(self._sender.id)
            fresh = await self._sessions.open(self._sender)
            if not isinstance(fresh, Unreachable):
                session, offered = fresh, await self._offer(fresh, intent)
        if not isinstance(offered, Ready):
            await self._settled()
            return await self._judge(written, offered)
        await self._compose_ahead()
        self._desk.failpoint("before_data")
        asked_at = clock.monotonic()
        may_begin = await self._may_begin(written)
        await self._settled()
        if may_begin and clock.monotonic() - asked_at <= LEAVE_SECONDS:
            answer = await session.deliver(intent.raw)
            self._has_rested_since(self._desk.clock.now())
            self._desk.failpoint("after_data")
            return await self._judge(written, answer)
        await session.reset()
        if may_begin is False:
            await settle.withdraw(self._desk, [written])
        else:
            await self._desk.insist(lambda: settle.too_late(self._desk, written))
        return True

    async def _may_begin(self, written: Draft) -> bool | None:
        """Ask for leave to begin DATA; None when nobody knows whether it was given.

        The mails before may have taken long, so the campaign's hours are asked again.
        """
        if not is_open(self._job.shift, written.facts, self._desk.clock.now()):
            return False
        leave = self._leave(written)
        try:
            is_given = await self._desk.ledger.submit(leave)
        except Unavailable:
            return None
        if is_given:
            self._rest = leave.rest
            self._has_rested_since(self._desk.clock.now())
            self._desk.failpoint("after_leave")
        return is_given

    def _has_rested_since(self, at: datetime) -> None:
        """Let the gap run from then: from leave, and once the mail is taken from its end."""
        if self._rest:
            self.rested_until = at + self._rest

    async def _offer(self, session: Session, intent: Intent) -> Ready | Refused | Deferred:
        return await session.offer(
            self._sender.email,
            intent.recipient,
            len(intent.raw),
            envelope_id=token_of(intent.header_id),
        )

    def _leave(self, written: Draft) -> Leave:
        return Leave(
            hold=outcomes.hold_of(written.facts),
            mark=Mark(
                written.intent,
                self._desk.deliver_to,
                written.suppression_keys,
                written.facts.contact_rules.version,
            ),
            facts=written.facts,
            gap=gap(self._job.shift, written.facts.campaign_id),
            rest=rest(self._sender),
            served=served(self._job.shift, written.facts.campaign_id),
            before=None if self._before is None else self._before.written,
        )

    async def _judge(self, written: Draft, answer: Accepted | Refused | Deferred | Unknown) -> bool:
        """Record what became of a mail; says whether the sender may go on."""
        now = self._desk.clock.now()
        match answer:
            case Accepted():
                self._end(written.facts, written.intent.id, self._delivered(written, answer, now))
                return await health.worked(self._desk, self._sender)
            case Unknown(reason=reason):
                is_rehearsal = self._desk.is_rehearsal
                lost = health.lost(written, reason, now, is_rehearsal=is_rehearsal)
                self._end(written.facts, written.intent.id, lost)
                await self._settled()
                await health.hung_up(self._desk, self._sender, reason)
                return False
            case Refused() | Deferred():
                ending = health.ending(written, answer, now)
                self._end(written.facts, written.intent.id, ending)
                await self._settled()
                return await health.refused(self._desk, self._sender, answer)

    def _delivered(self, written: Draft, answer: Accepted, now: datetime) -> Delivered:
        due = self._next_due(written.facts, now)
        return Delivered(str(answer.reply), answer.effective_id, due)

    def _next_due(self, facts: Facts, done_at: datetime) -> datetime | None:
        return next_due(self._job.shift, facts, done_at)

    def _end(self, facts: Facts, message: MessageId | None, ending: outcomes.Ending) -> None:
        """Have a mail's end written; `_settled` says when it is."""
        outcome = Outcome(facts, message, self._desk.is_rehearsal, ending)
        self._before = _Ending(outcome, self._desk.ledger.enqueue(outcome))

    async def _settled(self) -> None:
        """Wait until the end of the mail before is written, if there was one."""
        before, self._before = self._before, None
        if before is None:
            return
        try:
            await before.written
        except Unavailable:
            await self._desk.insist(lambda: self._desk.ledger.submit(before.outcome))
        self._desk.failpoint("after_record")


def _has_hung_up(session: Session, offered: Ready | Refused | Deferred) -> bool:
    """Tell whether a kept session turned out to be closed before anything of a mail was said."""
    return (
        isinstance(offered, Deferred)
        and offered.reply is None
        and offered.stage is Stage.MAIL
        and offered.reason is Reason.CLOSED
        and session.mails_sent > 0
    )
