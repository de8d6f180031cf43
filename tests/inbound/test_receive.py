"""Mail that comes back moves the lead it belongs to, once, and nobody else."""

from datetime import timedelta

import pytest

from pomelo import activities, leads
from pomelo.base.db import Db
from pomelo.inbound import MailKind
from pomelo.leads import ActivityType, LeadState, WaitsFor
from pomelo.messages import MessageState
from tests import make
from tests.inbound import sent as mailing
from tests.inbound.letters import LEAD, names
from tests.inbound.sent import NOW, SUBJECT, untraced
from tests.inbound.test_classify import kind_by_name

ACTIVITIES = {
    MailKind.REPLY: ActivityType.EMAILS_REPLIED,
    MailKind.AUTO_REPLY: ActivityType.EMAILS_AUTO_REPLIED,
    MailKind.BOUNCE: ActivityType.EMAILS_BOUNCED,
    MailKind.DELAYED: ActivityType.EMAILS_DELAYED,
    MailKind.UNSUBSCRIBE: ActivityType.EMAILS_UNSUBSCRIBED,
    MailKind.COMPLAINT: ActivityType.EMAILS_UNSUBSCRIBED,
}
STATES = {
    MailKind.REPLY: LeadState.WARMED,
    MailKind.BOUNCE: LeadState.EMAILS_BOUNCED,
    MailKind.UNSUBSCRIBE: LeadState.EMAILS_UNSUBSCRIBED,
    MailKind.COMPLAINT: LeadState.EMAILS_UNSUBSCRIBED,
}
# The report is about another recipient too, or says of whom it is not.
DELAYED_FOR_THE_LEAD = "bounce_postfix_two_recipients"
NAMES_NOBODY = "bounce_daemon_names_nobody"


@pytest.mark.parametrize("name", [name for name in names() if name != NAMES_NOBODY])
async def test_each_mail_of_the_collection_has_the_effect_of_its_kind(db: Db, name: str) -> None:
    sent = await mailing.sent(db)
    kind = MailKind.DELAYED if name == DELAYED_FOR_THE_LEAD else kind_by_name(name)

    received = await sent.receive(db, sent.answer(name))

    activity = ACTIVITIES.get(kind)
    assert (received.kind, received.activity) == (kind, activity)
    assert received.message_id == sent.message.id
    assert await sent.types(db) == [ActivityType.EMAILS_SENT, *([activity] if activity else [])]
    assert await sent.state(db) is STATES.get(kind, LeadState.CONTACTED)
    assert await sent.kept(db) == [(kind, received.rule)]


async def test_a_reply_tells_what_was_answered(db: Db) -> None:
    sent = await mailing.sent(db)

    await sent.receive(db, sent.answer("reply_top_posted"))

    reply = (await sent.told(db))[-1]
    assert reply.extra["fromEmail"] == LEAD
    assert reply.extra["subject"] == "Re: Cider press capacity"
    assert str(reply.extra["text"]).startswith("Hello Nora")
    assert str(reply.extra["messagePreview"]).startswith("Hello Nora")
    assert "is your press busy" not in str(reply.extra["text"])
    assert (reply.message_id, reply.step_id) == (sent.message.id, sent.message.step_id)
    assert reply.has_stopped


async def test_who_leaves_by_an_answer_leaves_at_the_step_of_its_mail(db: Db) -> None:
    sent = await mailing.sent(db)

    await sent.receive(db, sent.answer("unsubscribe_one_word"))

    left = (await sent.told(db))[-1]
    assert left.type is ActivityType.EMAILS_UNSUBSCRIBED
    assert (left.message_id, left.step_id) == (sent.message.id, sent.message.step_id)


async def test_a_reply_does_not_end_the_sequence_where_the_campaign_says_so(db: Db) -> None:
    sent = await mailing.sent(db)
    await db.execute("UPDATE campaigns SET stop_on_replied = false")

    await sent.receive(db, sent.answer("reply_top_posted"))

    lead = await leads.get(db, sent.team.id, sent.lead.id)
    assert (lead.state, lead.stopped_by) == (LeadState.WARMED, None)


