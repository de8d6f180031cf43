"""How a single mail ended, and what that changes; and how a doubt about one ends."""

from datetime import datetime
from typing import TypeAlias

import msgspec

from pomelo import activities, leads, messages, teams
from pomelo.activities import Fact
from pomelo.base import metrics
from pomelo.base.db import Db
from pomelo.delivery.outcomes import Delivered, Lost, Postponed, Rejected
from pomelo.delivery.singles import store
from pomelo.delivery.singles.model import Queued
from pomelo.leads import ActivityType
from pomelo.messages import (
    TRIES_IN_DOUBT,
    Doubtful,
    Message,
    MessageKind,
    MessageState,
    Resolution,
    Result,
    TakenUp,
    retry_delay,
)
from pomelo.teams import Uncertain

Ending: TypeAlias = Delivered | Postponed | Rejected | Lost
Mail: TypeAlias = TakenUp | Message


class _Fate(msgspec.Struct, frozen=True):
    """Where a mail stands now, what its server said, and when it is tried again, if it is."""

    state: MessageState
    reply: str
    reply_class: str | None = None
    due_at: datetime | None = None
    effective_id: str | None = None


async def record(db: Db, queued: Queued, mail: Mail, ending: Ending, *, now: datetime) -> bool:
    """Write what a mail's end changes; says whether it was still ours.

    The lead is locked before its mail, as everywhere. Tests move nothing.

    Args:
        db: The open transaction.
        queued: Its place in the queue.
        mail: The mail.
        ending: How it ended.
        now: When it is written.
    """
    await leads.lock(db, [(mail.team_id, mail.lead_id)])
    fate = await _fate(db, mail, ending, now)
    if isinstance(ending, Lost) and fate.due_at is not None:
        await messages.keep_attempts(db, [(mail.team_id, mail.id, queued.fence)])
    if not await messages.finish(db, [_result(queued, fate, now)]):
        return False
    if fate.state in {MessageState.SENT, MessageState.REFUSED}:
        await store.end(db, queued)
    else:
        await store.wait(db, queued, fate.due_at)
    if mail.kind is MessageKind.ANSWER:
        await _tell(db, queued, mail, ending, now=now)
    metrics.SENDS.labels(type(ending).__name__.lower()).inc()
    return True


async def _fate(db: Db, mail: Mail, ending: Ending, now: datetime) -> _Fate:
    match ending:
        case Delivered(reply=reply, effective_id=effective):
            return _Fate(MessageState.SENT, reply, effective_id=effective)
        case Postponed(reply=reply, reply_class=kind, until=until):
            return _Fate(MessageState.DEFERRED, reply, kind, until)
        case Rejected(reply=reply, reply_class=kind):
            return _Fate(MessageState.REFUSED, reply, kind)
        case Lost(reason=reason):
            if await _may_repeat(db, mail):
                again_at = now + retry_delay(mail.attempts, seed=mail.id)
                return _Fate(MessageState.DEFERRED, reason, due_at=again_at)
            return _Fate(MessageState.UNCERTAIN, reason)


async def _may_repeat(db: Db, mail: Mail) -> bool:
    """Tell whether a mail in doubt goes again by itself: whoever asked for a test wants it."""
    if mail.attempts >= TRIES_IN_DOUBT:
        return False
    if mail.kind is MessageKind.TEST:
        return True
    return (await teams.get(db, mail.team_id)).uncertain is Uncertain.RESEND


def _result(queued: Queued, fate: _Fate, now: datetime) -> Result:
    return Result(
        team_id=queued.team_id,
        id=queued.message_id,
        fence=queued.fence,
        state=fate.state,
        at=now,
        reply=fate.reply,
        reply_class=fate.reply_class,
        effective_id=fate.effective_id,
    )


async def _tell(db: Db, queued: Queued, mail: Mail, ending: Ending, *, now: datetime) -> None:
    match ending:
        case Delivered():
            await activities.record(db, [_sent(queued, mail, now)])
        case Rejected(reply=reply, suppresses=True):
            extra: dict[str, object] = {"errorMessage": reply}
            bounced = _fact(mail, ActivityType.EMAILS_BOUNCED, extra, now)
            await activities.record(db, [bounced])
            await activities.suppress_bounced(db, mail.team_id, mail.recipient, now=now)
        case Rejected(reply=reply):
            extra = {**queued.shown, "errorMessage": reply}
            failed = _fact(mail, ActivityType.EMAILS_ANSWER_FAILED, extra, now)
            await activities.record(db, [failed])
        case _:  # its end is still to come
            pass


def _sent(queued: Queued, mail: Mail, at: datetime) -> Fact:
    return _fact(mail, ActivityType.EMAILS_SENT, queued.shown, at)


def _fact(mail: Mail, happened: ActivityType, extra: dict[str, object], at: datetime) -> Fact:
    return Fact(
        team_id=mail.team_id,
        type=happened,
        lead_id=mail.lead_id,
        message_id=mail.id,
        sender_id=mail.sender_id,
        sequence_step=mail.sequence_step,
        at=at,
        extra=extra,
    )


async def sweep(db: Db, *, now: datetime) -> int:
    """Settle mails whose worker died between data_at and outcome; gives how many.

    Whatever came back for one proves that it was delivered; else it is in doubt.
    """
    lost = await store.list_lost(db, now=now)
    if not lost:
        return 0
    mails = {m.id: m for m in await messages.list_by_ids(db, [one.message_id for one in lost])}
    refs = [(mail.team_id, mail.lead_id, mail.id) for mail in mails.values()]
    proven = set(await activities.list_answered(db, refs))
    for queued in lost:
        mail = mails[queued.message_id]
        is_proven = mail.id in proven
        ending = Delivered("", None, None) if is_proven else Lost("The worker died.")
        await record(db, queued, mail, ending, now=now)
    return len(lost)


async def resolve(db: Db, doubted: Doubtful, resolution: Resolution, *, now: datetime) -> None:
    """End the doubt about a single mail that is locked: it arrived, or it goes once more."""
    queued = await store.find(db, doubted.team_id, doubted.id)
    if queued is None:
        return
    if resolution is Resolution.RESEND:
        await messages.send_again(db, doubted)
        await store.wait(db, queued, now)
        return
    await messages.settle(db, doubted.team_id, doubted.id, MessageState.SENT)
    await store.end(db, queued)
    mail = (await messages.list_by_ids(db, [doubted.id]))[0]
    await activities.record(db, [_sent(queued, mail, now)])
