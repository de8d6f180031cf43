"""A conversation of ours with a mail server of this machine."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pomelo.base.tls import trusted
from pomelo.inbound.mailboxes.model import Pace
from pomelo.inbound.mailboxes.session import Session
from pomelo.inbound.mailboxes.talks import Talks, dial
from pomelo.senders import ImapAccess, Server, TlsMode
from tests.inbound import imapsim


@asynccontextmanager
async def talking(
    port: int, tls: TlsMode = TlsMode.NONE, context: ssl.SSLContext | None = None
) -> AsyncIterator[tuple[Session, Talks]]:
    server = Server("127.0.0.1", port, tls, imapsim.LOGIN, imapsim.PASSWORD)
    dialled = await dial("127.0.0.1", port, connect=5, answer=5)
    session = Session(dialled, ImapAccess(server), context or trusted())
    talks = Talks(session, Pace(talk=5))
    try:
        await talks.ask(session.open)
        yield session, talks
    finally:
        session.close()
