"""What a server's answers say about the sender: when it rests, and why."""

from datetime import datetime, timedelta
from typing import Final

from pomelo import senders
from pomelo.base import log
from pomelo.delivery.desk import Desk
from pomelo.delivery.drafts import Draft
from pomelo.delivery.outcomes import Postponed, Rejected
from pomelo.messages import (
    RETRY_FOR,
    Meaning,
    ReplyClass,
    connect_delay,
    meaning,
    retry_delay,
)
from pomelo.senders import PausedFor, Sender
from pomelo.smtp import Deferred, Refused, Unreachable

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


def ending(written: Draft, answer: Refused | Deferred, now: datetime) -> Postponed | Rejected:
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


def _delay(written: Draft) -> timedelta:
    return retry_delay(written.attempts, seed=written.intent.id)


def _wait(read: Meaning, written: Draft) -> timedelta:
    return max(read.wait or timedelta(0), _delay(written))


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
            await senders.lift(db, sender.team_id, sender.id, now=desk.clock.now())
    return True


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
