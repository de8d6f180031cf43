"""A lead whose person is away waits for them, and a person's answer is still heard."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from pomelo import leads
from pomelo.base.db import Db
from pomelo.inbound import MailKind
from pomelo.inbound.effects import back_at
from pomelo.inbound.parse import parse
from pomelo.leads import ActivityType, Lead, LeadState, NextStep
from pomelo.messages import MessageState
from pomelo.schedules import DEFAULT_ZONE, Window
from tests.inbound import sent as mailing
from tests.inbound.sent import SENT_AT, Sent

TOMORROW = SENT_AT + timedelta(days=1)
MONDAY_AT_NINE = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
OFFICE = Window(DEFAULT_ZONE, time(9), time(18), frozenset({1, 2, 3, 4, 5}))


def away(sent: Sent, text: str) -> bytes:
    """An automatic answer with these words."""
    return (
        f"From: <{sent.lead.email}>\r\nTo: <{sent.sender.email}>\r\n"
        f"Subject: Automatic reply: {sent.message.subject}\r\n"
        f"Date: Tue, 10 Mar 2026 09:00:09 +0000\r\nMessage-ID: <{len(text)}@lead.example>\r\n"
        f"In-Reply-To: {sent.message.header_id}\r\nAuto-Submitted: auto-replied\r\n\r\n{text}\r\n"
    ).encode()


async def due(db: Db, sent: Sent, at: datetime | None) -> None:
    """The follow-up is due then."""
    await db.execute(
        "UPDATE leads SET due_at = $1, leased_until = NULL WHERE id = $2", at, sent.lead.id
    )


async def standing(db: Db, sent: Sent) -> Lead:
    return await leads.get(db, sent.team.id, sent.lead.id)


@pytest.mark.parametrize(
    "text",
    ["I will be back on 16 March.", "I am away until Friday, 13 March.", "Back on Monday."],
)
async def test_the_follow_up_waits_until_the_person_is_back(db: Db, text: str) -> None:
    sent = await mailing.sent(db)
    await due(db, sent, TOMORROW)

    received = await sent.receive(db, away(sent, text))

    lead = await standing(db, sent)
    assert received.kind is MailKind.AUTO_REPLY
    assert (lead.due_at, lead.state, lead.stopped_by) == (MONDAY_AT_NINE, LeadState.CONTACTED, None)
    assert (await sent.told(db))[-1].extra["returnsOn"] in {"2026-03-14", "2026-03-16"}


async def test_a_follow_up_that_is_due_later_stays_where_it_is(db: Db) -> None:
    sent = await mailing.sent(db)
    later = MONDAY_AT_NINE + timedelta(days=3)
    await due(db, sent, later)

    await sent.receive(db, away(sent, "I will be back on 16 March."))

    assert (await standing(db, sent)).due_at == later


@pytest.mark.parametrize("text", ["I am away.", "I was away until 9 March."])
async def test_an_absence_without_a_day_to_come_moves_nothing(db: Db, text: str) -> None:
    sent = await mailing.sent(db)
    await due(db, sent, TOMORROW)

    await sent.receive(db, away(sent, text))

    assert (await standing(db, sent)).due_at == TOMORROW
    assert "returnsOn" not in (await sent.told(db))[-1].extra


async def test_an_absence_read_when_it_is_over_moves_nothing(db: Db) -> None:
    sent = await mailing.sent(db)
    await due(db, sent, TOMORROW)

    await sent.receive(db, away(sent, "Back on 11 March."), after=timedelta(days=9))

    assert (await standing(db, sent)).due_at == TOMORROW


async def test_an_absence_that_a_wrong_clock_puts_years_away_moves_nothing(db: Db) -> None:
    sent = await mailing.sent(db)
    await due(db, sent, TOMORROW)
    told = away(sent, "Back on 11 March.")
    in_ten_years = re.sub(rb"(?m)^Date: .*$", b"Date: Tue, 04 Mar 2036 09:00:00 +0000", told)
    assert in_ten_years != told

    await sent.receive(db, in_ten_years)

    assert (await standing(db, sent)).due_at == TOMORROW


async def test_a_finished_sequence_stays_finished(db: Db) -> None:
    sent = await mailing.sent(db)
    await due(db, sent, None)

    await sent.receive(db, away(sent, "I will be back on 16 March."))

    assert (await standing(db, sent)).due_at is None


async def test_an_absence_told_before_our_own_books_holds_the_next_step(db: Db) -> None:
    sent = await mailing.sent(db, state=MessageState.SENDING)
    await sent.receive(db, away(sent, "I will be back on 16 March."), after=timedelta(seconds=2))

    await mailing.book(db, sent.message)
    follow_up = NextStep(
        sent.team.id, sent.lead.id, 0, sent.sender.id, sent.message.step_id, TOMORROW
    )
    assert await leads.schedule_next(db, [follow_up])

    assert (await standing(db, sent)).due_at == MONDAY_AT_NINE


async def test_the_later_of_two_absences_counts(db: Db) -> None:
    sent = await mailing.sent(db)
    await due(db, sent, TOMORROW)

    await sent.receive(db, away(sent, "I will be back on 16 March."))
    await sent.receive(db, away(sent, "I will be back on 12 March now."))

    assert (await standing(db, sent)).due_at == MONDAY_AT_NINE


async def test_who_answers_after_their_own_automatic_reply_has_replied(db: Db) -> None:
    sent = await mailing.sent(db)
    await due(db, sent, TOMORROW)
    await sent.receive(db, away(sent, "I will be back on 16 March."))

    later = timedelta(hours=3)
    received = await sent.receive(db, sent.answer("reply_to_automatic_reply"), after=later)

    lead = await standing(db, sent)
    assert received.kind is MailKind.REPLY
    assert (lead.state, lead.stopped_by) == (LeadState.WARMED, ActivityType.EMAILS_REPLIED)
    assert await sent.types(db) == [
        ActivityType.EMAILS_SENT,
        ActivityType.EMAILS_AUTO_REPLIED,
        ActivityType.EMAILS_REPLIED,
    ]


async def test_the_same_absence_twice_is_one(db: Db) -> None:
    sent = await mailing.sent(db)
    raw = away(sent, "I will be back on 16 March.")

    await sent.receive(db, raw)
    again = await sent.receive(db, raw)

    assert not again.is_new
    assert (await sent.types(db)).count(ActivityType.EMAILS_AUTO_REPLIED) == 1


async def test_a_new_subject_is_an_answer_where_a_machine_would_repeat_ours(db: Db) -> None:
    sent = await mailing.sent(db)
    ours = sent.answer("reply_top_posted")
    person = ours.replace(b"Subject: Re: Cider press capacity", b"Subject: Absence: can we move?")
    machine = ours.replace(b"Subject: Re:", b"Subject: Absence:").replace(b"<answer", b"<other")

    first = await sent.receive(db, person)
    second = await sent.receive(db, machine)

    assert parse(person).subject == "Absence: can we move?"
    assert (first.kind, second.kind) == (MailKind.REPLY, MailKind.AUTO_REPLY)


@pytest.mark.parametrize(
    ("day", "windows", "expected"),
    [
        (date(2026, 3, 16), (OFFICE,), MONDAY_AT_NINE),
        (date(2026, 3, 14), (OFFICE,), MONDAY_AT_NINE),
        (date(2026, 4, 1), (OFFICE,), datetime(2026, 4, 1, 7, 0, tzinfo=UTC)),
        (date(2026, 3, 16), (), datetime(2026, 3, 15, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_day_begins_where_the_campaign_is_and_when_it_may_write(
    day: date, windows: tuple[Window, ...], expected: datetime
) -> None:
    assert back_at(day, windows) == expected
