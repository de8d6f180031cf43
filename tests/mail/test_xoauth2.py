"""Mailboxes used by a provider's token, against a real Dovecot that judges the tokens itself."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from imapclient import IMAPClient  # type: ignore[import-untyped]
from msgspec import structs

from pomelo import senders
from pomelo.base.db import Database
from pomelo.base.outgoing import Guard, parse_networks
from pomelo.inbound import find_imap_fault
from pomelo.senders import ImapAccess, LogInKind, OAuth, Server
from pomelo.smtp import Accepted, MailAccess, Session, Sessions, find_smtp_fault
from tests import make
from tests.inbound.reading import until
from tests.mail import servers as mail_servers
from tests.mail.dovecot import USER, token
from tests.mail.servers import Servers
from tests.mailing import MAIL, send
from tests.senders.connected import Connected, connected
from tests.senders.identity import Identity, providing
from tests.wire import HandClock

pytestmark = mail_servers.MARKS
GUARD = Guard(parse_networks("127.0.0.0/8"))


RICHARD = "richard@hooli.com"


@pytest.fixture(autouse=True, scope="module")
def users(servers: Servers) -> None:
    servers.dovecot.add(USER, RICHARD)


@pytest.fixture
async def identity() -> AsyncIterator[Identity]:
    async with providing(mint=lambda _: token()) as one:
        yield one


def registered(identity: Identity, servers: Servers) -> OAuth:
    """The installation at a provider whose hosts are Dovecot's."""
    here = structs.replace(identity.client(), smtp=servers.smtp, imap=servers.imap)
    return identity.oauth(client=here)


def shown(where: Server, secret: str) -> Server:
    return structs.replace(where, login=USER, password=secret, kind=LogInKind.XOAUTH2)


def access_to(servers: Servers, oauth: OAuth | None = None) -> MailAccess:
    return MailAccess(vault=make.VAULT, guard=GUARD, context=servers.trusts, oauth=oauth or OAuth())


def read(servers: Servers, access: ImapAccess) -> int:
    """Log in as the reader of mailboxes does, and count the mails."""
    server = access.server
    with IMAPClient(server.host, server.port, ssl_context=servers.trusts) as client:
        client.oauth2_login(server.login, server.password)
        return int(client.select_folder("INBOX", readonly=True)[b"EXISTS"])


async def imap(mailbox: Connected, oauth: OAuth, **how: Any) -> ImapAccess:
    sender = mailbox.sender
    access = await senders.imap_access(
        mailbox.database,
        sender.team_id,
        sender.id,
        vault=make.VAULT,
        oauth=oauth,
        now=mailbox.now,
        **how,
    )
    assert access is not None
    return access


async def test_a_connected_mailbox_sends_and_is_read_by_its_token(
    servers: Servers, identity: Identity, database: Database, now: datetime
) -> None:
    mailbox, oauth = await connected(database, identity, now), registered(identity, servers)
    access = access_to(servers, oauth)
    sessions = Sessions(database, access, HandClock(now))

    session = await sessions.open(mailbox.sender)
    assert isinstance(session, Session), session
    sent = await send(session, MAIL, RICHARD)
    await sessions.close_all()
    mails = await asyncio.to_thread(read, servers, await imap(mailbox, oauth))

    assert isinstance(sent, Accepted)
    await until(lambda: len(servers.dovecot.mails(RICHARD)) == 1)
    assert mails == 0
    assert identity.refreshes == []


async def test_a_token_that_ended_at_the_server_is_replaced_and_the_work_goes_on(
    servers: Servers, identity: Identity, database: Database, now: datetime
) -> None:
    identity.mint = lambda number: token(lifetime=-5 if number == 2 else 3600)
    mailbox, oauth = await connected(database, identity, now), registered(identity, servers)
    access = access_to(servers, oauth)
    sessions = Sessions(database, access, HandClock(now))
    ended = await imap(mailbox, oauth)

    with pytest.raises(IMAPClient.Error):
        await asyncio.to_thread(read, servers, ended)
    session = await sessions.open(mailbox.sender)
    assert isinstance(session, Session), session
    await sessions.close_all()
    fresh = await imap(mailbox, oauth, refused=ended.server.password)

    assert await asyncio.to_thread(read, servers, fresh) == 0
    assert len(identity.refreshes) == 1


@pytest.mark.parametrize(
    "secret",
    [
        token(lifetime=-5),
        token("erlich@piedpiper.com"),
        token(key=b"another"),
        "canary-of-no-token",
    ],
    ids=["ended", "another user's", "forged", "none"],
)
async def test_what_dovecot_refuses_says_to_connect_again(servers: Servers, secret: str) -> None:
    access = access_to(servers)

    by_smtp = await find_smtp_fault(shown(servers.smtp, secret), access)
    by_imap = await find_imap_fault(shown(servers.imap, secret), access)

    for fault in (by_smtp, by_imap):
        assert fault is not None
        assert "connect it again" in fault
        assert "canary" not in fault


async def test_what_dovecot_takes_has_no_fault(servers: Servers) -> None:
    access = access_to(servers)

    assert await find_smtp_fault(shown(servers.smtp, token()), access) is None
    assert await find_imap_fault(shown(servers.imap, token()), access) is None
