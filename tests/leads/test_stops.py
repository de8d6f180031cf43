"""What ends a sequence and is announced; the buckets and filters made from states."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pomelo.base.errors import Invalid
from pomelo.leads import states
from pomelo.leads.activity_types import ActivityType
from pomelo.leads.model import LeadState, LeadStatus, StopRules
from pomelo.leads.states import StateUnknown
from pomelo.leads.stops import stops

A = ActivityType
S = LeadState
NOTHING_CHOSEN = StopRules(on_replied=False, on_clicked=False, on_interested=False)
EVERYTHING_CHOSEN = StopRules(on_replied=True, on_clicked=True, on_interested=True)

any_state = st.sampled_from(list(S))


@pytest.mark.parametrize(
    "happened",
    [
        A.SKIPPED,
        A.EMAILS_BOUNCED,
        A.EMAILS_FAILED,
        A.API_FAILED,
        A.LINKEDIN_SEND_FAILED,
        A.EMAILS_UNSUBSCRIBED,
        A.EMAILS_NOT_INTERESTED,
        A.MANUAL_NOT_INTERESTED,
    ],
)
def test_what_no_campaign_can_choose_ends_the_sequence(happened: A) -> None:
    assert stops(happened, NOTHING_CHOSEN)


@pytest.mark.parametrize(
    ("happened", "rules", "stopped"),
    [
        (A.EMAILS_REPLIED, StopRules(), True),
        (A.LINKEDIN_REPLIED, StopRules(), True),
        (A.SMS_REPLIED, StopRules(), True),
        (A.EMAILS_REPLIED, NOTHING_CHOSEN, False),
        (A.EMAILS_CLICKED, StopRules(), False),
        (A.EMAILS_CLICKED, StopRules(on_clicked=True), True),
        (A.LINKEDIN_INVITE_ACCEPTED, StopRules(on_clicked=True), False),
        (A.MEETING_BOOKED, StopRules(), False),
        (A.MEETING_BOOKED, StopRules(on_meeting=True), True),
        (A.MANUAL_INTERESTED, StopRules(), True),
        (A.MANUAL_INTERESTED, StopRules(on_interested=False), False),
        (A.AIRCALL_INTERESTED, StopRules(on_interested=False), False),
    ],
)
def test_what_a_campaign_chooses_ends_the_sequence(
    happened: A, rules: StopRules, stopped: bool
) -> None:
    assert stops(happened, rules) is stopped


@pytest.mark.parametrize(
    "happened",
    [
        A.SCANNED,
        A.REVIEWED,
        A.PAUSED,
        A.RESUMED,
        A.EMAILS_SENT,
        A.EMAILS_OPENED,
        A.EMAILS_AUTO_REPLIED,
        A.EMAILS_DELAYED,
        A.EMAILS_ANSWER_FAILED,
        A.API_DONE,
        A.MANUAL_DONE,
        A.LINKEDIN_OPENED,
        A.HOOKED,
        A.ATTRACTED,
        A.WARMED,
    ],
)
def test_what_is_no_answer_never_ends_the_sequence(happened: A) -> None:
    assert not stops(happened, EVERYTHING_CHOSEN)


@settings(deadline=None)
@given(any_state, any_state)
def test_only_an_arrival_in_a_state_with_an_activity_of_its_name_is_announced(
    was: S, now: S
) -> None:
    announced = states.announced(was, now)

    if announced is None:
        assert was == now or now not in states.ANNOUNCED
    else:
        assert was != now
        assert announced.value == now.value
        assert states.after(now, announced) == now


def test_the_announcements_are_the_six_of_the_reference() -> None:
    names = {"contacted", "hooked", "attracted", "warmed", "interested", "notInterested"}

    assert {announcement.value for announcement in states.ANNOUNCEMENTS} == names


def test_the_last_state_passes_over_notices_and_announcements() -> None:
    passed_over = {happened for happened in A if not states.counts(happened)}

    assert passed_over == states.ANNOUNCEMENTS | {
        A.EMAILS_AUTO_REPLIED,
        A.EMAILS_DELAYED,
        A.EMAILS_ANSWER_FAILED,
        A.RESUMED,
        A.CONDITION_CHOSEN,
        A.SNOOZED,
        A.COMPANY_STOPPED,
    }


@pytest.mark.parametrize(
    ("state", "true", "status"),
    [
        (S.IMPORTED, {"is_scanning", "waits_for_review"}, LeadStatus.SCANNING),
        (S.SCANNED, {"waits_for_review"}, LeadStatus.REVIEW),
        (S.IMPORTED, {"waits_for_review"}, LeadStatus.REVIEW),
        (S.IMPORTED, set(), LeadStatus.RUNNING),
        (S.REVIEWED, set(), LeadStatus.RUNNING),
        (S.HOOKED, set(), LeadStatus.RUNNING),
        (S.HOOKED, {"is_paused"}, LeadStatus.PAUSED),
        (S.SCANNED, {"is_paused", "waits_for_review"}, LeadStatus.PAUSED),
        (S.HOOKED, {"is_over"}, LeadStatus.DONE),
        (S.HOOKED, {"is_over", "is_paused"}, LeadStatus.DONE),
        (S.WARMED, {"is_over"}, LeadStatus.DONE),
        (S.SKIPPED, {"waits_for_review"}, LeadStatus.DONE),
        (S.EMAILS_BOUNCED, set(), LeadStatus.DONE),
        (S.INTERESTED, {"is_over"}, LeadStatus.INTERESTED),
        (S.NOT_INTERESTED, {"is_over", "is_paused"}, LeadStatus.NOT_INTERESTED),
        (S.EMAILS_UNSUBSCRIBED, {"is_over", "is_paused"}, LeadStatus.UNSUBSCRIBED),
    ],
)
def test_a_lead_is_in_the_first_bucket_that_fits(
    state: S, true: set[str], status: LeadStatus
) -> None:
    found = states.status(
        state,
        is_paused="is_paused" in true,
        is_scanning="is_scanning" in true,
        waits_for_review="waits_for_review" in true,
        is_over="is_over" in true,
    )

    assert found == status


@pytest.mark.parametrize("state", list(S))
def test_every_state_is_a_filter(state: S) -> None:
    assert states.parse_states(state.value) == frozenset({state})


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("failed", {S.EMAILS_BOUNCED}),
        ("failed,emailsBounced", {S.EMAILS_BOUNCED}),
        ("hooked,attracted", {S.HOOKED, S.ATTRACTED}),
        (" hooked , warmed ", {S.HOOKED, S.WARMED}),
        ("all", None),
        ("hooked,all", None),
    ],
)
def test_filters_are_joined_by_commas(text: str, meant: set[S] | None) -> None:
    assert states.parse_states(text) == (None if meant is None else frozenset(meant))


@pytest.mark.parametrize("text", ["", "Hooked", "emailsSent", "hooked,", "all,nonsense", "x" * 999])
def test_an_unknown_filter_is_refused_with_the_legal_ones(text: str) -> None:
    with pytest.raises(StateUnknown) as refused:
        states.parse_states(text)

    sentence = str(refused.value)
    assert isinstance(refused.value, Invalid)
    assert all(name in sentence for name in ["all", "failed", *S])
    assert len(sentence) < 400
