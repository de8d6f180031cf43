"""One sender's claimed leads, carried out one after the other over one SMTP session."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from pomelo import messages
from pomelo.base import clock
from pomelo.base.errors import Unavailable
from pomelo.base.ids import LeadId, MessageId
from pomelo.delivery import health, outcomes, settle
from pomelo.delivery.desk import Desk, Leave
from pomelo.delivery.drafts import Draft, dkim_key, draft
from pomelo.delivery.gate import decide
from pomelo.delivery.model import Decision, Facts, Send
from pomelo.delivery.outcomes import Delivered, Failed, Lost, Outcome
from pomelo.delivery.plan import Shift, gap, next_due
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

# DATA begins within a second of data_at or not at all (DESIGN "Send protocol").
LEAVE_SECONDS: Final = 1.0
AGAIN_SECONDS: Final = 0.5


class Job(msgspec.Struct, frozen=True):
    """A shift with the leads that were claimed for it.

    Attributes:
        shift: The sender and its campaigns.
        facts: What is known of each lead.
        suppressed: Sources under which leads' addresses are on the team's list.
    """

    shift: Shift
    facts: tuple[Facts, ...]
    suppressed: dict[LeadId, str]


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
        self.rested_until: datetime | None = None

    async def run(self) -> None:
        """Decide about every lead, then send what may be sent."""
        now = self._desk.clock.now()
        decided = [(facts, self._decide(facts, now)) for facts in self._job.facts]
        others = [one for one in decided if not isinstance(one[1], Send)]
        await settle.decisions(self._desk, others, self._next_due)
        ready = [facts for facts, decision in decided if isinstance(decision, Send)]
        if not ready:
            return
        session = await self._sessions.open(self._sender)
        if isinstance(session, Unreachable):
            await health.unreachable(self._desk, self._sender, session)
            await settle.free(self._desk, ready)
            return
        await self._send_all(await self._begin(ready))

    def _decide(self, facts: Facts, now: datetime) -> Decision:
        return decide(
            facts,
            suppressed_by=self._job.suppressed.get(facts.lead_id),
            is_rehearsal=self._desk.is_rehearsal,
            now=now,
        )

    async def _begin(self, ready: Sequence[Facts]) -> list[Draft]:
        """Compose the mails and commit the intent to send them."""
        drafts: list[Draft] = []
        dkim = await dkim_key(self._desk, self._sender)
        for facts in ready:
            written = await draft(self._desk, self._sender, facts, dkim)
            if isinstance(written, Failed):
                await self._record(facts, None, written)
            else:
                drafts.append(written)
            await asyncio.sleep(0)  # composing is work for the processor: let others in between
        if not drafts:
            return []
        now = self._desk.clock.now()
        async with self._desk.database.transaction() as db:
            begun = set(await messages.begin(db, [d.intent for d in drafts], now=now))
        self._desk.failpoint("after_intent")
        lost = [d.facts for d in drafts if d.intent.id not in begun]
        await settle.free(self._desk, lost)
        return [d for d in drafts if d.intent.id in begun]

    async def _send_all(self, drafts: Sequence[Draft]) -> None:
        for place, written in enumerate(drafts):
            session = await self._sessions.open(self._sender)
            if isinstance(session, Unreachable):
                await health.unreachable(self._desk, self._sender, session)
                await settle.withdraw(self._desk, drafts[place:])
                return
            if not await self._send(session, written):
                await settle.withdraw(self._desk, drafts[place + 1 :])
                return

    async def _send(self, session: Session, written: Draft) -> bool:
        """Send one mail; says whether the sender may go on."""
        intent = written.intent
        offered = await self._offer(session, intent)
        if _has_hung_up(session, offered):  # while it was idle: not this mail's fault
            await self._sessions.close(self._sender.id)
            fresh = await self._sessions.open(self._sender)
            if not isinstance(fresh, Unreachable):
                session, offered = fresh, await self._offer(fresh, intent)
        if not isinstance(offered, Ready):
            return await self._judge(written, offered)
        self._desk.failpoint("before_data")
        asked_at = clock.monotonic()
        leave = self._leave(written)
        if not await self._desk.leaves.submit(leave):
            await session.reset()
            await settle.withdraw(self._desk, [written])
            return True
        if leave.rest:
            self.rested_until = self._desk.clock.now() + leave.rest
        self._desk.failpoint("after_leave")
        if clock.monotonic() - asked_at > LEAVE_SECONDS:
            await session.reset()
            await settle.too_late(self._desk, written)
            return True
        answer = await session.deliver(intent.raw)
        self._desk.failpoint("after_data")
        return await self._judge(written, answer)

    async def _offer(self, session: Session, intent: Intent) -> Ready | Refused | Deferred:
        return await session.offer(
            self._sender.email, intent.recipient, len(intent.raw), envelope_id=_token(intent)
        )

    def _leave(self, written: Draft) -> Leave:
        intent = written.intent
        return Leave(
            mark=Mark(
                team_id=intent.team_id,
                id=intent.id,
                fence=intent.fence,
                deliver_to=self._desk.deliver_to,
                suppression_keys=written.suppression_keys,
            ),
            campaign_id=intent.campaign_id,
            sender_id=intent.sender_id,
            gap=gap(self._job.shift, written.facts.campaign_id),
            rest=timedelta(seconds=self._sender.gap_seconds),
        )

    async def _judge(self, written: Draft, answer: Accepted | Refused | Deferred | Unknown) -> bool:
        """Record what became of a mail; says whether the sender may go on."""
        now = self._desk.clock.now()
        match answer:
            case Accepted():
                await self._record(
                    written.facts, written.intent.id, self._delivered(written, answer, now)
                )
                return await health.worked(self._desk, self._sender)
            case Unknown(reason=reason):
                await self._record(written.facts, written.intent.id, Lost(str(reason)))
                return True
            case Refused() | Deferred():
                ending = health.ending(written, answer, now)
                await self._record(written.facts, written.intent.id, ending)
                return await health.refused(self._desk, self._sender, answer)

    def _delivered(self, written: Draft, answer: Accepted, now: datetime) -> Delivered:
        due = self._next_due(written.facts, now)
        return Delivered(str(answer.reply), answer.effective_id, due)

    def _next_due(self, facts: Facts, done_at: datetime) -> datetime | None:
        return next_due(self._job.shift, facts.campaign_id, done_at, facts.next_delay_days)

    async def _record(
        self,
        facts: Facts,
        message: MessageId | None,
        ending: outcomes.Ending,
    ) -> None:
        """Write a mail's end; while the database is away it is kept in hand.

        Only when the lease is over, and somebody else may have settled the mail, is it let go.
        """
        outcome = Outcome(facts, message, self._desk.is_rehearsal, ending)
        give_up_at = clock.monotonic() + self._desk.lease_seconds
        while True:
            try:
                await self._desk.records.submit(outcome)
            except Unavailable:
                if clock.monotonic() > give_up_at:
                    raise
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                break
        self._desk.failpoint("after_record")


def _token(intent: Intent) -> str:
    """Give the signed part of a mail's Message-ID: delivery reports bring it back."""
    return intent.header_id.strip("<>").partition("@")[0]


def _has_hung_up(session: Session, offered: Ready | Refused | Deferred) -> bool:
    """Tell whether a kept session turned out to be closed before anything of a mail was said."""
    return (
        isinstance(offered, Deferred)
        and offered.reply is None
        and offered.stage is Stage.MAIL
        and offered.reason is Reason.CLOSED
        and session.mails_sent > 0
    )
