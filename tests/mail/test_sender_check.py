"""A sender's check, and its Sent copies, with a real Postfix and Dovecot."""

import asyncio

from imapclient import IMAPClient  # type: ignore[import-untyped]

from pomelo import senders
from pomelo.inbound import Answer, Checkup, Level, Report, Timing, examine
from pomelo.senders import SavesSentCopy, Sender
from pomelo.smtp import MailAccess
from pomelo.tracking import Signer
from tests import make
from tests.inbound.reading import until
from tests.mail import servers as mail_servers
from tests.mail.dovecot import PASSWORD
from tests.mail.seller import GUARD, Seller
from tests.mail.servers import Servers

pytestmark = mail_servers.MARKS
JARED, RICHARD = "jared@piedpiper.com", "richard@hooli.com"


async def nobody(_name: str, _kind: str) -> Answer:
    """No name system answers."""


async def checked(seller: Seller, servers: Servers, sender: Sender) -> Report:
    access = MailAccess(vault=make.VAULT, guard=GUARD, context=servers.trusts)
    checkup = Checkup(
        access=access,
        signer=Signer(make.VAULT.signing_secret()),
        public_url="http://track.test",
        ask=nobody,
        timing=Timing(poll=0.1, grace=3.0),
    )
    return await examine(
        seller.database,
        sender.team_id,
        sender.id,
        checkup=checkup,
        wait=20.0,
        now=seller.clock.now(),
    )


async def test_a_mail_to_itself_comes_back_through_real_servers(
    seller: Seller, servers: Servers
) -> None:
    sender = await seller.add_sender(JARED)

    report = await checked(seller, servers, sender)

    by_subject = {one.subject: one for one in report.findings}
    levels = {name: one.level for name, one in by_subject.items()}
    assert (report.smtp_fault, report.imap_fault) == (None, None)
    for name in ("SMTP", "IMAP"):  # whose certificate is made for a day
        assert "certificate ends on" in by_subject[name].text
    for name in ("test mail", "plus addressing", "Sent copy"):
        assert levels[name] is Level.PASS, by_subject[name]
    assert "into the inbox" in by_subject["test mail"].text
    assert "without a signature" in by_subject["DKIM signature"].text
    assert "Could not ask DNS" in by_subject["SPF"].text


async def test_what_the_check_learnt_puts_each_mail_into_sent(
    seller: Seller, servers: Servers
) -> None:
    servers.dovecot.add(RICHARD)
    sender = await seller.add_sender("dinesh@piedpiper.com")
    await checked(seller, servers, sender)
    async with seller.database.transaction() as db:
        learnt = (await senders.get(db, sender.team_id, sender.id)).saves_sent_copy

    async with seller.working():
        await seller.until_read(sender)
        await seller.start(sender, RICHARD)
        await seller.mail_of(RICHARD)
        await until(lambda: _is_copied(seller))
        await seller.until_read(sender)

    assert learnt is SavesSentCopy.APPEND
    sent = await asyncio.to_thread(_flags_in_sent, servers, sender.email)
    assert sent == [(b"\\Seen",)]


async def _is_copied(seller: Seller) -> bool:
    async with seller.database.transaction() as db:
        sent = await db.fetchval("SELECT count(*) FROM messages WHERE state = 'sent'")
        left = await db.fetchval("SELECT count(*) FROM messages WHERE raw IS NOT NULL")
    return bool(sent) and not left


def _flags_in_sent(servers: Servers, address: str) -> list[tuple[bytes, ...]]:
    where = servers.imap
    with IMAPClient(where.host, where.port, ssl_context=servers.trusts) as client:
        client.login(address, PASSWORD)
        client.select_folder("Sent", readonly=True)
        found = client.fetch(client.search(), ["FLAGS"])
    return [tuple(flag for flag in one[b"FLAGS"] if flag != b"\\Recent") for one in found.values()]
