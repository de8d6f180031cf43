"""What a server's answers say about the sender: when it rests, and why."""

from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec

from pomelo import messages, senders
from pomelo.base import log
from pomelo.base.db import Db
from pomelo.base.ids import MessageId, SenderId, TeamId
from pomelo.delivery.desk import Desk
from pomelo.delivery.drafts import Draft
from pomelo.delivery.outcomes import Lost, Postponed, Rejected
from pomelo.messages import (
    RETRY_FOR,
    TRIES_IN_DOUBT,
    Meaning,
    ReplyClass,
    Stage,
    connect_delay,
    meaning,
    retry_delay,
)
from pomelo.senders import Brake, PausedFor, Sender
from pomelo.smtp import Deferred, Reason, Refused, Unreachable
from pomelo.teams import Uncertain

LOG: Final = log.get("delivery")
BLOCKS_AN_HOUR: Final = 3
THROTTLED_FOR: Final = timedelta(hours=24)
BLOCKED_FOR: Final = timedelta(hours=24)
# Refusals that concern the sender; its leads keep their place.
PAUSES: Final = {
    ReplyClass.AUTH: PausedFor.AUTH,
    ReplyClass.SENDER: PausedFor.SENDER,
    ReplyClass.THROTTLED: PausedFor.THROTTLED,
}


class Tried(Protocol):
    """A mail that was offered to a server, and how often."""

    @property
    def message_id(self) -> MessageId:
        """Which."""

    @property
    def attempts(self) -> int:
        """Which attempt it was, from 1."""

    @property
    def begun_at(self) -> datetime:
        """When the first one began."""


def ending(written: Tried, answer: Refused | Deferred, now: datetime) -> Postponed | Rejected:
    """Tell what a refusal means for the mail.

    A hard refusal of the recipient ends it at once, and so does one of its content, which no
    retry can change; any other is tried again for 24 hours (RFC 5321 4.5.4.1), and only then
    counts as a bounce.
    """
    if answer.reply is None:
        return Postponed(str(answer.reason), None, now + _delay(written))
    reply, read = answer.reply, meaning(answer.reply, stage=answer.stage)
    if read.kind in PAUSES:
        return Postponed(str(reply), read.kind, now)
    is_over = now - written.begun_at >= RETRY_FOR
    if read.is_permanent or is_over:
        return Rejected(str(reply), read.kind, suppresses=read.suppresses)
    return Postponed(str(reply), read.kind, now + _wait(read, written))


def _delay(written: Tried) -> timedelta:
    return retry_delay(written.attempts, seed=written.message_id)


def _wait(read: Meaning, written: Tried) -> timedelta:
    return max(read.wait or timedelta(0), _delay(written))


def lost(written: Draft, reason: Reason, now: datetime, *, is_rehearsal: bool) -> Lost:
    """Tell what becomes of a mail in doubt: held, or sent again a few times if the team says so.

    A rehearsal is always held.
    """
    may_repeat = written.facts.uncertain is Uncertain.RESEND and not is_rehearsal
    if may_repeat and written.attempts < TRIES_IN_DOUBT:
        return Lost(str(reason), now + _delay(written))
    return Lost(str(reason))


async def hung_up(desk: Desk, sender: Sender, reason: Reason) -> None:
    """Let a sender rest whose server took a whole mail and did not answer.

    The next mail would be in doubt as well.
    """
    await _rest(desk, sender, f"{Stage.DOT}: {reason}")


async def refused(desk: Desk, sender: Sender, answer: Refused | Deferred) -> bool:
    """Let the sender rest where the answer is about it; says whether it may go on.

    A server that hangs or hangs up is about the sender too: trying the next mail at once
    would only hold more leads.
    """
    if answer.reply is None:
        await _rest(desk, sender, f"{answer.stage}: {answer.reason}")
        return False
    read = meaning(answer.reply, stage=answer.stage)
    if read.kind is ReplyClass.BLOCK:
        return await _note_block(desk, sender, str(answer.reply))
    if read.kind is ReplyClass.HARD:
        return not await _is_braked(desk, sender)
    if read.kind not in PAUSES:
        return True
    rest = (read.wait or THROTTLED_FOR) if read.kind is ReplyClass.THROTTLED else None
    until = None if rest is None else desk.clock.now() + rest
    await _pause(desk, sender, PAUSES[read.kind], str(answer.reply), until=until)
    return False


