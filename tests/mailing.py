"""Sessions to servers on this machine that behave, misbehave, hang, lie and die."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pomelo.base.tls import trusted
from pomelo.demo.sink import Sink
from pomelo.smtp import (
    Accepted,
    Deferred,
    Opened,
    Ready,
    Refused,
    Session,
    SmtpServer,
    Timeouts,
    Unknown,
)

SALES, RICHARD = "sales@sender.test", "richard@piedpiper.test"
MAIL = b"Subject: Hi\r\n\r\nHello\r\n"
LARGE = MAIL + (b"y" * 76 + b"\r\n") * 20_000
# More than the kernel keeps for a server that does not read.
HUGE = MAIL + (b"y" * 76 + b"\r\n") * 130_000
IN_CLEAR = trusted()
QUICK = Timeouts(connect=0.25, tls=0.25, command=0.25, data=0.25)
PATIENT = Timeouts(connect=5, tls=5, command=5, data=5)


def session_to(
    port: int, *, context: ssl.SSLContext = IN_CLEAR, timeouts: Timeouts = PATIENT, **changes: Any
) -> Session:
    given = {"host": "localhost", "port": port, "tls": "none", "address": "127.0.0.1", **changes}
    return Session(SmtpServer(**given), context=context, timeouts=timeouts)


@asynccontextmanager
async def talking(
    sink: Sink, *, timeouts: Timeouts = PATIENT, **changes: Any
) -> AsyncIterator[Session]:
    """A session to a sink, opened with patience; both are ended afterwards."""
    session = session_to(await sink.start(), **changes)
    narrow(sink)
    opened = await session.open()
    assert isinstance(opened, Opened), opened
    session._timeouts = timeouts
    try:
        yield session
    finally:
        await session.close()
        await sink.stop()


def narrow(sink: Sink) -> None:
    # So that the kernel keeps little for a server that does not read.
    assert sink._server is not None
    for listening in sink._server.sockets:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)


async def send(
    session: Session, raw: bytes = MAIL, to: str = RICHARD
) -> Accepted | Refused | Deferred | Unknown:
    offered = await session.offer(SALES, to, len(raw))
    return await session.deliver(raw) if isinstance(offered, Ready) else offered


@asynccontextmanager
async def saying(*answers: bytes) -> AsyncIterator[int]:
    """A server that greets with the first answer and gives another for each packet it gets."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            writer.write(answer)
            if not await reader.read(65536):
                break
        writer.transport.abort()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
