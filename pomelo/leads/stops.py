"""What ends a lead's sequence, and what only pauses the lead: rules over what happened."""

from typing import Final

from pomelo.leads.activity_types import ActivityType
from pomelo.leads.model import LeadState, Standing, StopRules
from pomelo.leads.states import ALWAYS_STOPPING, ANNOUNCEMENTS, REACHED_BY, REACHES

# What of a step that failed is over when it is mended.
FAILURES: Final = REACHED_BY[LeadState.EMAILS_BOUNCED] - {ActivityType.EMAILS_BOUNCED}
# What ended a sequence and may be taken back: a step is mended, a person or an address comes off
# the list of unsubscribes, a click was a machine's.
TAKEN_BACK: Final = FAILURES | {
    ActivityType.EMAILS_UNSUBSCRIBED,
    ActivityType.EMAILS_BOUNCED,
    ActivityType.EMAILS_CLICKED,
    ActivityType.COMPANY_STOPPED,
}


def stops(happened: ActivityType, rules: StopRules) -> bool:
    """Tell whether a fact ends the lead's sequence.

    Args:
        happened: What a person or a mail server did.
        rules: What the campaign chose; what it cannot choose is that a lead who was skipped,
            bounced, failed, unsubscribed or not interested gets no further mail.

    Source:
        API reference 5.4 and 6.3.
    """
    reached = REACHES.get(happened)
    if reached in ALWAYS_STOPPING or happened is ActivityType.COMPANY_STOPPED:
        return True
    if reached is LeadState.INTERESTED:
        return rules.on_interested
    if happened is ActivityType.EMAILS_CLICKED:
        return rules.on_clicked
    if happened is ActivityType.MEETING_BOOKED:
        return rules.on_meeting
    return reached is LeadState.WARMED and happened not in ANNOUNCEMENTS and rules.on_replied


def pauses(happened: ActivityType, rules: StopRules) -> bool:
    """Tell whether what ends a lead's sequence only pauses it, as its campaign chose."""
    if happened is ActivityType.EMAILS_CLICKED:
        return "clicked" in rules.pause_on
    if happened is ActivityType.MEETING_BOOKED:
        return "meeting" in rules.pause_on
    return REACHES.get(happened) is LeadState.WARMED and "replied" in rules.pause_on


def may_go_on(lead: Standing) -> bool:
    """Tell whether a lead's sequence goes on, or would if what ended it were taken back."""
    return lead.stopped_by is None or lead.stopped_by in TAKEN_BACK
