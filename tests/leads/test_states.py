"""The ladder of states: who outranks whom, and that a fact taken back leaves the others."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pomelo.leads import states
from pomelo.leads.activity_types import ActivityType
from pomelo.leads.model import Facts, LeadState
from pomelo.leads.states import RANKS

A = ActivityType
S = LeadState
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)

# What the API reference says that each fact leads to (5.1), told once more and by hand.
LEADS_TO: Final = {
    A.SCANNED: S.SCANNED,
    A.REVIEWED: S.REVIEWED,
    A.SKIPPED: S.SKIPPED,
    A.PAUSED: None,
    A.RESUMED: None,
    A.CONDITION_CHOSEN: None,
    A.SENT_TO_ANOTHER_CAMPAIGN: None,
    A.SNOOZED: None,
    A.COMPANY_STOPPED: None,
    A.MEETING_BOOKED: None,
    A.EMAILS_SENT: S.CONTACTED,
    A.EMAILS_OPENED: S.HOOKED,
    A.EMAILS_CLICKED: S.ATTRACTED,
    A.EMAILS_REPLIED: S.WARMED,
    A.EMAILS_BOUNCED: S.EMAILS_BOUNCED,
    A.EMAILS_FAILED: S.EMAILS_BOUNCED,
    A.EMAILS_UNSUBSCRIBED: S.EMAILS_UNSUBSCRIBED,
    A.EMAILS_AUTO_REPLIED: None,
    A.EMAILS_DELAYED: None,
    A.EMAILS_ANSWER_FAILED: None,
    A.API_DONE: S.CONTACTED,
    A.API_FAILED: S.EMAILS_BOUNCED,
    A.MANUAL_DONE: S.CONTACTED,
    A.AIRCALL_DONE: S.CONTACTED,
    A.LINKEDIN_DONE: S.CONTACTED,
    A.LINKEDIN_VISIT_DONE: S.CONTACTED,
    A.LINKEDIN_VISIT_FAILED: S.EMAILS_BOUNCED,
    A.LINKEDIN_INVITE_DONE: S.CONTACTED,
    A.LINKEDIN_INVITE_FAILED: S.EMAILS_BOUNCED,
    A.LINKEDIN_INVITE_ACCEPTED: S.ATTRACTED,
    A.LINKEDIN_FOLLOW_DONE: S.CONTACTED,
    A.LINKEDIN_LIKE_LAST_POST_DONE: S.CONTACTED,
    A.LINKEDIN_COMMENT_LAST_POST_DONE: S.CONTACTED,
    A.LINKEDIN_ENDORSE_DONE: S.CONTACTED,
    A.LINKEDIN_VOICE_NOTE_DONE: S.CONTACTED,
    A.LINKEDIN_WITHDRAW_INVITATION_DONE: S.CONTACTED,
    A.LINKEDIN_SENT: S.CONTACTED,
    A.LINKEDIN_SEND_FAILED: S.EMAILS_BOUNCED,
    A.LINKEDIN_OPENED: S.HOOKED,
    A.LINKEDIN_REPLIED: S.WARMED,
    A.WHATSAPP_MESSAGE_SENT: S.CONTACTED,
    A.WHATSAPP_REPLIED: S.WARMED,
    A.SMS_SENT: S.CONTACTED,
    A.SMS_REPLIED: S.WARMED,
    A.EMAILS_INTERESTED: S.INTERESTED,
    A.EMAILS_NOT_INTERESTED: S.NOT_INTERESTED,
    A.MANUAL_INTERESTED: S.INTERESTED,
    A.MANUAL_NOT_INTERESTED: S.NOT_INTERESTED,
    A.AIRCALL_INTERESTED: S.INTERESTED,
    A.AIRCALL_NOT_INTERESTED: S.NOT_INTERESTED,
    A.LINKEDIN_INTERESTED: S.INTERESTED,
    A.LINKEDIN_NOT_INTERESTED: S.NOT_INTERESTED,
    A.CONTACTED: S.CONTACTED,
    A.HOOKED: S.HOOKED,
    A.ATTRACTED: S.ATTRACTED,
    A.WARMED: S.WARMED,
    A.INTERESTED: S.INTERESTED,
    A.NOT_INTERESTED: S.NOT_INTERESTED,
}
# The fact that a lead's row keeps of each activity.
FACT_OF: Final = {
    S.SCANNED: "scanned_at",
    S.REVIEWED: "reviewed_at",
    S.SKIPPED: "skipped_at",
    S.CONTACTED: "contacted_at",
    S.HOOKED: "opened_at",
    S.ATTRACTED: "clicked_at",
    S.WARMED: "replied_at",
    S.INTERESTED: "interested_at",
    S.NOT_INTERESTED: "not_interested_at",
    S.EMAILS_BOUNCED: "bounced_at",
    S.EMAILS_UNSUBSCRIBED: "unsubscribed_at",
}
FAILURES: Final = {happened for happened in A if happened.endswith("Failed")}

RUNGS: Final = (
    {S.IMPORTED},
    {S.SCANNED},
    {S.REVIEWED, S.SKIPPED},
    {S.CONTACTED},
    {S.HOOKED},
    {S.ATTRACTED},
    {S.WARMED},
    {S.INTERESTED, S.NOT_INTERESTED},
    {S.EMAILS_BOUNCED},
    {S.EMAILS_UNSUBSCRIBED},
)

any_state = st.sampled_from(list(S))
any_activity = st.sampled_from(list(A))
histories = st.lists(any_activity, max_size=12)


def fold(history: list[A], state: S = S.IMPORTED) -> S:
    for happened in history:
        state = states.after(state, happened)
    return state


def facts_of(history: list[A]) -> Facts:
    """Keep what a lead's row keeps: the last time of each thing, a minute apart."""
    kept: dict[str, datetime] = {}
    for minute, happened in enumerate(history):
        reached = LEADS_TO[happened]
        if reached is not None:
            column = "failed_at" if happened in FAILURES else FACT_OF[reached]
            kept[column] = NOW + timedelta(minutes=minute)
    return Facts(**kept)


