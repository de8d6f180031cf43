"""The lead's state: what a fact does to it, what ends a sequence, and the words of filters.

Everything here is a table or a comparison of ranks; docs/states.md tells it in prose.
"""

from typing import Final

from pomelo.base.errors import Invalid
from pomelo.leads.activity_types import ActivityType
from pomelo.leads.model import Facts, LeadState, LeadStatus

# What outranks what. Two states of one rank give way to each other: the last one counts.
RANKS: Final = {
    LeadState.IMPORTED: 0,
    LeadState.SCANNED: 1,
    LeadState.REVIEWED: 2,
    LeadState.SKIPPED: 2,
    LeadState.CONTACTED: 3,
    LeadState.HOOKED: 4,
    LeadState.ATTRACTED: 5,
    LeadState.WARMED: 6,
    LeadState.INTERESTED: 7,
    LeadState.NOT_INTERESTED: 7,
    LeadState.EMAILS_BOUNCED: 8,
    LeadState.EMAILS_UNSUBSCRIBED: 9,
}

# The facts that lead to each state. A fact in none of these rows moves nothing.
REACHED_BY: Final = {
    LeadState.SCANNED: frozenset({ActivityType.SCANNED}),
    LeadState.REVIEWED: frozenset({ActivityType.REVIEWED}),
    LeadState.SKIPPED: frozenset({ActivityType.SKIPPED}),
    LeadState.CONTACTED: frozenset(
        {
            ActivityType.EMAILS_SENT,
            ActivityType.API_DONE,
            ActivityType.MANUAL_DONE,
            ActivityType.AIRCALL_DONE,
            ActivityType.LINKEDIN_DONE,
            ActivityType.LINKEDIN_VISIT_DONE,
            ActivityType.LINKEDIN_INVITE_DONE,
            ActivityType.LINKEDIN_FOLLOW_DONE,
            ActivityType.LINKEDIN_LIKE_LAST_POST_DONE,
            ActivityType.LINKEDIN_COMMENT_LAST_POST_DONE,
            ActivityType.LINKEDIN_ENDORSE_DONE,
            ActivityType.LINKEDIN_VOICE_NOTE_DONE,
            ActivityType.LINKEDIN_WITHDRAW_INVITATION_DONE,
            ActivityType.LINKEDIN_SENT,
            ActivityType.WHATSAPP_MESSAGE_SENT,
            ActivityType.SMS_SENT,
            ActivityType.CONTACTED,
        }
    ),
    LeadState.HOOKED: frozenset(
        {ActivityType.EMAILS_OPENED, ActivityType.LINKEDIN_OPENED, ActivityType.HOOKED}
    ),
    LeadState.ATTRACTED: frozenset(
        {
            ActivityType.EMAILS_CLICKED,
            ActivityType.LINKEDIN_INVITE_ACCEPTED,
            ActivityType.ATTRACTED,
        }
    ),
    LeadState.WARMED: frozenset(
        {
            ActivityType.EMAILS_REPLIED,
            ActivityType.LINKEDIN_REPLIED,
            ActivityType.WHATSAPP_REPLIED,
            ActivityType.SMS_REPLIED,
            ActivityType.WARMED,
        }
    ),
    LeadState.INTERESTED: frozenset(
        {
            ActivityType.EMAILS_INTERESTED,
            ActivityType.MANUAL_INTERESTED,
            ActivityType.AIRCALL_INTERESTED,
            ActivityType.LINKEDIN_INTERESTED,
            ActivityType.INTERESTED,
        }
    ),
    LeadState.NOT_INTERESTED: frozenset(
        {
            ActivityType.EMAILS_NOT_INTERESTED,
            ActivityType.MANUAL_NOT_INTERESTED,
            ActivityType.AIRCALL_NOT_INTERESTED,
            ActivityType.LINKEDIN_NOT_INTERESTED,
            ActivityType.NOT_INTERESTED,
        }
    ),
    LeadState.EMAILS_BOUNCED: frozenset(
        {
            ActivityType.EMAILS_BOUNCED,
            ActivityType.EMAILS_FAILED,
            ActivityType.API_FAILED,
            ActivityType.LINKEDIN_VISIT_FAILED,
            ActivityType.LINKEDIN_INVITE_FAILED,
            ActivityType.LINKEDIN_SEND_FAILED,
        }
    ),
    LeadState.EMAILS_UNSUBSCRIBED: frozenset({ActivityType.EMAILS_UNSUBSCRIBED}),
}
REACHES: Final = {fact: state for state, facts in REACHED_BY.items() for fact in facts}

# Told to hooks and found in lists when a lead arrives in the state of that name; no fact of
# its own, so never a row (API reference 3.4).
ANNOUNCED: Final = {
    LeadState.CONTACTED: ActivityType.CONTACTED,
    LeadState.HOOKED: ActivityType.HOOKED,
    LeadState.ATTRACTED: ActivityType.ATTRACTED,
    LeadState.WARMED: ActivityType.WARMED,
    LeadState.INTERESTED: ActivityType.INTERESTED,
    LeadState.NOT_INTERESTED: ActivityType.NOT_INTERESTED,
}
ANNOUNCEMENTS: Final = frozenset(ANNOUNCED.values())

# Kept for people to read; the lead's last detailed state stays what it was.
_PASSING: Final = frozenset(
    {ActivityType.EMAILS_AUTO_REPLIED, ActivityType.EMAILS_DELAYED, ActivityType.RESUMED}
    | {ActivityType.EMAILS_ANSWER_FAILED, ActivityType.CONDITION_CHOSEN, ActivityType.SNOOZED}
    | {ActivityType.COMPANY_STOPPED}
)

