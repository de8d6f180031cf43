"""What a fact changes in a lead, and what taking one back leaves: pure functions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo.leads.activity_types import ActivityType
from pomelo.leads.model import Awaited, LeadState, Standing, WaitsFor
from pomelo.leads.states import REACHES, after, counts, recomputed
from pomelo.leads.stops import pauses, stops

_MOMENTS: Final = {
    LeadState.SCANNED: "scanned_at",
    LeadState.REVIEWED: "reviewed_at",
    LeadState.SKIPPED: "skipped_at",
    LeadState.CONTACTED: "contacted_at",
    LeadState.HOOKED: "opened_at",
    LeadState.ATTRACTED: "clicked_at",
    LeadState.WARMED: "replied_at",
    LeadState.INTERESTED: "interested_at",
    LeadState.NOT_INTERESTED: "not_interested_at",
    LeadState.EMAILS_BOUNCED: "failed_at",
    LeadState.EMAILS_UNSUBSCRIBED: "unsubscribed_at",
}
# Of what people do, the first time is kept; of what may be taken back by its opposite, the last.
_LAST_TIME: Final = frozenset(
    {"scanned_at", "reviewed_at", "skipped_at", "interested_at", "not_interested_at"}
)
_COUNTS: Final = {
    ActivityType.EMAILS_SENT: "sent_count",
    ActivityType.EMAILS_OPENED: "opened_count",
    ActivityType.EMAILS_CLICKED: "clicked_count",
    ActivityType.EMAILS_REPLIED: "replied_count",
}
# What each moment says happened, where that may end a sequence.
_MEANS: Final = {
    "skipped_at": ActivityType.SKIPPED,
    "clicked_at": ActivityType.EMAILS_CLICKED,
    "meeting_booked_at": ActivityType.MEETING_BOOKED,
    "replied_at": ActivityType.EMAILS_REPLIED,
    "interested_at": ActivityType.MANUAL_INTERESTED,
    "not_interested_at": ActivityType.MANUAL_NOT_INTERESTED,
    "bounced_at": ActivityType.EMAILS_BOUNCED,
    "failed_at": ActivityType.EMAILS_FAILED,
    "unsubscribed_at": ActivityType.EMAILS_UNSUBSCRIBED,
    "company_stopped_at": ActivityType.COMPANY_STOPPED,
}


# What comes true by what happens; the leads that wait for it are looked at.
AWAKENS: Final = {
    ActivityType.EMAILS_OPENED: Awaited.EMAILS_OPENED,
    ActivityType.EMAILS_CLICKED: Awaited.EMAILS_CLICKED,
    ActivityType.EMAILS_UNSUBSCRIBED: Awaited.EMAILS_UNSUBSCRIBED,
    ActivityType.MEETING_BOOKED: Awaited.MEETING_BOOKED,
    ActivityType.AIRCALL_DONE: Awaited.AIRCALL_DONE,
}


class Others(msgspec.Struct, frozen=True):
    """What else than clicks happened to a lead.

    Attributes:
        attracted_at: When something else first attracted it.
        ahead_at: When something else first brought it at least as far.
        last_type: The last of it that counts (`states.counts`), at `last_at`.
    """

    attracted_at: datetime | None = None
    ahead_at: datetime | None = None
    last_type: ActivityType | None = None
    last_at: datetime | None = None


def moved(lead: Standing, happened: ActivityType, at: datetime, *, link: str = "") -> Standing:
    """Give the lead as it is once something has happened.

    Args:
        lead: As it was, locked.
        happened: What a person, a mail server or this one did; not what a machine clicked.
        at: When it happened, which may lie before what is known already.
        link: Where a click led to.
    """
    changed: dict[str, object] = {"state": after(lead.state, happened)}
    if counts(happened):
        changed["last_state"] = happened
    changed |= _ended(lead, happened, link)
    if happened in _COUNTS:
        changed[_COUNTS[happened]] = getattr(lead, _COUNTS[happened]) + 1
    changed |= _moment(lead, happened, at) | _switches(lead, happened) | _awoken(lead, happened, at)
    return msgspec.structs.replace(lead, **changed)


def without(lead: Standing, *moments: str) -> Standing:
    """Give the lead as it is once something is taken back.

    Args:
        lead: As it was, locked.
        moments: What never happened after all, by the names of `Standing`.

    Returns:
        The lead in the state that the rest adds up to; its sequence goes on unless something
        else had ended it.
    """
    rest = msgspec.structs.replace(lead, **dict.fromkeys(moments))
    return _going_on(
        lead,
        msgspec.structs.replace(rest, state=recomputed(rest), stopped_by=still_stopped_by(rest)),
    )


def clicked(
    lead: Standing, clicks: Sequence[datetime], others: Others, *, has_meant: bool, is_new: bool
) -> Standing:
    """Give the lead as it is when these are all the clicks of people that there are.

    The ladder's one exception: it may step back, for a machine brought it there.

    Args:
        lead: As it was, locked.
        clicks: When they were, oldest first.
        others: What else happened to it.
        has_meant: One of them is on a link that its campaign means.
        is_new: Such a one was taken for a machine's before.
    """
    attracted = [at for at in (*clicks[:1], others.attracted_at) if at]
    changed: dict[str, object] = {
        "clicked_at": min(attracted, default=None),
        "clicked_count": len(clicks),
    }
    if lead.last_state == ActivityType.EMAILS_CLICKED:
        changed["last_state"] = others.last_type or ""
        if clicks and (others.last_at is None or clicks[-1] >= others.last_at):
            changed["last_state"] = ActivityType.EMAILS_CLICKED
    rest = msgspec.structs.replace(lead, **changed)
    stopped_by = lead.stopped_by
    if stopped_by is ActivityType.EMAILS_CLICKED and not has_meant:
        stopped_by = still_stopped_by(msgspec.structs.replace(rest, clicked_at=None))
    elif stopped_by is None and is_new and _stops_by_clicks(lead):
        stopped_by = ActivityType.EMAILS_CLICKED
    if lead.paused_by is ActivityType.EMAILS_CLICKED and not has_meant:
        rest = msgspec.structs.replace(rest, is_paused=False, paused_by=None)
    return _going_on(
        lead, msgspec.structs.replace(rest, state=recomputed(rest), stopped_by=stopped_by)
    )


def _going_on(was: Standing, now: Standing) -> Standing:
    """Let a lead whose end is undone be looked at where it waited for a task.

    The task was closed with its sequence, and nobody but who looks at the lead opens it again.
    """
    is_undone = was.stopped_by is not None and now.stopped_by is None
    if not is_undone or now.waits_for is not WaitsFor.TASK:
        return now
    return msgspec.structs.replace(now, waits_for=None)


def _stops_by_clicks(lead: Standing) -> bool:
    clicked, rules = ActivityType.EMAILS_CLICKED, lead.rules
    return stops(clicked, rules) and not pauses(clicked, rules)


def still_stopped_by(lead: Standing) -> ActivityType | None:
    """Give the earliest of what is known of a lead that ends its sequence, if anything does."""
    known = [
        (at, happened)
        for moment, happened in _MEANS.items()
        if (at := getattr(lead, moment))
        and stops(happened, lead.rules)
        and not pauses(happened, lead.rules)
        and _is_meant(lead, happened)
    ]
    return min(known)[1] if known else None


def _is_meant(lead: Standing, happened: ActivityType) -> bool:
    """Tell whether what is known of a lead is what its campaign means by it.

    On which links it clicked is not known of it; where only some count, the first of these shows
    in what it did.
    """
    if happened is not ActivityType.EMAILS_CLICKED or not lead.click_filter:
        return True
    return lead.stopped_by is happened


def progress(lead: Standing, happened: ActivityType, link: str) -> ActivityType | None:
    """Give what is to happen to a lead's colleagues: they are stopped, paused, or (None) go on.

    Args:
        lead: The lead, as it was before.
        happened: What it did, of what its campaign lets count for all of its company.
        link: Where a click led to.
    """
    if not _counts_here(lead, happened, link) or not stops(happened, lead.rules):
        return None
    is_pause = pauses(happened, lead.rules)
    return ActivityType.PAUSED if is_pause else ActivityType.COMPANY_STOPPED


def _counts_here(lead: Standing, happened: ActivityType, link: str) -> bool:
    """Tell whether a click is on a link that its campaign means."""
    return happened is not ActivityType.EMAILS_CLICKED or lead.click_filter in link


def _ended(lead: Standing, happened: ActivityType, link: str) -> dict[str, object]:
    """End or pause a lead's sequence, where its campaign says that this does."""
    is_meant = _counts_here(lead, happened, link) and stops(happened, lead.rules)
    if lead.stopped_by is not None or not is_meant:
        return {}
    if not pauses(happened, lead.rules):
        return {"stopped_by": happened}
    return {} if lead.is_paused else {"is_paused": True, "paused_by": happened}


