"""The gate: what becomes of a claimed lead. The first rule that has an answer decides."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from pomelo.delivery.contacting import NOTHING_RULED, Ruling
from pomelo.delivery.model import (
    Decision,
    Divert,
    Facts,
    Finished,
    Free,
    HoldBack,
    InDoubt,
    Send,
    Skip,
    Stop,
    WaitFor,
)
from pomelo.leads import ActivityType, HeldBy, WaitsFor
from pomelo.messages import MessageState
from pomelo.schedules import next_moment
from pomelo.senders import may_follow_up
from pomelo.sequences import StepType

# The source of addresses that are on the team's list because they do not exist.
BOUNCED: Final = "bounced"
# When hours are asked again that never open.
LONG: Final = timedelta(days=366)


def decide(
    facts: Facts,
    *,
    suppressed_by: str | None,
    ruling: Ruling = NOTHING_RULED,
    is_rehearsal: bool,
    now: datetime,
    heard_since: datetime,
) -> Decision:
    """Decide about one lead.

    Args:
        facts: What the database said.
        suppressed_by: The source under which its address is on the team's unsubscribe list.
        ruling: What its team's contact rules say.
        is_rehearsal: Whether mails go to the operator instead.
        now: When it is decided.
        heard_since: At or after this instant its sender's mailbox must have been read, where
            it is.
    """
    around = Around(suppressed_by, ruling, is_rehearsal, now, heard_since)
    for rule in RULES:
        if (answer := rule(facts, around)) is not None:
            return answer
    return Send()


class Around(msgspec.Struct, frozen=True):
    """What is no property of the lead; see `decide`."""

    suppressed_by: str | None
    ruling: Ruling
    is_rehearsal: bool
    now: datetime
    heard_since: datetime


Rule = Callable[[Facts, Around], Decision | None]


def has_changed(facts: Facts, around: Around) -> Decision | None:
    """Somebody paused, stopped or moved it between claim and now."""
    is_held = facts.is_paused or facts.stopped_by is not None or facts.waits_for is not None
    is_early = facts.due_at is None or facts.due_at > around.now
    return Free() if is_held or is_early or not facts.is_running else None


def has_begun(facts: Facts, around: Around) -> Decision | None:
    """A mail of this step exists already."""
    began = facts.began
    if began is None:
        return None
    match began.state:
        case MessageState.SENT | MessageState.REFUSED | MessageState.UNCERTAIN if (
            around.is_rehearsal
        ):
            return WaitFor(WaitsFor.REHEARSAL)
        case MessageState.SENT:
            return Skip(began.sent_at or around.now, began.sender_id)
        case MessageState.REFUSED:
            return Stop(ActivityType.EMAILS_BOUNCED)
        case MessageState.UNCERTAIN:
            return WaitFor(WaitsFor.UNCERTAIN)
        case MessageState.SENDING if began.has_data:
            return InDoubt()
        case _:
            return None


def is_suppressed(_: Facts, around: Around) -> Decision | None:
    """Its address is on the team's list."""
    if around.suppressed_by is None:
        return None
    if around.suppressed_by == BOUNCED:  # elsewhere: it waits, and keeps its state
        return WaitFor(WaitsFor.SUPPRESSED)
    return Stop(ActivityType.EMAILS_UNSUBSCRIBED)


def has_no_step(facts: Facts, _: Around) -> Decision | None:
    """The sequence is at its end."""
    return Finished() if facts.step_id is None else None


def is_unheard(facts: Facts, around: Around) -> Decision | None:
    """It may have answered, and nobody has looked."""
    if around.is_rehearsal or not facts.is_follow_up:
        return None
    is_heard = may_follow_up(facts.hearing, around.heard_since)
    return None if is_heard else WaitFor(WaitsFor.REPLIES)


def is_no_mail(facts: Facts, _: Around) -> Decision | None:
    """Its step needs no sender."""
    return Divert() if facts.step_type not in (None, StepType.EMAIL) else None


def is_outside(facts: Facts, around: Around) -> Decision | None:
    """It is night where the lead lives."""
    opens = next_moment(facts.hours, around.now)
    if opens == around.now:
        return None
    return HoldBack(opens or around.now + LONG, facts.hours_version, HeldBy.WINDOW)


def is_held_back(facts: Facts, around: Around) -> Decision | None:
    """Its person or company is written to too often; a rehearsal writes to nobody."""
    return None if around.is_rehearsal else around.ruling.ask(facts, around.now)


RULES: Final[tuple[Rule, ...]] = (
    has_changed,
    is_no_mail,
    has_begun,
    is_suppressed,
    has_no_step,
    is_unheard,
    is_outside,
    is_held_back,
)
