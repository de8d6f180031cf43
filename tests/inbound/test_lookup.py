"""Which mail of ours another one belongs to: by signature, by provider, by who writes of what."""

import re
from datetime import timedelta

import pytest

from pomelo import activities, inbound
from pomelo.base.db import Db
from pomelo.inbound import MailKind, MatchRule, Unreadable
from pomelo.inbound.parse import parse
from pomelo.leads import ActivityType, LeadState
from pomelo.messages import MessageKind
from pomelo.tracking import MESSAGE, UNSUBSCRIBE, Signer
from tests import make
from tests.inbound import sent as mailing
from tests.inbound.letters import names
from tests.inbound.sent import NOW, SIGNER, SUBJECT, Sent, untraced

EVE = "eve@hostile.test"


async def test_no_mail_of_the_collection_has_an_effect_when_its_signs_are_forged(db: Db) -> None:
    sent = await mailing.sent(db)
    token = Signer(b"x" * 32).sign(MESSAGE, sent.message.id)
    header_id = f"<{token}@pomelo.example>"
    forged = {"header_id": header_id, "token": token, "link_token": token, "lead": EVE}

    received = [await sent.receive(db, sent.answer(name, **forged)) for name in names()]

    assert {one.rule for one in received} == {None}
    assert await sent.types(db) == [ActivityType.EMAILS_SENT]
    assert await sent.kept(db) == []


async def test_a_reply_may_come_from_another_address(db: Db) -> None:
    sent = await mailing.sent(db)

    received = await sent.receive(db, sent.answer("reply_other_address"))

    assert received.lead_id == sent.lead.id
    assert await sent.state(db) is LeadState.WARMED


async def test_the_same_mail_twice_is_one_activity(db: Db) -> None:
    sent = await mailing.sent(db)
    raw = sent.answer("reply_top_posted")

    first, second = await sent.receive(db, raw), await sent.receive(db, raw)

    assert (first.is_new, second.is_new, second.activity) == (True, False, None)
    assert await sent.types(db) == [ActivityType.EMAILS_SENT, ActivityType.EMAILS_REPLIED]


async def test_a_mail_without_message_id_is_known_by_its_bytes(db: Db) -> None:
    sent = await mailing.sent(db)
    raw = sent.answer("reply_top_posted").replace(b"Message-ID: <answer", b"X-Nothing: <answer")

    await sent.receive(db, raw)
    await sent.receive(db, raw)
    await sent.receive(db, raw + b"PS: me again")

    assert (await sent.types(db)).count(ActivityType.EMAILS_REPLIED) == 2


async def test_a_reply_to_two_mailboxes_of_the_team_is_one_activity(db: Db) -> None:
    sent = await mailing.sent(db)
    colleague = await make.sender(db, sent.team.id, "otto@pomelo.example")
    raw = sent.answer("reply_top_posted")
    await sent.receive(db, raw)

    copy = await inbound.receive(db, sent.team.id, colleague.id, parse(raw), signer=SIGNER, now=NOW)

    assert not copy.is_new
    assert (await sent.types(db)).count(ActivityType.EMAILS_REPLIED) == 1


async def test_a_provider_that_renames_a_mail_is_understood(db: Db) -> None:
    theirs = "<0100018f-7c2a@email.provider.example>"
    sent = await mailing.sent(db, effective_id=theirs)

    received = await sent.receive(db, sent.answer("reply_top_posted", header_id=theirs))

    assert received.rule is MatchRule.IN_REPLY_TO
    assert await sent.state(db) is LeadState.WARMED


async def test_the_mail_named_last_is_the_one_that_is_answered(db: Db) -> None:
    sent = await mailing.sent(db)
    other = await mailing.to(db, sent.team, sent.sender, sent.campaign, "bo@lead.example")
    both = f"{other.message.header_id} {sent.message.header_id}"

    received = await sent.receive(db, sent.answer("reply_references_only", header_id=both))

    assert received.message_id == sent.message.id


async def test_a_rehearsal_is_not_answered(db: Db) -> None:
    sent = await mailing.sent(db, kind=MessageKind.REHEARSAL)

    received = await sent.receive(db, sent.answer("reply_top_posted"))

    assert received.rule is None
    assert await sent.state(db) is LeadState.IMPORTED


async def test_another_team_hears_nothing_of_it(db: Db) -> None:
    sent = await mailing.sent(db)
    stranger = await make.team(db, "Hooli")
    mailbox = await make.sender(db, stranger.id, "gavin@hooli.example")
    raw = sent.answer("reply_top_posted", lead="gavin@hooli.example")

    received = await inbound.receive(
        db, stranger.id, mailbox.id, parse(raw), signer=SIGNER, now=NOW
    )

    assert received.rule is None
    assert await sent.state(db) is LeadState.CONTACTED


def signed(sent: Sent, raw: bytes) -> bytes:
    """Put our header into a mail, as it stands in what we sent."""
    header = f"X-Pomelo-Id: {SIGNER.sign(MESSAGE, sent.message.id)}\r\n"
    return header.encode() + raw


@pytest.mark.parametrize("token", ["any", "A" * 40])
async def test_a_header_that_somebody_elses_pomelo_signed_hides_no_answer(
    db: Db, token: str
) -> None:
    sent = await mailing.sent(db)
    header = f"X-Pomelo-Id: {token}\r\n".encode()

    received = await sent.receive(db, header + sent.answer("reply_top_posted"))

    assert received.rule is not None
    assert received.activity is ActivityType.EMAILS_REPLIED