async def unreachable(desk: Desk, sender: Sender, found: Unreachable) -> None:
    """Let a sender rest whose server cannot be reached, or that may not log in."""
    reply = str(found.reply or found.detail or found.reason)
    if found.is_auth:
        await _pause(desk, sender, PausedFor.AUTH, reply, until=None)
        return
    await _rest(desk, sender, f"{found.stage}: {reply}")


async def _rest(desk: Desk, sender: Sender, words: str) -> None:
    until = desk.clock.now() + connect_delay(sender.failed_connects + 1)
    await _pause(desk, sender, PausedFor.UNREACHABLE, words, until=until)


async def worked(desk: Desk, sender: Sender) -> bool:
    """Forget earlier trouble once a mail has gone through; always says: go on."""
    if sender.paused_for is not None:
        async with desk.database.transaction() as db:
            await senders.recover(db, sender.team_id, sender.id, now=desk.clock.now())
    return True


async def brake(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> Brake | None:
    """Stop a sender of whose mails too many came back for good.

    A person ends it; where only new leads are stopped, mails that arrive do as well.

    Args:
        db: The open transaction; leads are locked before it.
        team: Whose sender.
        sender: Which; a mail of it has just come back.
        now: When it happens.

    Returns:
        What it must not do any more.
    """
    counted = await messages.hard_bounces(db, team, sender)
    found = senders.judge(counted)
    if found is Brake.ALL:
        reply = str(counted)
        await senders.pause(
            db, team, sender, reason=PausedFor.BOUNCES, reply=reply, until=None, now=now
        )
        LOG.warning("sender_paused", sender=sender, reason=PausedFor.BOUNCES, reply=reply)
    elif found is Brake.NEW_LEADS and await senders.stop_new_leads(db, team, sender, now=now):
        LOG.warning("new_leads_stopped", sender=sender, why=str(counted))
    return found


async def eased(db: Db, sender: Sender) -> Sender:
    """Let a sender write to new leads again once fewer of its last mails came back."""
    if sender.new_leads_stopped_at is None:
        return sender
    if senders.judge(await messages.hard_bounces(db, sender.team_id, sender.id)) is not None:
        return sender
    await senders.take_new_leads(db, sender.team_id, sender.id)
    return msgspec.structs.replace(sender, new_leads_stopped_at=None)


async def _is_braked(desk: Desk, sender: Sender) -> bool:
    """Tell whether what a sender may do has become less by the mail that was just refused."""
    if desk.is_rehearsal:
        return False
    async with desk.database.transaction() as db:
        found = await brake(db, sender.team_id, sender.id, now=desk.clock.now())
    was_known = found is Brake.NEW_LEADS and sender.new_leads_stopped_at is not None
    return found is not None and not was_known


async def _note_block(desk: Desk, sender: Sender, reply: str) -> bool:
    now = desk.clock.now()
    async with desk.database.transaction() as db:
        count = await senders.note_block(db, sender.team_id, sender.id, now=now)
    if count < BLOCKS_AN_HOUR:
        return True
    await _pause(desk, sender, PausedFor.BLOCK, reply, until=now + BLOCKED_FOR)
    return False


async def _pause(
    desk: Desk, sender: Sender, reason: PausedFor, reply: str, *, until: datetime | None
) -> None:
    async with desk.database.transaction() as db:
        await senders.pause(
            db,
            sender.team_id,
            sender.id,
            reason=reason,
            reply=reply,
            until=until,
            now=desk.clock.now(),
        )
    LOG.warning("sender_paused", sender=sender.id, reason=reason, reply=reply, until=until)
