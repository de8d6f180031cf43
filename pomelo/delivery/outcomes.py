"""How a mail ended, and what that changes: one transaction for many mails' ends."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeAlias

import msgspec

from pomelo import activities, campaigns, leads, messages
from pomelo.activities import Fact
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, MessageId, TeamId
from pomelo.delivery.model import Facts
from pomelo.leads import ActivityType, Hold, NextStep, WaitsFor
from pomelo.messages import MessageState, Result


class Delivered(msgspec.Struct, frozen=True):
    """A server took it; `next_due` is when the next step is, if there is one."""

    reply: str
    effective_id: str | None
    next_due: datetime | None


class Postponed(msgspec.Struct, frozen=True):
    """Nothing was delivered; it is tried again at `until`."""

    reply: str
    reply_class: str | None
    until: datetime


class Rejected(msgspec.Struct, frozen=True):
    """This recipient is refused for good; `suppresses`: must not be written to any more."""

    reply: str
    reply_class: str
    suppresses: bool


class Lost(msgspec.Struct, frozen=True):
    """The last byte went out and no answer came; the team wants it sent again at `again_at`."""

    reason: str
    again_at: datetime | None = None


class Failed(msgspec.Struct, frozen=True):
    """The step cannot be written for this lead; no mail was begun."""

    sentence: str


Ending: TypeAlias = Delivered | Postponed | Rejected | Lost | Failed


class Outcome(msgspec.Struct, frozen=True):
    """One mail's end."""

    facts: Facts
    message_id: MessageId | None
    is_rehearsal: bool
    ending: Ending


async def record(
    db: Db, outcomes: Sequence[Outcome], held: Collection[Hold], *, now: datetime
) -> None:
    """Write what mails' ends change: message, activity, and the lead's next moment.

    An outcome whose fence is old changes nothing: somebody else has the lead now.

    Args:
        db: The open transaction, in which the leads are locked: they come before their mails.
        outcomes: How the mails ended.
        held: The claims on their leads that are still ours.
        now: When it is written.
    """
    results = [_result(outcome, now) for outcome in outcomes if outcome.message_id]
    await _keep_attempts(db, outcomes)
    settled = set(await messages.finish(db, results)) if results else set()
    ours = [o for o in outcomes if o.message_id in settled or _has_failed(o, held)]
    steps = [_step_on(outcome, held) for outcome in ours]
    sent = [(outcome, step) for outcome, step in zip(ours, steps, strict=True) if step]
    facts = [fact for outcome, _ in sent if (fact := _fact(outcome, now))]
    await activities.record_sent(db, facts, [step for _, step in sent], at=now)
    await wake_errands(
        db, [(outcome.facts, step.due_at) for outcome, step in sent if not step.needs_sender]
    )
    others = [outcome for outcome, step in zip(ours, steps, strict=True) if not step]
    if others:
        await _record_others(db, others, now)


async def wake_errands(db: Db, dues: Sequence[tuple[Facts, datetime | None]]) -> None:
    """Have campaigns looked at when leads come to a step there that is no mail."""
    firsts: dict[tuple[TeamId, CampaignId], datetime] = {}
    for facts, due in dues:
        if due is not None:
            ref = facts.team_id, facts.campaign_id
            firsts[ref] = min(firsts.get(ref, due), due)
    for (team, campaign), due in sorted(firsts.items()):
        await campaigns.wake_errands(db, team, [campaign], at=due)


async def _keep_attempts(db: Db, outcomes: Sequence[Outcome]) -> None:
    """Count attempts in doubt that are made again: limits and contact rules are for them, too."""
    attempts = [
        (outcome.facts.team_id, outcome.message_id, outcome.facts.fence)
        for outcome in outcomes
        if outcome.message_id and isinstance(outcome.ending, Lost) and outcome.ending.again_at
    ]
    if attempts:
        await messages.keep_attempts(db, attempts)


def _step_on(outcome: Outcome, held: Collection[Hold]) -> NextStep | None:
    """Give a lead's next step where its mail was sent and it is still ours: what most come to."""
    match outcome.ending:
        case Delivered(next_due=due) if not outcome.is_rehearsal:
            return next_step(outcome.facts, due) if hold_of(outcome.facts) in held else None
        case _:
            return None


async def _record_others(db: Db, ours: Sequence[Outcome], now: datetime) -> None:
    facts = [fact for outcome in ours if (fact := _fact(outcome, now))]
    if facts:
        await activities.record(db, facts)
    await _move(db, [outcome for outcome in ours if not outcome.is_rehearsal], now)
    await _end_rehearsals(db, [outcome for outcome in ours if outcome.is_rehearsal])
    for outcome in ours:
        if isinstance(outcome.ending, Rejected) and outcome.ending.suppresses:
            await _suppress(db, outcome, now)


def _has_failed(outcome: Outcome, held: Collection[Hold]) -> bool:
    """Tell whether no mail was begun for a lead that is still ours."""
    return outcome.message_id is None and hold_of(outcome.facts) in held