async def test_a_program_that_takes_our_header_over_hides_no_answer(db: Db) -> None:
    sent = await mailing.sent(db)

    received = await sent.receive(db, signed(sent, sent.answer("reply_top_posted")))

    assert received.rule is not None


async def test_a_mail_of_ours_to_a_colleague_answers_nothing_whatever_its_server_named_it(
    db: Db,
) -> None:
    sent = await mailing.sent(db)
    other = await make.sender(db, sent.team.id, "dinesh@pomelo.example")

    received = await sent.receive(
        db, signed(sent, sent.answer("reply_top_posted", lead=other.email))
    )

    assert received.rule is None


@pytest.mark.parametrize("writer", ["nora@pomelo.example", "team@pomelo.example"])
async def test_a_mail_of_ours_answers_nothing_whoever_passed_it_on(db: Db, writer: str) -> None:
    """A list writes in its own name, a server gives another Message-ID, a sender is deleted."""
    sent = await mailing.sent(db)
    link = f"https://p.test/t/u/{SIGNER.sign(UNSUBSCRIBE, sent.message.id)}"
    raw = signed(
        sent,
        f"From: Team <{writer}>\r\nTo: {sent.lead.email}\r\nSubject: {SUBJECT}\r\n"
        "Message-ID: <rewritten@provider.example>\r\nContent-Type: text/html\r\n\r\n"
        f'<p>Hi <a href="{link}">out</a></p>'.encode(),
    )

    received = await sent.receive(db, raw)

    assert received.rule is None


async def test_a_copy_of_our_own_mail_answers_nothing(db: Db) -> None:
    sent = await mailing.sent(db)
    name = f"Message-ID: {sent.message.header_id}\r".encode()
    answer = sent.answer("reply_top_posted")
    ours = signed(sent, re.sub(rb"^Message-ID:.*$", name, answer, count=1, flags=re.M | re.I))
    assert name in ours

    received = await sent.receive(db, ours)

    assert received.rule is None
    assert await sent.state(db) is LeadState.CONTACTED


async def test_what_the_sender_writes_into_the_thread_answers_nothing(db: Db) -> None:
    sent = await mailing.sent(db)

    received = await sent.receive(db, sent.answer("reply_top_posted", lead=sent.sender.email))

    assert received.rule is None
    assert await sent.state(db) is LeadState.CONTACTED


async def test_a_sender_who_is_the_lead_may_answer_himself(db: Db) -> None:
    sent = await mailing.sent(db, lead="nora@pomelo.example")

    received = await sent.receive(db, sent.answer("reply_top_posted"))

    assert received.lead_id == sent.lead.id
    assert await sent.state(db) is LeadState.WARMED


async def test_a_lead_who_writes_of_the_same_subject_has_answered(db: Db) -> None:
    sent = await mailing.sent(db)

    received = await sent.receive(db, untraced(f"AW: {SUBJECT}"))

    assert received.rule is MatchRule.FROM_SUBJECT
    assert await sent.state(db) is LeadState.WARMED


@pytest.mark.parametrize(
    ("raw", "after"),
    [
        (untraced("Something else"), timedelta(hours=2)),
        (untraced(SUBJECT, writer="eve@hostile.test"), timedelta(hours=2)),
        (untraced(SUBJECT), timedelta(days=91)),
        (untraced("Re:"), timedelta(hours=2)),
    ],
)
async def test_who_writes_of_something_else_or_too_late_has_not_answered(
    db: Db, raw: bytes, after: timedelta
) -> None:
    sent = await mailing.sent(db)

    received = await sent.receive(db, raw, after=after)

    assert received.rule is None
    assert await sent.state(db) is LeadState.CONTACTED


async def test_who_wants_no_more_mail_is_heard_without_any_trace(db: Db) -> None:
    sent = await mailing.sent(db)

    received = await sent.receive(db, untraced("your mails", "Please unsubscribe me."))

    assert received.rule is MatchRule.FROM
    assert await sent.suppressed_by(db) == "lead"


async def test_a_mail_that_nobody_could_read_is_counted_and_moves_nothing(db: Db) -> None:
    sent = await mailing.sent(db)
    broken = Unreadable(reason="too slow", digest="ab" * 32, size_bytes=9)

    for _ in range(2):
        await inbound.receive(db, sent.team.id, sent.sender.id, broken, signer=SIGNER, now=NOW)

    assert await sent.kept(db) == [(MailKind.UNREADABLE, "")]
    assert await sent.types(db) == [ActivityType.EMAILS_SENT]


async def test_a_removed_lead_can_still_unsubscribe_and_leaves_no_other_trace(db: Db) -> None:
    sent = await mailing.sent(db)
    await activities.remove(db, sent.team.id, sent.lead.id)

    reply = await sent.receive(db, sent.answer("reply_top_posted"))
    wish = await sent.receive(db, sent.answer("unsubscribe_mailto"))

    assert reply.rule is None
    assert wish.activity is ActivityType.EMAILS_UNSUBSCRIBED
    assert await sent.suppressed_by(db) == "lead"
    assert [kind for kind, _ in await sent.kept(db)] == [MailKind.UNSUBSCRIBE]


async def test_a_mail_for_nobody_leaves_no_trace(db: Db) -> None:
    sent = await mailing.sent(db)

    received = await sent.receive(db, untraced("Lunch?", writer="friend@pomelo.example"))

    assert (received.kind, received.rule) == (MailKind.REPLY, None)
    assert await sent.kept(db) == []