def _awoken(lead: Standing, happened: ActivityType, at: datetime) -> dict[str, object]:
    """Let a lead that waits before a condition for this be looked at."""
    if lead.awaits is None or lead.awaits is not AWAKENS.get(happened) or lead.due_at is None:
        return {}
    waits_for = None if lead.waits_for is WaitsFor.CONDITION else lead.waits_for
    return {"due_at": min(lead.due_at, at), "waits_for": waits_for}


def _moment(lead: Standing, happened: ActivityType, at: datetime) -> dict[str, datetime]:
    reached = REACHES.get(happened)
    if happened is ActivityType.MEETING_BOOKED:
        return {"meeting_booked_at": min(lead.meeting_booked_at or at, at)}
    if happened is ActivityType.COMPANY_STOPPED:
        return {"company_stopped_at": min(lead.company_stopped_at or at, at)}
    if reached is None:
        return {}
    name = "bounced_at" if happened is ActivityType.EMAILS_BOUNCED else _MOMENTS[reached]
    known: datetime = getattr(lead, name) or at
    return {name: max(known, at) if name in _LAST_TIME else min(known, at)}


def _switches(lead: Standing, happened: ActivityType) -> dict[str, object]:
    match happened:
        case ActivityType.PAUSED | ActivityType.RESUMED:
            return {"is_paused": happened is ActivityType.PAUSED, "paused_by": None}
        case ActivityType.REVIEWED:
            return _launched(lead)
        case _:
            return {}


def _launched(lead: Standing) -> dict[str, object]:
    """A person launches the lead: it waits no longer, and having been skipped is over."""
    was_skipped = lead.stopped_by is ActivityType.SKIPPED
    is_closed = was_skipped and lead.waits_for is WaitsFor.TASK  # its task, as in `_going_on`
    is_waiting = lead.waits_for is WaitsFor.REVIEW or is_closed
    return {
        "waits_for": None if is_waiting else lead.waits_for,
        "stopped_by": None if was_skipped else lead.stopped_by,
        "skipped_at": None if was_skipped else lead.skipped_at,
    }
