"""The gate: what becomes of a claimed lead. The first rule that has an answer decides."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from pomelo.delivery.model import (
    Decision,
    Facts,
    Finished,
    Free,
    InDoubt,
    Send,
    Skip,
    Stop,
    WaitFor,
)
from pomelo.leads import ActivityType, WaitsFor
from pomelo.messages import MessageState

# The source of addresses that are on the team's list because they do not exist.
BOUNCED: Final = "bounced"


def decide(
    facts: Facts, *, suppressed_by: str | None, is_rehearsal: bool, now: datetime
) -> Decision:
    """Decide about one lead.

    Args:
        facts: What the database said.
        suppressed_by: The source under which its address is on the team's unsubscribe list.
        is_rehearsal: Whether mails go to the operator instead.
        now: When it is decided.
    """
    for rule in RULES:
        if (answer := rule(facts, suppressed_by, is_rehearsal, now)) is not None:
            return answer
    return Send()


Rule = Callable[[Facts, str | None, bool, datetime], Decision | None]


def has_changed(facts: Facts, _by: str | None, _rehearsal: bool, now: datetime) -> Decision | None:
    """Somebody paused, stopped or moved it between claim and now."""
    is_held = facts.is_paused or facts.stopped_by is not None or facts.waits_for is not None
    is_early = facts.due_at is None or facts.due_at > now
    return Free() if is_held or is_early or not facts.is_running else None


def has_begun(facts: Facts, _by: str | None, _rehearsal: bool, now: datetime) -> Decision | None:
    """A mail of this step exists already."""
    began = facts.began
    if began is None:
        return None
    match began.state:
        case MessageState.SENT | MessageState.REFUSED | MessageState.UNCERTAIN if _rehearsal:
            return WaitFor(WaitsFor.REHEARSAL)
        case MessageState.SENT:
            return Skip(began.sent_at or now, began.sender_id)
        case MessageState.REFUSED:
            return Stop(ActivityType.EMAILS_BOUNCED)
        case MessageState.UNCERTAIN:
            return WaitFor(WaitsFor.UNCERTAIN)
        case MessageState.SENDING if began.has_data:
            return InDoubt()
        case _:
            return None


def is_suppressed(
    _facts: Facts, by: str | None, _rehearsal: bool, _now: datetime
) -> Decision | None:
    """Its address is on the team's list."""
    if by is None:
        return None
    if by == BOUNCED:  # elsewhere: it waits, and keeps its state
        return WaitFor(WaitsFor.SUPPRESSED)
    return Stop(ActivityType.EMAILS_UNSUBSCRIBED)


def has_no_step(facts: Facts, _by: str | None, _rehearsal: bool, _now: datetime) -> Decision | None:
    """The sequence is at its end."""
    return Finished() if facts.step_id is None else None


RULES: Final[tuple[Rule, ...]] = (has_changed, has_begun, is_suppressed, has_no_step)
