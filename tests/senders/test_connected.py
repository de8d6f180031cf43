"""A mailbox that is connected: read where its provider says, until it has a password again."""

import pytest

from pomelo import senders
from pomelo.senders import LogInKind, MailboxConnected, Server, TlsMode
from tests import make
from tests.senders.connected import Connected


async def test_it_is_read_where_its_provider_says(mailbox: Connected) -> None:
    sender = mailbox.sender
    elsewhere = Server("imap.evil.example", 993, TlsMode.TLS, "x", "y")

    async with mailbox.database.transaction() as db:
        with pytest.raises(MailboxConnected):
            await senders.set_imap(db, sender.team_id, sender.id, elsewhere, vault=make.VAULT)


async def test_a_new_password_ends_the_connection(mailbox: Connected) -> None:
    sender = mailbox.sender

    async with mailbox.database.transaction() as db:
        await senders.set_log_in(
            db,
            sender.team_id,
            sender.id,
            login=None,
            password="new",
            vault=make.VAULT,
            now=mailbox.now,
        )

    smtp = await senders.smtp_access(
        mailbox.database,
        sender.team_id,
        sender.id,
        vault=make.VAULT,
        oauth=mailbox.identity.oauth(),
        now=mailbox.now,
    )
    assert (smtp.kind, smtp.password) == (LogInKind.PASSWORD, "new")


async def test_deleting_the_sender_erases_its_tokens(mailbox: Connected) -> None:
    sender = mailbox.sender

    async with mailbox.database.transaction() as db:
        await senders.delete(db, sender.team_id, sender.id, now=mailbox.now)
        left = await db.fetchval("SELECT count(*) FROM grants")

    assert left == 0
