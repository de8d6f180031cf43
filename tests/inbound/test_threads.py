"""Answers that name no mail of ours, found by the conversation in which a provider keeps both."""

import base64

import pytest
from msgspec.structs import replace

from pomelo import activities, inbound
from pomelo.base.db import Database, Db
from pomelo.inbound import MatchRule, Parsed
from pomelo.inbound.mailboxes import sent as copies
from pomelo.inbound.match import threads
from pomelo.inbound.parse import parse
from pomelo.leads import ActivityType, LeadState
from pomelo.messages import MessageState
from pomelo.tracking import MESSAGE
from tests import make
from tests.inbound import sent as mailing
from tests.inbound.imapsim import Account
from tests.inbound.reading import PACE, first_look, kept, reading, until, until_kept
from tests.inbound.sent import NOW, SIGNER, SUBJECT, Sent, untraced

ASSISTANT = "otto@lead.example"
THREAD = "gmail:1278455344230334865"
INDEX = b"\x01stamp" + bytes(range(16))
PACE_OFTEN = replace(PACE, look=0.1)


def header(index: bytes) -> bytes:
    """A mail's line that names its conversation, as Exchange writes it."""
    return b"Thread-Index: " + base64.b64encode(index) + b"\r\n"


def answer(thread: str | None = None, index: bytes = b"", writer: str = ASSISTANT) -> Parsed:
    """A mail that names none of ours, in some conversation."""
    raw = untraced("A word of thanks", writer=writer)
    return replace(parse((header(index) if index else b"") + raw), given_thread=thread)


async def lie_in_sent(db: Db, ours: Sent, thread: str | None = None, index: bytes = b"") -> None:
    """Let the copy of our mail be found in the Sent folder."""
    token = SIGNER.sign(MESSAGE, ours.message.id).encode()
    copy = (header(index) if index else b"") + b"X-Pomelo-Id: " + token + b"\r\n\r\n"
    head = replace(parse(copy), given_thread=thread)
    await copies.seen(db, ours.team.id, ours.sender.id, head, signer=SIGNER, now=NOW)


async def to_another(db: Db, ours: Sent, address: str) -> Sent:
    return await mailing.to(db, ours.team, ours.sender, ours.campaign, address)


async def rule(db: Db, ours: Sent, mail: Parsed) -> MatchRule | None:
    return (await ours.receive(db, mail)).rule


def test_the_servers_word_comes_before_the_mails_own() -> None:
    assert threads(answer(THREAD, INDEX)) == (THREAD, f"exchange:{INDEX.hex()}")


@pytest.mark.parametrize("later", [b"", b"12345", b"12345" * 30])
def test_answers_keep_the_beginning_of_the_index(later: bytes) -> None:
    folded = header(INDEX + later).replace(b"Index: ", b"Index:\r\n ")

    assert threads(parse(folded + b"\r\n")) == (f"exchange:{INDEX.hex()}",)


@pytest.mark.parametrize("value", ["", "AQ==", "!" * 40, "AQ" + "=" * 38, "\u00e4" * 40])
def test_what_is_no_index_names_no_conversation(value: str) -> None:
    assert threads(parse(f"Thread-Index: {value}\r\n\r\n".encode())) == ()


def test_an_index_of_another_kind_names_no_conversation() -> None:
    assert threads(parse(header(b"\2" + INDEX[1:]) + b"\r\n")) == ()


def test_a_topic_alone_names_no_conversation() -> None:
    assert threads(parse(f"Thread-Topic: {SUBJECT}\r\n\r\n".encode())) == ()


@pytest.mark.parametrize(("thread", "index"), [(THREAD, b""), (None, INDEX)])
async def test_an_answer_in_the_conversation_of_the_copy_in_sent_is_found(
    db: Db, thread: str | None, index: bytes
) -> None:
    ours = await mailing.sent(db)
    await lie_in_sent(db, ours, thread, index)

    received = await ours.receive(db, answer(thread, index and index + b"later"))

    assert (received.rule, received.lead_id) == (MatchRule.THREAD, ours.lead.id)
    assert await ours.state(db) is LeadState.WARMED
    assert await ours.kept(db) == [("reply", "thread")]


@pytest.mark.parametrize(("thread", "index"), [(THREAD, b""), (None, INDEX)])
async def test_an_answer_that_names_our_mail_teaches_the_conversation(
    db: Db, thread: str | None, index: bytes
) -> None:
    ours = await mailing.sent(db)
    first = (header(index) if index else b"") + ours.answer("reply_top_posted")
    await ours.receive(db, replace(parse(first), given_thread=thread))

    assert await rule(db, ours, answer(thread, index)) is MatchRule.THREAD


async def test_an_answer_guessed_by_its_writer_teaches_nothing(db: Db) -> None:
    ours = await mailing.sent(db)
    guessed = replace(parse(untraced(f"Re: {SUBJECT}")), given_thread=THREAD)
    assert await rule(db, ours, guessed) is MatchRule.FROM_SUBJECT

    assert await rule(db, ours, answer(THREAD)) is None


async def test_what_a_machine_reports_teaches_nothing(db: Db) -> None:
    ours = await mailing.sent(db)
    bounce = replace(parse(ours.answer("bounce_postfix_unknown_user")), given_thread=THREAD)
    await ours.receive(db, bounce)

    assert await rule(db, ours, answer(THREAD)) is None


