"""What becomes of a lead whose next step is no mail. The first rule that has an answer decides."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from pomelo.delivery.errands.conditions import decide as decide_condition
from pomelo.delivery.errands.model import (
    Decision,
    Divert,
    Errand,
    Finish,
    Free,
    GoOn,
    HandOver,
    MakeCall,
    MakeTask,
    OutOfHours,
    Park,
    Stop,
)
from pomelo.delivery.gate import BOUNCED
from pomelo.leads import ActivityType, WaitsFor
from pomelo.schedules import next_moment
from pomelo.sequences import Call, Condition, Handover, Mail, Task
from pomelo.tasks import TaskState

# Hours that never open are looked at again, for days off come to an end.
LOOK_AGAIN: Final = timedelta(days=1)


class Around(msgspec.Struct, frozen=True):
    """What is no property of the lead.

    Attributes:
        suppressed_by: The source under which its address is on the team's unsubscribe list.
        is_rehearsal: Whether mails go to the operator instead; then nobody is moved.
        now: When it is decided.
    """

    suppressed_by: str | None
    is_rehearsal: bool
    now: datetime


Rule = Callable[[Errand, Around], Decision | None]


def decide(errand: Errand, around: Around) -> Decision:
    """Decide about one lead."""
    for rule in RULES:
        if (answer := rule(errand, around)) is not None:
            return answer
    return Free()


def has_changed(errand: Errand, around: Around) -> Decision | None:
    """Somebody paused, stopped or moved it between claim and now."""
    person = errand.person
    is_held = person.is_paused or person.stopped_by is not None or person.waits_for is not None
    is_early = person.due_at is None or person.due_at > around.now
    return Free() if is_held or is_early or not person.is_running else None


def is_mail(errand: Errand, _: Around) -> Decision | None:
    """Its step needs a sender."""
    return Divert() if isinstance(errand.kind, Mail) else None


def is_suppressed(_: Errand, around: Around) -> Decision | None:
    """Its address is on the team's list; see `delivery.gate.is_suppressed`."""
    if around.suppressed_by is None:
        return None
    if around.suppressed_by == BOUNCED:
        return Park(WaitsFor.SUPPRESSED)
    return Stop(ActivityType.EMAILS_UNSUBSCRIBED)


def has_no_step(errand: Errand, _: Around) -> Decision | None:
    """It is at the end of all steps."""
    return Finish() if errand.kind is None else None


def is_rehearsed(_: Errand, around: Around) -> Decision | None:
    """In a rehearsal no lead's step moves, and nobody else is told anything."""
    return Park(WaitsFor.REHEARSAL) if around.is_rehearsal else None


def is_condition(errand: Errand, around: Around) -> Decision | None:
    """It stands before two branches."""
    if isinstance(errand.kind, Condition):
        return decide_condition(errand, errand.kind, now=around.now)
    return None


def goes_elsewhere(errand: Errand, _: Around) -> Decision | None:
    """It goes to another campaign."""
    return HandOver(errand.kind.campaign_id) if isinstance(errand.kind, Handover) else None


def is_closed(errand: Errand, around: Around) -> Decision | None:
    """What others hear of is done in the campaign's hours."""
    opens = next_moment(errand.windows, around.now)
    if opens == around.now:
        return None
    return OutOfHours(opens or around.now + LOOK_AGAIN)


def is_call(errand: Errand, _: Around) -> Decision | None:
    """Another system is to be called."""
    return MakeCall() if isinstance(errand.kind, Call) else None


def was_done(errand: Errand, around: Around) -> Decision | None:
    """A person has done what this step asked for, or let it be."""
    person = errand.person
    if person.task not in (TaskState.DONE, TaskState.IGNORED):
        return None
    return GoOn(person.task_ended_at or around.now)


def is_task(errand: Errand, _: Around) -> Decision | None:
    """A person is to do something."""
    if not isinstance(errand.kind, Task):
        return None
    return Park(WaitsFor.TASK) if errand.person.task is TaskState.OPEN else MakeTask()


RULES: Final[tuple[Rule, ...]] = (
    has_changed,
    is_mail,
    is_suppressed,
    has_no_step,
    is_rehearsed,
    is_condition,
    goes_elsewhere,
    was_done,
    is_closed,
    is_call,
    is_task,
)