@pytest.mark.parametrize("happened", list(A))
def test_every_activity_leads_a_new_lead_where_the_reference_says(happened: A) -> None:
    assert states.after(S.IMPORTED, happened) == (LEADS_TO[happened] or S.IMPORTED)


@pytest.mark.parametrize(
    ("lower", "higher"),
    list(pairwise(RUNGS)),
)
def test_each_rung_outranks_the_one_below(lower: set[S], higher: set[S]) -> None:
    assert all(RANKS[below] < RANKS[above] for below in lower for above in higher)
    assert len({RANKS[state] for state in higher}) == 1


def test_a_late_open_does_not_outrank_a_reply() -> None:
    assert states.after(S.WARMED, A.EMAILS_OPENED) == S.WARMED


def test_the_last_of_two_marks_counts() -> None:
    assert fold([A.MANUAL_INTERESTED, A.MANUAL_NOT_INTERESTED]) == S.NOT_INTERESTED
    assert fold([A.MANUAL_NOT_INTERESTED, A.MANUAL_INTERESTED]) == S.INTERESTED


def test_a_skipped_lead_may_still_be_launched_and_a_launched_one_skipped() -> None:
    assert fold([A.SKIPPED, A.REVIEWED]) == S.REVIEWED
    assert fold([A.REVIEWED, A.SKIPPED]) == S.SKIPPED


def test_an_out_of_office_answer_is_no_reply() -> None:
    assert states.after(S.CONTACTED, A.EMAILS_AUTO_REPLIED) == S.CONTACTED


def test_an_interested_lead_who_unsubscribes_is_unsubscribed() -> None:
    assert fold([A.MANUAL_INTERESTED, A.EMAILS_UNSUBSCRIBED]) == S.EMAILS_UNSUBSCRIBED
    assert fold([A.EMAILS_UNSUBSCRIBED, A.MANUAL_INTERESTED]) == S.EMAILS_UNSUBSCRIBED


@settings(deadline=None)
@given(any_state, any_activity)
def test_nothing_that_happens_lowers_a_lead(state: S, happened: A) -> None:
    reached = states.after(state, happened)

    assert RANKS[reached] >= RANKS[state]
    assert RANKS[reached] > RANKS[state] or reached in (state, LEADS_TO[happened])


@settings(deadline=None)
@given(any_state, any_activity)
def test_the_same_thing_told_twice_counts_once(state: S, happened: A) -> None:
    once = states.after(state, happened)

    assert states.after(once, happened) == once


@settings(deadline=None)
@given(any_state, any_activity, any_activity)
def test_the_order_matters_only_between_marks_of_one_rank(state: S, happened: A, also: A) -> None:
    one_way = states.after(states.after(state, happened), also)
    other_way = states.after(states.after(state, also), happened)

    assert RANKS[one_way] == RANKS[other_way]
    if one_way != other_way:
        assert {one_way, other_way} in ({S.INTERESTED, S.NOT_INTERESTED}, {S.REVIEWED, S.SKIPPED})


@settings(max_examples=300, deadline=None)
@given(histories)
def test_what_is_known_of_a_lead_adds_up_to_what_happened(history: list[A]) -> None:
    assert states.recomputed(facts_of(history)) == fold(history)


@settings(deadline=None)
@given(histories, st.sampled_from(["unsubscribed_at", "bounced_at", "failed_at"]))
def test_a_fact_taken_back_leaves_the_state_of_all_the_others(
    history: list[A], taken_back: str
) -> None:
    others = [
        happened
        for happened in history
        if taken_back not in msgspec.structs.asdict(facts_of([happened]))
        or msgspec.structs.asdict(facts_of([happened]))[taken_back] is None
    ]

    facts = msgspec.structs.replace(facts_of(history), **{taken_back: None})

    assert states.recomputed(facts) == fold(others)


def test_an_unsubscribe_undone_brings_back_the_reply() -> None:
    facts = Facts(contacted_at=NOW, replied_at=NOW, unsubscribed_at=NOW)

    assert states.recomputed(facts) == S.EMAILS_UNSUBSCRIBED
    assert states.recomputed(msgspec.structs.replace(facts, unsubscribed_at=None)) == S.WARMED


def test_mending_one_failed_step_does_not_hide_a_bounce() -> None:
    facts = Facts(contacted_at=NOW, bounced_at=NOW, failed_at=None)

    assert states.recomputed(facts) == S.EMAILS_BOUNCED


def test_of_two_marks_of_one_instant_the_careful_one_counts() -> None:
    assert states.recomputed(Facts(interested_at=NOW, not_interested_at=NOW)) == S.NOT_INTERESTED
    assert states.recomputed(Facts(reviewed_at=NOW, skipped_at=NOW)) == S.SKIPPED


def test_a_lead_of_which_nothing_is_known_is_imported() -> None:
    assert states.recomputed(Facts()) == S.IMPORTED


def test_there_are_twelve_states() -> None:
    assert len(S) == 12
    assert set(RANKS) == set(S)
