"""The gate: a table of what is known about a due lead, and what becomes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from pomelo.base.ids import CampaignId, LeadId, MessageId, SenderId, StepId, TeamId
from pomelo.delivery.gate import decide
from pomelo.delivery.model import (
    Began,
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
from pomelo.senders import Hearing, Replies
from pomelo.sequences import StepType
from pomelo.teams import ContactRules, Uncertain

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
HEARD = NOW - timedelta(minutes=15)
DUE = Facts(
    team_id=TeamId("tea"),
    lead_id=LeadId("lea"),
    campaign_id=CampaignId("cam"),
    sender_id=SenderId("usm"),
    fence=1,
    email="richard@piedpiper.com",
    address_key="richard@piedpiper.com",
    variables={},
    step_position=0,
    due_at=NOW,
    is_paused=False,
    stopped_by=None,
    waits_for=None,
    campaign_name="Campaign1",
    timezone="Europe/Paris",
    is_running=True,
    track_opens=True,
    track_clicks=True,
    uncertain=Uncertain.HOLD,
    is_follow_up=False,
    hearing=Hearing("jared@piedpiper.example", Replies.IMAP, None),
    contact_rules=ContactRules(),
    step_id=StepId("stp"),
    step_version=1,
    sequence_id=None,
    step_type=StepType.EMAIL,
    next=None,
    began=None,
    before=None,
)


def known(**changes: Any) -> Facts:
    return msgspec.structs.replace(DUE, **changes)


def began(state: MessageState, *, has_data: bool = False) -> Facts:
    mail = Began(
        id=MessageId("msg"),
        state=state,
        header_id="<a@b>",
        subject="",
        thread_ids=(),
        links=None,
        step_version=1,
        has_data=has_data,
        sender_id=SenderId("usm_first"),
        sent_at=NOW - timedelta(days=1),
        attempts=1,
        created_at=NOW,
    )
    return known(began=mail)


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        (DUE, Send()),
        (known(is_running=False), Free()),
        (known(is_paused=True), Free()),
        (known(stopped_by="emailsReplied"), Free()),
        (known(waits_for="review"), Free()),
        (known(due_at=None), Free()),
        (known(due_at=NOW + timedelta(seconds=1)), Free()),
        (known(step_id=None), Finished()),
        (began(MessageState.SENDING), Send()),
        (began(MessageState.DEFERRED), Send()),
        (began(MessageState.SENDING, has_data=True), InDoubt()),
        (began(MessageState.UNCERTAIN), WaitFor(WaitsFor.UNCERTAIN)),
        (began(MessageState.SENT), Skip(NOW - timedelta(days=1), SenderId("usm_first"))),
        (began(MessageState.REFUSED), Stop(ActivityType.EMAILS_BOUNCED)),
    ],
)
def test_what_is_known_decides(facts: Facts, decision: Decision) -> None:
    assert (
        decide(facts, suppressed_by=None, is_rehearsal=False, now=NOW, heard_since=HEARD)
        == decision
    )


@pytest.mark.parametrize("source", ["lead", "api", "user", "abuse"])
def test_an_unsubscribed_address_ends_the_sequence(source: str) -> None:
    decided = decide(DUE, suppressed_by=source, is_rehearsal=False, now=NOW, heard_since=HEARD)

    assert decided == Stop(ActivityType.EMAILS_UNSUBSCRIBED)


def test_an_address_that_bounced_elsewhere_holds_the_lead_in_its_state() -> None:
    decided = decide(DUE, suppressed_by="bounced", is_rehearsal=False, now=NOW, heard_since=HEARD)

    assert decided == WaitFor(WaitsFor.SUPPRESSED)


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.REFUSED, MessageState.UNCERTAIN])
def test_a_rehearsed_step_waits_for_the_end_of_the_rehearsal(state: MessageState) -> None:
    facts = began(state)

    assert decide(
        facts, suppressed_by=None, is_rehearsal=True, now=NOW, heard_since=HEARD
    ) == WaitFor(WaitsFor.REHEARSAL)


def follow_up(replies: Replies | None, read_at: datetime | None = None) -> Facts:
    return known(is_follow_up=True, hearing=Hearing("jared@piedpiper.example", replies, read_at))


@pytest.mark.parametrize(
    ("facts", "decision"),
    [
        (follow_up(Replies.IMAP), WaitFor(WaitsFor.REPLIES)),
        (follow_up(Replies.IMAP, HEARD - timedelta(seconds=1)), WaitFor(WaitsFor.REPLIES)),
        (follow_up(Replies.IMAP, HEARD), Send()),
        (follow_up(Replies.PIPE), Send()),
        (follow_up(Replies.NONE), Send()),
        (follow_up(None), Send()),
    ],
)
def test_a_follow_up_waits_until_the_mailbox_was_read(facts: Facts, decision: Decision) -> None:
    decided = decide(facts, suppressed_by=None, is_rehearsal=False, now=NOW, heard_since=HEARD)

    assert decided == decision


def test_a_rehearsal_waits_for_no_mailbox() -> None:
    facts = follow_up(Replies.IMAP)

    decided = decide(facts, suppressed_by=None, is_rehearsal=True, now=NOW, heard_since=HEARD)

    assert decided == Send()