async def test_what_a_mail_says_itself_of_its_conversation_comes_first(db: Db) -> None:
    ours = await mailing.sent(db)
    other = await to_another(db, ours, "bo@lead.example")
    await lie_in_sent(db, other, THREAD)

    received = await ours.receive(
        db, replace(parse(ours.answer("reply_top_posted")), given_thread=THREAD)
    )

    assert (received.rule, received.message_id) == (MatchRule.IN_REPLY_TO, ours.message.id)


async def test_a_conversation_comes_before_the_writers_name(db: Db) -> None:
    ours = await mailing.sent(db)
    other = await to_another(db, ours, "bo@lead.example")
    await lie_in_sent(db, other, THREAD)

    received = await ours.receive(
        db, replace(parse(untraced(f"Re: {SUBJECT}")), given_thread=THREAD)
    )

    assert (received.rule, received.lead_id) == (MatchRule.THREAD, other.lead.id)


async def test_a_conversation_with_several_people_is_about_the_one_who_writes(db: Db) -> None:
    ours = await mailing.sent(db)
    other = await to_another(db, ours, "bo@lead.example")
    for one in (ours, other):
        await lie_in_sent(db, one, THREAD)

    received = await ours.receive(db, answer(THREAD, writer="Bo@lead.example"))
    stranger = await ours.receive(db, answer(THREAD))

    assert (received.rule, received.lead_id) == (MatchRule.THREAD, other.lead.id)
    assert stranger.rule is None


async def test_what_the_owner_writes_into_the_conversation_answers_nothing(db: Db) -> None:
    ours = await mailing.sent(db)
    await lie_in_sent(db, ours, THREAD)

    assert await rule(db, ours, answer(THREAD, writer=ours.sender.email)) is None


@pytest.mark.parametrize(("thread", "index"), [(THREAD, b""), (None, INDEX)])
async def test_the_same_name_in_another_mailbox_is_another_conversation(
    db: Db, thread: str | None, index: bytes
) -> None:
    ours = await mailing.sent(db)
    await lie_in_sent(db, ours, thread, index)
    colleague = await make.sender(db, ours.team.id, "otto@pomelo.example")
    strangers = await make.team(db, "Hooli")
    gavin = await make.sender(db, strangers.id, "gavin@hooli.example")

    received = [
        await inbound.receive(
            db, mailbox.team_id, mailbox.id, answer(thread, index), signer=SIGNER, now=NOW
        )
        for mailbox in (colleague, gavin)
    ]

    assert [one.rule for one in received] == [None, None]
    assert await ours.state(db) is LeadState.CONTACTED


async def test_an_answer_that_came_to_a_colleague_teaches_nothing(db: Db) -> None:
    ours = await mailing.sent(db)
    colleague = await make.sender(db, ours.team.id, "otto@pomelo.example")
    first = replace(parse(ours.answer("reply_top_posted")), given_thread=THREAD)
    await inbound.receive(db, ours.team.id, colleague.id, first, signer=SIGNER, now=NOW)

    assert await db.fetchval("SELECT count(*) FROM provider_threads") == 0


async def test_a_mail_in_doubt_that_is_answered_in_its_conversation_was_sent(db: Db) -> None:
    ours = await mailing.sent(db, state=MessageState.UNCERTAIN)
    await lie_in_sent(db, ours, THREAD)

    await ours.receive(db, answer(THREAD))

    assert (await ours.reload(db)).state is MessageState.SENT
    assert await ours.types(db) == [ActivityType.EMAILS_SENT, ActivityType.EMAILS_REPLIED]


async def test_a_removed_lead_leaves_no_conversation(db: Db) -> None:
    ours = await mailing.sent(db)
    await lie_in_sent(db, ours, THREAD, INDEX)

    await activities.remove(db, ours.team.id, ours.lead.id)

    assert await db.fetchval("SELECT count(*) FROM provider_threads") == 0


async def test_conversations_are_asked_for_where_the_server_knows_them(
    database: Database, account: Account, ours: Sent
) -> None:
    account.has_threads = True
    token = SIGNER.sign(MESSAGE, ours.message.id).encode()
    copy = b"X-Pomelo-Id: " + token + b"\r\nMessage-ID: <c@pomelo.example>\r\n\r\nHello\r\n"

    async def is_known() -> bool:
        async with database.transaction() as db:
            return bool(await db.fetchval("SELECT count(*) FROM provider_threads"))

    async with reading(database, PACE_OFTEN):
        await first_look(database, ours)
        account.deliver(copy, "Sent", thread=2**64 - 1)
        await until(is_known)
        account.deliver(untraced("Lunch?", writer=ASSISTANT))
        account.deliver(untraced("A word of thanks", writer=ASSISTANT), thread=2**64 - 1)
        await until_kept(database, ours)

    assert await kept(database, ours) == [("reply", "thread")]
    bodies = {said for said in account.heard if "BODY.PEEK[]" in said}
    assert bodies == {"UID FETCH 2 (BODY.PEEK[]<0.2097152>)"}


async def test_other_servers_are_not_asked_for_conversations(
    database: Database, account: Account, ours: Sent
) -> None:
    async with reading(database):
        await first_look(database, ours)
        account.deliver(ours.answer("reply_top_posted"))
        await until_kept(database, ours)

    assert not [said for said in account.heard if "X-GM" in said]
