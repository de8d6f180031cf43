"""What holds a lead, asked rule by rule in the order in which a worker meets them."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo.insight.causes import Cause
from pomelo.insight.model import Hold, House, LeadFacts
from pomelo.leads import ActivityType, HeldBy, WaitsFor
from pomelo.schedules import LeadZones, Window, is_kept_shut, next_moment

A = ActivityType
ENDED: Final = {
    A.EMAILS_REPLIED: Cause.REPLIED,
    A.LINKEDIN_REPLIED: Cause.REPLIED,
    A.WHATSAPP_REPLIED: Cause.REPLIED,
    A.SMS_REPLIED: Cause.REPLIED,
    A.EMAILS_CLICKED: Cause.CLICKED,
    A.MEETING_BOOKED: Cause.MEETING,
    A.EMAILS_INTERESTED: Cause.INTERESTED,
    A.MANUAL_INTERESTED: Cause.INTERESTED,
    A.AIRCALL_INTERESTED: Cause.INTERESTED,
    A.LINKEDIN_INTERESTED: Cause.INTERESTED,
    A.EMAILS_NOT_INTERESTED: Cause.NOT_INTERESTED,
    A.MANUAL_NOT_INTERESTED: Cause.NOT_INTERESTED,
    A.AIRCALL_NOT_INTERESTED: Cause.NOT_INTERESTED,
    A.LINKEDIN_NOT_INTERESTED: Cause.NOT_INTERESTED,
    A.SKIPPED: Cause.SKIPPED,
    A.COMPANY_STOPPED: Cause.COMPANY_STOPPED,
    A.EMAILS_UNSUBSCRIBED: Cause.UNSUBSCRIBED,
    A.EMAILS_BOUNCED: Cause.BOUNCED,
    A.LINKEDIN_VISIT_FAILED: Cause.BOUNCED,
    A.LINKEDIN_INVITE_FAILED: Cause.BOUNCED,
    A.LINKEDIN_SEND_FAILED: Cause.BOUNCED,
    A.EMAILS_FAILED: Cause.TEMPLATE_FAILING,
    A.API_FAILED: Cause.CALL_FAILING,
}
PARKED: Final = {
    WaitsFor.REVIEW: Cause.REVIEW,
    WaitsFor.UNCERTAIN: Cause.UNCERTAIN,
    WaitsFor.SUPPRESSED: Cause.SUPPRESSED,
    WaitsFor.SENDER: Cause.SENDER_GONE,
    WaitsFor.REHEARSAL: Cause.REHEARSAL,
    WaitsFor.MENDING: Cause.TEMPLATE_FAILING,
    WaitsFor.REPLIES: Cause.REPLIES_NOT_READ,
    WaitsFor.TASK: Cause.OPEN_TASK,
    WaitsFor.CONDITION: Cause.CONDITION,
    WaitsFor.CONTACT_RULE: Cause.CONTACT_RULE,
}
OVER: Final = frozenset({*ENDED.values(), Cause.FINISHED, Cause.MOVED})
DUE: Final = "due"


def said(reply: str) -> str:
    """Say why in a server's words, which begin with a reply code, or in ours."""
    if not reply:
        return ""
    return f" The server said: {reply}" if reply[:3].isdigit() else f" {reply}"


class Around(msgspec.Struct, frozen=True):
    """What is no property of the lead.

    Attributes:
        house: What is true of the installation.
        windows: Its campaign's hours, on its own clocks where the campaign says so.
        now: When it is asked.
    """

    house: House
    windows: Sequence[Window]
    now: datetime


Rule = Callable[[LeadFacts, Around], Hold | None]


def is_stopped(lead: LeadFacts, _: Around) -> Hold | None:
    """Its sequence ended before its last step."""
    if lead.stopped_by is None:
        return None
    return Hold(ENDED[lead.stopped_by], since=lead.updated_at)


def is_finished(lead: LeadFacts, _: Around) -> Hold | None:
    """There is no further step."""
    if lead.due_at is not None:
        return None
    moved = lead.last_state == A.SENT_TO_ANOTHER_CAMPAIGN
    return Hold(Cause.MOVED if moved else Cause.FINISHED)


def is_team_paused(lead: LeadFacts, _: Around) -> Hold | None:
    """Nothing is sent for any campaign of its team."""
    since = lead.team_paused_at
    return None if since is None else Hold(Cause.TEAM_PAUSED, since=since)


def is_not_running(lead: LeadFacts, _: Around) -> Hold | None:
    """Its campaign does not run."""
    if lead.is_archived:
        return Hold(Cause.CAMPAIGN_ARCHIVED)
    if lead.started_at is None:
        return Hold(Cause.DRAFT)
    return Hold(Cause.CAMPAIGN_PAUSED) if lead.campaign_state == "paused" else None


def is_paused(lead: LeadFacts, _: Around) -> Hold | None:
    """It was paused, by a person or by what happened."""
    if not lead.is_paused:
        return None
    return Hold(Cause.LEAD_PAUSED, detail=f" ({lead.paused_by})" if lead.paused_by else "")


def is_parked(lead: LeadFacts, _: Around) -> Hold | None:
    """It waits for an event."""
    if lead.waits_for is None:
        return None
    detail = f" ({lead.awaits})" if lead.waits_for is WaitsFor.CONDITION else ""
    return Hold(PARKED[lead.waits_for], detail=detail)


def is_claimed(lead: LeadFacts, around: Around) -> Hold | None:
    """A worker has it."""
    if lead.leased_until is None or lead.leased_until <= around.now:
        return None
    return Hold(Cause.CLAIMED, at=lead.leased_until)


def is_early(lead: LeadFacts, around: Around) -> Hold | None:
    """Its moment has not come."""
    if lead.due_at is None or lead.due_at <= around.now:
        return None
    if lead.awaits is not None:
        return Hold(Cause.CONDITION, at=lead.due_at, detail=f" ({lead.awaits})")
    if lead.held_by is not None:
        return _held(lead, lead.held_by, lead.due_at, around)
    if lead.back_at == lead.due_at:
        return Hold(Cause.OUT_OF_OFFICE, at=lead.due_at)
    if lead.refused_with is not None:
        return Hold(Cause.TRIED_AGAIN, at=lead.due_at, detail=f".{said(lead.refused_with)}")
    return Hold(Cause.DELAY, at=lead.due_at)


def _held(lead: LeadFacts, by: HeldBy, until: datetime, around: Around) -> Hold:
    """Say which rule set its moment; hours that never open have none.

    On a lead's own clocks a day off is a window that is shut: its campaign counts it as that.
    """
    if by is not HeldBy.WINDOW:
        return Hold(Cause(by), at=until)
    is_off = lead.lead_zones is LeadZones.OFF and is_kept_shut(around.windows, around.now)
    never = next_moment(around.windows, around.now) is None
    return Hold(Cause.HOLIDAY if is_off else Cause.WINDOW, at=None if never else until)


def has_no_worker(_: LeadFacts, around: Around) -> Hold | None:
    """Nobody would carry it out."""
    return None if around.house.has_worker else Hold(Cause.NO_WORKER)


RULES: Final[tuple[Rule, ...]] = (
    is_stopped,
    is_finished,
    is_team_paused,
    is_not_running,
    is_paused,
    is_parked,
    is_claimed,
    is_early,
    has_no_worker,
)


def holds(lead: LeadFacts, around: Around) -> Iterator[Hold]:
    """Give all that holds a lead, in order; what is over is held by nothing else."""
    for rule in RULES:
        hold = rule(lead, around)
        if hold is not None:
            yield hold
            if hold.cause in OVER:
                return
