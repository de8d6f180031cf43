"""What a fact changes in a lead, and what taking one back leaves."""

from datetime import datetime, timedelta

import msgspec
import pytest

from pomelo.base.ids import CampaignId, ContactId, LeadId, TeamId
from pomelo.leads import ActivityType, LeadState, Standing, WaitsFor, moved, without
from pomelo.leads.changes import still_stopped_by
from tests.make import NOW

A = ActivityType
HOUR = timedelta(hours=1)

FRESH = Standing(
    team_id=TeamId("tea_one"),
    id=LeadId("lea_one"),
    campaign_id=CampaignId("cam_one"),
    contact_id=ContactId("ctc_one"),
    sender_id=None,
    state=LeadState.IMPORTED,
    last_state="",
    due_at=NOW,
    is_paused=False,
    stopped_by=None,
    waits_for=None,
    awaits=None,
    paused_by=None,
    meeting_booked_at=None,
    company_stopped_at=None,
    sent_count=0,
    opened_count=0,
    clicked_count=0,
    replied_count=0,
    stop_on_replied=True,
    stop_on_clicked=False,
    stop_on_interested=True,
    stop_on_meeting=False,
    pause_on=(),
    click_filter="",
)


def after(*facts: A, lead: Standing = FRESH) -> Standing:
    for hour, fact in enumerate(facts):
        lead = moved(lead, fact, NOW + hour * HOUR)
    return lead


@pytest.mark.parametrize(
    ("fact", "moment"),
    [
        (A.SCANNED, "scanned_at"),
        (A.REVIEWED, "reviewed_at"),
        (A.SKIPPED, "skipped_at"),
        (A.EMAILS_SENT, "contacted_at"),
        (A.EMAILS_OPENED, "opened_at"),
        (A.EMAILS_CLICKED, "clicked_at"),
        (A.EMAILS_REPLIED, "replied_at"),
        (A.MANUAL_INTERESTED, "interested_at"),
        (A.MANUAL_NOT_INTERESTED, "not_interested_at"),
        (A.EMAILS_BOUNCED, "bounced_at"),
        (A.EMAILS_FAILED, "failed_at"),
        (A.API_FAILED, "failed_at"),
        (A.EMAILS_UNSUBSCRIBED, "unsubscribed_at"),
    ],
)
def test_a_fact_leaves_its_moment(fact: A, moment: str) -> None:
    assert getattr(after(fact), moment) == NOW


@pytest.mark.parametrize("fact", [A.EMAILS_SENT, A.EMAILS_OPENED, A.EMAILS_CLICKED])
def test_of_what_happens_again_the_first_time_is_kept(fact: A) -> None:
    late_told = moved(after(fact, fact), fact, NOW - HOUR)

    assert (late_told.contacted_at or late_told.opened_at or late_told.clicked_at) == NOW - HOUR


def test_of_marks_the_last_time_is_kept() -> None:
    lead = after(A.MANUAL_INTERESTED, A.MANUAL_NOT_INTERESTED, A.MANUAL_INTERESTED)

    assert lead.interested_at == NOW + 2 * HOUR
    assert lead.state is LeadState.INTERESTED


def test_mails_are_counted() -> None:
    lead = after(A.EMAILS_SENT, A.EMAILS_SENT, A.EMAILS_OPENED, A.EMAILS_CLICKED, A.EMAILS_REPLIED)

    assert (lead.sent_count, lead.opened_count) == (2, 1)
    assert (lead.clicked_count, lead.replied_count) == (1, 1)


def test_a_late_open_changes_neither_state_nor_stop() -> None:
    lead = after(A.EMAILS_SENT, A.EMAILS_REPLIED, A.EMAILS_OPENED)

    assert (lead.state, lead.stopped_by) == (LeadState.WARMED, A.EMAILS_REPLIED)
    assert lead.last_state == "emailsOpened"


def test_the_first_stop_is_kept() -> None:
    assert after(A.EMAILS_REPLIED, A.EMAILS_UNSUBSCRIBED).stopped_by is A.EMAILS_REPLIED


def test_pause_and_resume_switch_and_nothing_else() -> None:
    paused = after(A.EMAILS_SENT, A.PAUSED)
    resumed = after(A.RESUMED, lead=paused)

    assert (paused.is_paused, resumed.is_paused) == (True, False)
    assert paused.state is resumed.state is LeadState.CONTACTED


def test_a_launched_lead_waits_no_longer() -> None:
    waiting = msgspec.structs.replace(FRESH, waits_for=WaitsFor.REVIEW)

    lead = after(A.REVIEWED, lead=waiting)

    assert (lead.state, lead.waits_for) == (LeadState.REVIEWED, None)


def test_launching_does_not_end_another_wait() -> None:
    waiting = msgspec.structs.replace(FRESH, waits_for=WaitsFor.SUPPRESSED)

    assert after(A.REVIEWED, lead=waiting).waits_for is WaitsFor.SUPPRESSED


def test_a_skipped_lead_can_be_launched_after_all() -> None:
    lead = after(A.SKIPPED, A.REVIEWED)

    assert (lead.state, lead.stopped_by) == (LeadState.REVIEWED, None)


def test_launching_ends_no_other_stop() -> None:
    lead = after(A.EMAILS_UNSUBSCRIBED, A.REVIEWED)

    assert (lead.state, lead.stopped_by) == (
        LeadState.EMAILS_UNSUBSCRIBED,
        A.EMAILS_UNSUBSCRIBED,
    )


def test_an_unsubscribe_taken_back_leaves_what_was_before() -> None:
    lead = without(after(A.EMAILS_SENT, A.EMAILS_OPENED, A.EMAILS_UNSUBSCRIBED), "unsubscribed_at")

    assert (lead.state, lead.stopped_by) == (LeadState.HOOKED, None)


def test_an_earlier_stop_outlives_what_is_taken_back() -> None:
    lead = without(after(A.EMAILS_UNSUBSCRIBED, A.EMAILS_REPLIED), "unsubscribed_at")

    assert (lead.state, lead.stopped_by) == (LeadState.WARMED, A.EMAILS_REPLIED)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ((), None),
        ((A.EMAILS_OPENED,), None),
        ((A.EMAILS_CLICKED,), None),
        ((A.EMAILS_REPLIED, A.EMAILS_BOUNCED), A.EMAILS_REPLIED),
        ((A.EMAILS_FAILED,), A.EMAILS_FAILED),
    ],
)
def test_what_stops_is_the_earliest_that_does(facts: tuple[A, ...], expected: A | None) -> None:
    assert still_stopped_by(after(*facts)) is expected


def test_a_campaign_chooses_what_stops() -> None:
    chosen = msgspec.structs.replace(
        FRESH, stop_on_replied=False, stop_on_clicked=True, stop_on_interested=False
    )

    assert after(A.EMAILS_REPLIED, A.MANUAL_INTERESTED, lead=chosen).stopped_by is None
    assert after(A.EMAILS_CLICKED, lead=chosen).stopped_by is A.EMAILS_CLICKED


def test_moments_may_come_in_any_order(now: datetime) -> None:
    lead = moved(moved(FRESH, A.EMAILS_OPENED, now), A.EMAILS_SENT, now - HOUR)

    assert (lead.contacted_at, lead.opened_at) == (now - HOUR, now)
    assert lead.state is LeadState.HOOKED
