"""A mail in doubt is found in a real Dovecot's Sent folder, under another name, by search alone."""

import asyncio

from imapclient import IMAPClient  # type: ignore[import-untyped]

from tests.inbound.reading import until
from tests.mail import servers as mail_servers
from tests.mail.dovecot import PASSWORD
from tests.mail.seller import Seller
from tests.mail.servers import Servers

pytestmark = mail_servers.MARKS

GILFOYLE, RICHARD = "gilfoyle@piedpiper.com", "richard@hooli.com"
SECONDS = 30.0


def keep(servers: Servers, address: str, raw: bytes) -> None:
    """Do as a provider does that keeps copies."""
    where = servers.imap
    with IMAPClient(where.host, where.port, ssl_context=servers.trusts) as client:
        client.login(address, PASSWORD)
        client.append("Sent", raw)


async def test_a_copy_in_sent_settles_a_doubt(seller: Seller, servers: Servers) -> None:
    servers.dovecot.add(RICHARD)
    sender = await seller.add_sender(GILFOYLE)
    async with seller.working():
        await seller.until_read(sender)
        await seller.start(sender, RICHARD)
        mail = await seller.mail_of(RICHARD)
        await until(lambda: is_in(seller, "sent"), SECONDS)
    mail.replace_header("Message-ID", "<given.by@provider.example>")
    await asyncio.to_thread(keep, servers, GILFOYLE, mail.as_bytes())
    async with seller.database.transaction() as db:
        await db.execute("UPDATE messages SET state = 'uncertain'; DELETE FROM mailbox_folders")

    async with seller.working():
        await until(lambda: is_in(seller, "sent"), SECONDS)

    async with seller.database.transaction() as db:
        effective = await db.fetchval("SELECT effective_id FROM messages")
    assert effective == "<given.by@provider.example>"


async def is_in(seller: Seller, state: str) -> bool:
    async with seller.database.transaction() as db:
        return await db.fetchval("SELECT state = $1 FROM messages", state) is True