async def test_an_out_of_office_does_not_end_the_sequence(db: Db) -> None:
    sent = await mailing.sent(db)

    await sent.receive(db, sent.answer("auto_exchange_english"))

    lead = await leads.get(db, sent.team.id, sent.lead.id)
    assert (lead.state, lead.stopped_by) == (LeadState.CONTACTED, None)
    assert lead.last_state == ActivityType.EMAILS_SENT


async def test_an_answer_within_seconds_with_a_weak_sign_is_a_machines(db: Db) -> None:
    sent = await mailing.sent(db)
    raw = sent.answer("reply_one_weak_sign")

    received = await sent.receive(db, raw, after=timedelta(seconds=5))

    assert received.kind is MailKind.AUTO_REPLY
    assert await sent.state(db) is LeadState.CONTACTED


async def test_a_late_open_after_a_reply_leaves_the_lead_warmed(db: Db) -> None:
    sent = await mailing.sent(db)
    await sent.receive(db, sent.answer("reply_top_posted"))

    opened = activities.Fact(
        team_id=sent.team.id, type=ActivityType.EMAILS_OPENED, lead_id=sent.lead.id, at=NOW
    )
    await activities.record(db, [opened])

    assert await sent.state(db) is LeadState.WARMED


async def test_a_bounce_after_a_reply_outranks_it(db: Db) -> None:
    sent = await mailing.sent(db)
    await sent.receive(db, sent.answer("reply_top_posted"))

    await sent.receive(db, sent.answer("bounce_full_mailbox"))

    lead = await leads.get(db, sent.team.id, sent.lead.id)
    assert lead.state is LeadState.EMAILS_BOUNCED
    assert lead.stopped_by is ActivityType.EMAILS_REPLIED


async def test_a_hard_bounce_suppresses_the_person_and_holds_their_other_leads(db: Db) -> None:
    sent = await mailing.sent(db)
    other = await make.running_campaign(db, sent.team.id, sent.sender, "Campaign2")
    elsewhere = await make.lead(db, other, LEAD)

    await sent.receive(db, sent.answer("bounce_postfix_unknown_user"))

    bounce = (await sent.told(db))[-1]
    assert (bounce.extra["class"], bounce.extra["status"]) == ("hard", "5.1.1")
    assert "5.1.1" in str(bounce.extra["errorMessage"])
    assert await sent.suppressed_by(db) == "bounced"
    held = await leads.get(db, sent.team.id, elsewhere.id)
    assert (held.state, held.waits_for) == (LeadState.IMPORTED, WaitsFor.SUPPRESSED)
    assert (await sent.reload(db)).bounced_at == NOW


@pytest.mark.parametrize(
    ("name", "reply_class"),
    [
        ("bounce_full_mailbox", "soft"),
        ("bounce_sieve_reject", "soft"),
        ("bounce_spam_block", "block"),
    ],
)
async def test_a_failure_that_is_not_the_address_suppresses_nobody(
    db: Db, name: str, reply_class: str
) -> None:
    sent = await mailing.sent(db)

    await sent.receive(db, sent.answer(name))

    assert (await sent.told(db))[-1].extra["class"] == reply_class
    assert await sent.state(db) is LeadState.EMAILS_BOUNCED
    assert await sent.suppressed_by(db) is None


async def test_a_delay_is_told_and_moves_nothing(db: Db) -> None:
    sent = await mailing.sent(db)

    await sent.receive(db, sent.answer("delayed_postfix"))

    lead = await leads.get(db, sent.team.id, sent.lead.id)
    assert (lead.state, lead.stopped_by) == (LeadState.CONTACTED, None)
    assert (await sent.told(db))[-1].extra["errorMessage"]
    assert (await sent.reload(db)).bounced_at is None


