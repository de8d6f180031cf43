"""A mail in doubt settles itself: by its copy in Sent, or by what comes back for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from msgspec import structs

from pomelo import inbound, leads, senders
from pomelo.base.db import Database
from pomelo.inbound import Pace, Settler
from pomelo.leads import ActivityType, WaitsFor
from pomelo.messages import MessageState
from pomelo.senders import Changes, Replies, SavesSentCopy
from pomelo.tracking import MESSAGE, OPEN, Hit, record
from tests.inbound import imapsim, sent
from tests.inbound.imapsim import Account
from tests.inbound.reading import PACE, connect, desk, first_look, reading, until
from tests.inbound.sent import SENT_AT, SIGNER, Sent

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
async def lost(database: Database, account: Account) -> Sent:
    """A mail in doubt, of a sender whose mailbox is read; its lead waits."""
    async with database.transaction() as db:
        one = await sent.sent(db, state=MessageState.UNCERTAIN)
        await leads.hold_for(db, one.team.id, [one.lead.id], WaitsFor.UNCERTAIN, now=SENT_AT)
    await connect(database, one, account)
    return one


def copy(lost: Sent, message_id: str = "") -> bytes:
    token = SIGNER.sign(MESSAGE, lost.message.id)
    name = message_id or lost.message.header_id
    return f"Message-ID: {name}\r\nX-Pomelo-Id: {token}\r\n\r\nHello\r\n".encode()


@asynccontextmanager
async def settling(database: Database, pace: Pace = PACE) -> AsyncIterator[Settler]:
    """Let mailboxes be read meanwhile; doubts are settled when the test says so."""
    async with reading(database, pace) as tools:
        yield Settler(tools)


async def state(database: Database, lost: Sent) -> MessageState:
    async with database.transaction() as db:
        return (await lost.reload(db)).state


async def said(database: Database, lost: Sent) -> str:
    async with database.transaction() as db:
        return (await inbound.explain(db, lost.team.id, [lost.message.id]))[lost.message.id]


async def until_settled(database: Database, lost: Sent, settler: Settler) -> None:
    async def is_settled() -> bool:
        await settler.work_once()
        return await state(database, lost) is MessageState.SENT

    await until(is_settled)


async def until_held(database: Database, lost: Sent, settler: Settler) -> None:
    async def is_held() -> bool:
        await settler.work_once()
        async with database.transaction() as db:
            return await db.fetchval("SELECT look_at IS NULL FROM doubts") is True

    await until(is_held)


async def test_a_copy_in_sent_settles_it_and_its_lead_goes_on(
    database: Database, account: Account, lost: Sent
) -> None:
    account.folders["Sent"].add(copy(lost))

    async with settling(database) as settler:
        await until_settled(database, lost, settler)

    async with database.transaction() as db:
        (told,) = await lost.told(db)
        lead = await leads.get(db, lost.team.id, lost.lead.id)
        assert await db.fetchval("SELECT count(*) FROM doubts") == 1
    assert (told.type, told.created_at) == (ActivityType.EMAILS_SENT, SENT_AT)
    assert lead.waits_for is None
    async with database.transaction() as db:
        await settler.work_once()
        assert await db.fetchval("SELECT count(*) FROM doubts") == 0


async def test_a_copy_that_comes_while_it_is_looked_for_settles_it_at_once(
    database: Database, account: Account, lost: Sent
) -> None:
    async with settling(database) as settler:
        await first_look(database, lost)
        await settler.work_once()
        await until(lambda: any("HEADER" in said for said in account.heard))
        account.deliver(copy(lost, "<given.by@provider.example>"), "Sent")

        await until_settled(database, lost, settler)

    async with database.transaction() as db:
        assert (await lost.reload(db)).effective_id == "<given.by@provider.example>"


async def test_a_copy_that_comes_after_it_was_held_settles_it(
    database: Database, account: Account, lost: Sent
) -> None:
    async with settling(database, structs.replace(PACE, doubt=0.01, look=0.1)) as settler:
        await until_held(database, lost, settler)
        assert await state(database, lost) is MessageState.UNCERTAIN

        account.deliver(copy(lost), "Sent")

        await until_settled(database, lost, settler)


async def test_what_only_says_to_be_a_copy_settles_nothing(
    database: Database, account: Account, lost: Sent
) -> None:
    forged = SIGNER.sign(OPEN, lost.message.id)
    quoting = f"In-Reply-To: {lost.message.header_id}\r\n\r\nAs I wrote\r\n"
    account.folders["Sent"].add(f"X-Pomelo-Id: {forged}\r\n\r\nHello\r\n".encode())
    account.folders["Sent"].add(quoting.encode())
    account.folders["Junk"].add(copy(lost))
    async with database.transaction() as db:
        other = await sent.to(db, lost.team, lost.sender, lost.campaign, "erlich@piedpiper.com")
    account.folders["Sent"].add(copy(other))

    async with settling(database, structs.replace(PACE, doubt=0.3)) as settler:
        await until_held(database, lost, settler)

    assert await state(database, lost) is MessageState.UNCERTAIN


async def test_a_copy_that_the_server_does_not_give_is_no_proof(
    database: Database, account: Account, lost: Sent
) -> None:
    async with settling(database, structs.replace(PACE, doubt=0.3, look=0.1)) as settler:
        await first_look(database, lost)
        account.folders["Sent"].refused.add(account.deliver(copy(lost), "Sent"))
        await until_held(database, lost, settler)
        account.deliver(copy(lost), "Sent")

        await until_settled(database, lost, settler)


async def test_a_mailbox_without_push_is_looked_into_at_once(database: Database) -> None:
    async with imapsim.serving(imapsim.Account(idle=False)) as account:
        async with database.transaction() as db:
            ours = await sent.sent(db, state=MessageState.UNCERTAIN)
        await connect(database, ours, account)
        async with settling(database, structs.replace(PACE, poll=60)) as settler:
            await first_look(database, ours)
            account.folders["Sent"].add(copy(ours))

            await until_settled(database, ours, settler)


async def test_a_picture_that_a_person_fetched_proves_it_and_a_machine_proves_nothing(
    database: Database, lost: Sent
) -> None:
    settler = Settler(desk(database))
    seen_at = SENT_AT + timedelta(hours=1)
    async with database.transaction() as db:
        await record(db, [Hit(OPEN, lost.message.id, "GET", "curl/8.5.0", seen_at)])
    assert not await settler.work_once()

    async with database.transaction() as db:
        await record(db, [Hit(OPEN, lost.message.id, "GET", BROWSER, seen_at)])

    assert await settler.work_once()
    assert await state(database, lost) is MessageState.SENT


@pytest.mark.parametrize(
    ("keeps", "words"),
    [
        (SavesSentCopy.SERVER, "most likely it was not sent"),
        (SavesSentCopy.APPEND, "which says nothing"),
        (None, "nobody knows whether this server keeps copies"),
    ],
)
async def test_one_that_is_not_found_is_held_and_said_what_that_is_worth(
    database: Database, lost: Sent, keeps: SavesSentCopy | None, words: str
) -> None:
    async with database.transaction() as db:
        changes = Changes(saves_sent_copy=keeps)
        await senders.change(db, lost.team.id, lost.sender.id, changes, now=SENT_AT)
    assert "is looking for it" in await said(database, lost)

    async with settling(database, structs.replace(PACE, doubt=0.3)) as settler:
        await until_held(database, lost, settler)

    assert words in await said(database, lost)
    assert await state(database, lost) is MessageState.UNCERTAIN


async def test_where_another_copy_was_seen_absence_says_something(
    database: Database, account: Account, lost: Sent
) -> None:
    async with database.transaction() as db:
        other = await sent.to(db, lost.team, lost.sender, lost.campaign, "erlich@piedpiper.com")

    async with settling(database, structs.replace(PACE, doubt=0.3, look=0.1)) as settler:
        await first_look(database, lost)
        account.deliver(copy(other), "Sent")
        await until_held(database, lost, settler)

        async def is_said() -> bool:
            return "most likely it was not sent" in await said(database, lost)

        await until(is_said)


async def test_where_there_is_no_sent_folder_that_is_said(
    database: Database, account: Account, lost: Sent
) -> None:
    del account.folders["Sent"]

    async with settling(database, structs.replace(PACE, doubt=0.3)) as settler:
        await until_held(database, lost, settler)

    assert "found no Sent folder" in await said(database, lost)


async def test_where_nobody_reads_the_mailbox_a_person_is_asked(
    database: Database, lost: Sent
) -> None:
    async with database.transaction() as db:
        changes = Changes(replies=Replies.NONE)
        await senders.change(db, lost.team.id, lost.sender.id, changes, now=SENT_AT)

    assert "is not read by IMAP" in await said(database, lost)


async def test_sent_again_and_lost_again_it_is_another_doubt(
    database: Database, lost: Sent
) -> None:
    settler = Settler(desk(database))
    await settler.work_once()
    async with database.transaction() as db:
        await db.execute("UPDATE doubts SET look_at = NULL, looks = 9")
        await db.execute("UPDATE messages SET data_at = data_at + interval '1 hour'")

    await settler.work_once()

    async with database.transaction() as db:
        assert await db.fetchval("SELECT looks = 0 AND look_at IS NOT NULL FROM doubts")


async def test_what_only_might_answer_it_proves_nothing(database: Database, lost: Sent) -> None:
    """Somebody answers an older mail of the same subject; nothing names the one in doubt."""
    async with database.transaction() as db:
        received = await lost.receive(db, sent.untraced(f"Re: {sent.SUBJECT}"))
        seen = await db.fetchval("SELECT extra FROM activities WHERE type LIKE '%eplied'")

    await Settler(desk(database)).work_once()

    assert (received.rule, seen["guessedBy"]) == ("from_subject", "from_subject")
    async with database.transaction() as db:
        assert (await lost.reload(db)).state is MessageState.UNCERTAIN