def _result(outcome: Outcome, now: datetime) -> Result:
    state, reply, kind, effective = _written(outcome)
    return Result(
        team_id=outcome.facts.team_id,
        id=outcome.message_id or MessageId(""),
        fence=outcome.facts.fence,
        state=state,
        at=now,
        reply=reply,
        reply_class=kind,
        effective_id=effective,
    )


def _written(outcome: Outcome) -> tuple[MessageState, str, str | None, str | None]:
    match outcome.ending:
        case Delivered(reply=reply, effective_id=effective):
            return MessageState.SENT, reply, None, effective
        case Postponed(reply=reply, reply_class=kind):
            return MessageState.DEFERRED, reply, kind, None
        case Rejected(reply=reply, reply_class=kind):
            return MessageState.REFUSED, reply, kind, None
        case Lost(reason=reason, again_at=again_at):
            state = MessageState.DEFERRED if again_at else MessageState.UNCERTAIN
            return state, reason, None, None
        case Failed(sentence=sentence):
            return MessageState.REFUSED, sentence, None, None


def _fact(outcome: Outcome, now: datetime) -> Fact | None:
    if outcome.is_rehearsal:
        return None
    match outcome.ending:
        case Delivered():
            return fact(outcome.facts, outcome.message_id, ActivityType.EMAILS_SENT, now=now)
        case Rejected(reply=reply):
            kind, words = ActivityType.EMAILS_BOUNCED, reply
        case Failed(sentence=sentence):
            kind, words = ActivityType.EMAILS_FAILED, sentence
        case _:
            return None
    return fact(outcome.facts, outcome.message_id, kind, now=now, extra={"errorMessage": words})


def fact(
    facts: Facts,
    message: MessageId | None,
    kind: ActivityType,
    *,
    now: datetime,
    extra: dict[str, object] | None = None,
) -> Fact:
    """Say what happened to a lead at its present step."""
    return Fact(
        team_id=facts.team_id,
        type=kind,
        lead_id=facts.lead_id,
        message_id=message,
        sender_id=facts.sender_id,
        step_id=facts.step_id,
        sequence_step=facts.step_position,
        at=now,
        extra=extra or {},
    )


async def _move(db: Db, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Give each lead its next moment, or the event that it waits for; none stays due."""
    nexts: list[NextStep] = []
    waits: list[tuple[Hold, datetime]] = []
    parks: list[tuple[Hold, WaitsFor]] = []
    for outcome in outcomes:
        hold = hold_of(outcome.facts)
        match outcome.ending:
            case Delivered(next_due=due):
                nexts.append(next_step(outcome.facts, due))
            case Postponed(until=until):
                waits.append((hold, until))
            case Lost(again_at=None):
                parks.append((hold, WaitsFor.UNCERTAIN))
            case Lost(again_at=again_at):  # by the same sender: it may have arrived
                nexts.append(same_step(outcome.facts, again_at))
            case _:  # stopped by its activity, and only the lease ends
                waits.append((hold, now))
    await leads.schedule_next(db, nexts)
    await leads.wait_until(db, waits)
    await leads.park(db, parks)


async def _end_rehearsals(db: Db, outcomes: Sequence[Outcome]) -> None:
    """Let rehearsed leads wait; due_at stays, so that real sending starts where it truly was."""
    done = [
        (hold_of(o.facts), WaitsFor.MENDING if isinstance(o.ending, Failed) else WaitsFor.REHEARSAL)
        for o in outcomes
        if not isinstance(o.ending, Postponed)
    ]
    await leads.park(db, done)
    for outcome in outcomes:
        if isinstance(outcome.ending, Postponed):  # the lease waits instead
            await leads.renew(db, [hold_of(outcome.facts)], until=outcome.ending.until)


def hold_of(facts: Facts) -> Hold:
    """Name the claim under which a lead is held."""
    return Hold(facts.team_id, facts.lead_id, facts.fence)


def next_step(facts: Facts, due_at: datetime | None) -> NextStep:
    """Let a claimed lead go on to its next step; without `due_at` it has finished."""
    return NextStep(
        team_id=facts.team_id,
        id=facts.lead_id,
        fence=facts.fence,
        sender_id=facts.sender_id,
        after=facts.step_id if facts.next is None else facts.next.before,
        due_at=due_at,
        into=None if facts.next is None or facts.next.before else facts.next.branch,
        needs_sender=facts.next is None or facts.next.needs_sender,
    )


def same_step(facts: Facts, due_at: datetime | None) -> NextStep:
    """Let a claimed lead stay at its step, with the sender that it has now."""
    return msgspec.structs.replace(
        next_step(facts, due_at), after=None, into=None, needs_sender=True
    )


async def _suppress(db: Db, outcome: Outcome, now: datetime) -> None:
    if not outcome.is_rehearsal:
        await activities.suppress_bounced(db, outcome.facts.team_id, outcome.facts.email, now=now)
