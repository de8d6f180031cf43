"""A sender that moves to another mailbox has that one read from its beginning."""

from msgspec import structs

from pomelo import senders, teams
from pomelo.api.sender_replies import RepliesChanges, change_replies
from pomelo.base.db import Database
from pomelo.inbound import list_troubled, read_elsewhere
from tests import make
from tests.inbound import imapsim
from tests.inbound.imapsim import Account
from tests.inbound.reading import (
    PACE,
    connect,
    first_look,
    kept,
    reading,
    reply,
    until,
    until_kept,
    was_read,
)
from tests.inbound.sent import NOW, Sent
from tests.senders.connected import finish, start
from tests.senders.identity import providing


async def _move(database: Database, ours: Sent, other: Account) -> None:
    await connect(database, ours, other)
    async with database.transaction() as db:
        await read_elsewhere(db, ours.team.id, ours.sender.id, now=NOW)


async def test_a_reply_that_lies_in_the_other_mailbox_is_heard(
    database: Database, account: Account, ours: Sent
) -> None:
    """Servers give all INBOXes the same validity, so that a mark would fit there too."""
    offer = b"From: <shop@shop.example>\r\nSubject: Offer\r\n\r\nBuy.\r\n"
    for _ in range(5):
        account.inbox.add(offer)
    async with reading(database):
        await first_look(database, ours)

    async with imapsim.serving() as other:
        other.inbox.add(reply(ours))
        await _move(database, ours, other)
        async with reading(database):
            await first_look(database, ours)

    assert await kept(database, ours) == [("reply", "in_reply_to")]


async def test_a_reply_in_a_folder_that_was_taken_for_sent_is_heard_when_that_is_mended(
    database: Database, account: Account, ours: Sent
) -> None:
    account.deliver(reply(ours), "Junk")
    await _name_sent(database, ours, "Junk")
    async with reading(database):
        await first_look(database, ours)

    await _name_sent(database, ours, "")
    async with reading(database):
        await until_kept(database, ours)

    assert await kept(database, ours) == [("reply", "in_reply_to")]


async def _name_sent(database: Database, ours: Sent, folder: str) -> None:
    body = RepliesChanges(sent_folder=folder)
    async with database.transaction() as db:
        await change_replies(
            db, ours.team.id, ours.sender.id, body, imap=None, vault=make.VAULT, now=NOW
        )


async def test_what_is_read_of_the_mailbox_before_says_nothing_of_the_connected_one(
    database: Database, account: Account, ours: Sent
) -> None:
    """Whoever reads the old one just then must not call the new one read."""
    async with database.transaction() as db:
        user = (await teams.list_users(db, ours.team.id))[0]
    async with (
        providing(account=ours.sender.email) as identity,
        reading(database, structs.replace(PACE, look=0.1)),
    ):
        began = await start(database, identity, user, now=NOW, email=ours.sender.email)
        await first_look(database, ours)
        await finish(database, identity, began, now=NOW)
        async with database.transaction() as db:
            marks = await db.fetchval("SELECT count(*) FROM mailbox_folders")
            connected = await senders.get(db, ours.team.id, ours.sender.id)

    assert (connected.imap_host, marks) == ("imap.gmail.com", 0)
    assert not await was_read(database, ours)


async def test_a_folder_that_is_not_there_is_named(
    database: Database, account: Account, ours: Sent
) -> None:
    await _name_sent(database, ours, "Ausgang/2026")

    async def is_told() -> bool:
        async with database.transaction() as db:
            return any("no folder 'Ausgang/2026'" in one.trouble for one in await list_troubled(db))

    async with reading(database):
        await until(is_told)