@pytest.mark.parametrize("name", ["bounce_postfix_unknown_user", "bounce_qmail", "bounce_zoho"])
async def test_a_report_about_another_recipient_does_nothing(db: Db, name: str) -> None:
    sent = await mailing.sent(db)

    received = await sent.receive(db, sent.answer(name, lead="somebody.else@lead.example"))

    assert (received.kind, received.activity) == (MailKind.BOUNCE, None)
    assert await sent.state(db) is LeadState.CONTACTED
    assert await sent.suppressed_by(db) is None


async def test_a_bounce_that_names_nobody_does_nothing(db: Db) -> None:
    sent = await mailing.sent(db)

    received = await sent.receive(db, sent.answer(NAMES_NOBODY))

    assert (received.message_id, received.activity) == (sent.message.id, None)
    assert await sent.state(db) is LeadState.CONTACTED


async def test_a_bounce_spells_the_address_as_it_likes(db: Db) -> None:
    sent = await mailing.sent(db)

    await sent.receive(db, sent.answer("bounce_postfix_unknown_user", lead=LEAD.upper()))

    assert await sent.state(db) is LeadState.EMAILS_BOUNCED


async def test_unsubscribing_by_mail_covers_every_campaign(db: Db) -> None:
    sent = await mailing.sent(db)
    other = await make.running_campaign(db, sent.team.id, sent.sender, "Campaign2")
    elsewhere = await make.lead(db, other, LEAD)

    await sent.receive(db, sent.answer("unsubscribe_mailto"))

    assert await sent.suppressed_by(db) == "lead"
    covered = await leads.get(db, sent.team.id, elsewhere.id)
    assert covered.state is LeadState.EMAILS_UNSUBSCRIBED


async def test_a_complaint_is_an_unsubscribe_of_its_own_source(db: Db) -> None:
    sent = await mailing.sent(db)

    await sent.receive(db, sent.answer("complaint_arf_abuse"))

    assert await sent.suppressed_by(db) == "abuse"
    assert (await sent.told(db))[-1].extra["unsubscribedSource"] == "abuse"


async def test_an_answer_ends_a_doubt_the_mail_has_arrived(db: Db) -> None:
    sent = await mailing.sent(db, state=MessageState.UNCERTAIN)
    await leads.hold_for(db, sent.team.id, [sent.lead.id], WaitsFor.UNCERTAIN, now=NOW)

    await sent.receive(db, sent.answer("auto_exchange_english"))

    assert (await sent.reload(db)).state is MessageState.SENT
    lead = await leads.get(db, sent.team.id, sent.lead.id)
    assert (lead.state, lead.waits_for) == (LeadState.CONTACTED, None)
    assert await sent.types(db) == [ActivityType.EMAILS_SENT, ActivityType.EMAILS_AUTO_REPLIED]


async def test_a_bounce_ends_a_doubt_too(db: Db) -> None:
    sent = await mailing.sent(db, state=MessageState.UNCERTAIN)

    await sent.receive(db, sent.answer("bounce_postfix_unknown_user"))

    message = await sent.reload(db)
    assert (message.state, message.bounced_at) == (MessageState.SENT, NOW)
    assert await sent.state(db) is LeadState.EMAILS_BOUNCED


async def test_a_mere_name_ends_no_doubt(db: Db) -> None:
    sent = await mailing.sent(db, state=MessageState.UNCERTAIN)

    await sent.receive(db, untraced(SUBJECT))

    assert (await sent.reload(db)).state is MessageState.UNCERTAIN


async def test_an_answer_that_is_quicker_than_our_own_books_is_kept(db: Db) -> None:
    sent = await mailing.sent(db, state=MessageState.SENDING)

    received = await sent.receive(db, sent.answer("reply_top_posted"))
    await mailing.book(db, sent.message)

    assert received.activity is ActivityType.EMAILS_REPLIED
    assert await sent.state(db) is LeadState.WARMED
    assert (await sent.reload(db)).state is MessageState.SENT
    assert set(await sent.types(db)) == {ActivityType.EMAILS_SENT, ActivityType.EMAILS_REPLIED}