# Beside a click, what attracts a lead; and what brings it at least as far.
ATTRACTING: Final = REACHED_BY[LeadState.ATTRACTED] - {ActivityType.EMAILS_CLICKED}
AHEAD: Final = ATTRACTING | {
    fact for fact, state in REACHES.items() if RANKS[state] > RANKS[LeadState.ATTRACTED]
}
# What may become the lead's last detailed state.
COUNTING: Final = frozenset(ActivityType) - _PASSING - ANNOUNCEMENTS

ALWAYS_STOPPING: Final = frozenset(
    {
        LeadState.SKIPPED,
        LeadState.NOT_INTERESTED,
        LeadState.EMAILS_BOUNCED,
        LeadState.EMAILS_UNSUBSCRIBED,
    }
)

ALL: Final = "all"
ALIASES: Final = {"failed": LeadState.EMAILS_BOUNCED}


class StateUnknown(Invalid):
    """This is not a state of a lead; use all, or names of docs/states.md joined by commas."""


def after(state: LeadState, happened: ActivityType) -> LeadState:
    """Tell which state a lead is in once something has happened.

    Args:
        state: Where it was.
        happened: What a person did; what a machine did moves nothing and is not asked about.

    Returns:
        A state that outranks `state`, or stands beside it and came later; else `state`. A late
        open lowers nothing.

    Source:
        API reference 5.1; the ranks are ours, since 5.3 leaves them open.
    """
    reached = REACHES.get(happened, state)
    return reached if RANKS[reached] >= RANKS[state] else state


def lifted_by(happened: ActivityType) -> list[LeadState]:
    """List the states from which a fact leads to its own."""
    return [state for state in LeadState if after(state, happened) is not state]


def recomputed(facts: Facts) -> LeadState:
    """Tell the state that what is known of a lead adds up to.

    Used when a fact is taken back: an unsubscribe undone, a failed step mended. Of two marks
    made at the same instant the careful one counts: not interested, skipped.
    """
    known = {
        LeadState.SCANNED: facts.scanned_at,
        LeadState.REVIEWED: facts.reviewed_at,
        LeadState.SKIPPED: facts.skipped_at,
        LeadState.CONTACTED: facts.contacted_at,
        LeadState.HOOKED: facts.opened_at,
        LeadState.ATTRACTED: facts.clicked_at,
        LeadState.WARMED: facts.replied_at,
        LeadState.INTERESTED: facts.interested_at,
        LeadState.NOT_INTERESTED: facts.not_interested_at,
        LeadState.EMAILS_BOUNCED: facts.bounced_at or facts.failed_at,
        LeadState.EMAILS_UNSUBSCRIBED: facts.unsubscribed_at,
    }
    weights = [
        (RANKS[state], at, state in ALWAYS_STOPPING, state) for state, at in known.items() if at
    ]
    return max(weights)[-1] if weights else LeadState.IMPORTED


def announced(was: LeadState, now: LeadState) -> ActivityType | None:
    """Give the announcement that a change of state makes, if it makes one."""
    return ANNOUNCED.get(now) if now != was else None


def counts(happened: ActivityType) -> bool:
    """Tell whether a fact becomes the lead's last detailed state (`lastState`)."""
    return happened in COUNTING


def status(
    state: LeadState,
    *,
    is_paused: bool,
    is_scanning: bool,
    waits_for_review: bool,
    is_over: bool,
) -> LeadStatus:
    """Tell in which bucket of the workflow a lead is; the first that fits, top to bottom.

    Args:
        state: Its state.
        is_paused: A person paused it.
        is_scanning: The check of its address has not ended.
        waits_for_review: It is sent nothing before a person has launched it.
        is_over: Nothing is due any more: its last step is done, or its sequence was ended.

    Source:
        API reference 4.1 and 5.2.
    """
    decided = _DECIDED.get(state)
    if decided is not None:
        return decided
    buckets = (
        (state in (LeadState.SKIPPED, LeadState.EMAILS_BOUNCED) or is_over, LeadStatus.DONE),
        (is_paused, LeadStatus.PAUSED),
        (is_scanning, LeadStatus.SCANNING),
        (waits_for_review, LeadStatus.REVIEW),
    )
    return next((bucket for fits, bucket in buckets if fits), LeadStatus.RUNNING)


def parse_states(text: str) -> frozenset[LeadState] | None:
    """Read the `state` of an export: names joined by commas, or `all`.

    Returns:
        The states, or nothing when every state is meant. The old name `failed` means
        `emailsBounced`.

    Raises:
        StateUnknown: A name is neither.

    Source:
        API reference, "Export Leads of a Campaign".
    """
    names = [name.strip() for name in text.split(",")]
    states = [_parse_state(name) for name in names if name != ALL]
    return None if ALL in names else frozenset(states)


_DECIDED: Final = {
    LeadState.EMAILS_UNSUBSCRIBED: LeadStatus.UNSUBSCRIBED,
    LeadState.INTERESTED: LeadStatus.INTERESTED,
    LeadState.NOT_INTERESTED: LeadStatus.NOT_INTERESTED,
}


def _parse_state(name: str) -> LeadState:
    try:
        return ALIASES.get(name) or LeadState(name)
    except ValueError:
        legal = ", ".join([ALL, *LeadState, *ALIASES])
        raise StateUnknown(
            f"{name[:40]!r} is not a state of a lead; use one or more of {legal}."
        ) from None
