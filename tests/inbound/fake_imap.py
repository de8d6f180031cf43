"""An IMAP server that knows one log-in, for tests of the connection alone."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LOGIN, PASSWORD = "jared@piedpiper.test", 'pä"ss\\wörd'


class Mailbox:
    """One server and what it was told.

    Args:
        greeting: Its first line.
        starttls: Offers STARTTLS with this.
    """

    def __init__(self, greeting: bytes, starttls: ssl.SSLContext | None) -> None:
        self.greeting = greeting
        self.starttls = starttls
        self.heard: list[bytes] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.greeting)
        while line := (await reader.readline()).rstrip(b"\r\n"):
            self.heard.append(line)
            if line == b"a1 STARTTLS" and self.starttls:
                writer.write(b"a1 OK go ahead\r\n")
                await writer.start_tls(self.starttls)
            elif line.startswith(b"a2 LOGIN"):
                await self._log_in(line, reader, writer)
            else:
                writer.write(line.split()[0] + b" BAD canary\r\n")

    async def _log_in(
        self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        given = []
        for _ in range(2):
            writer.write(b"+ more\r\n")
            given.append((await reader.readexactly(_length(line))).decode())
            line = (await reader.readline()).rstrip(b"\r\n")
        is_right = given == [LOGIN, PASSWORD]
        writer.write(b"* CAPABILITY IMAP4rev1\r\n")
        writer.write(b"a2 OK in\r\n" if is_right else b"a2 NO canary\r\n")


def _length(line: bytes) -> int:
    return int(line[line.rindex(b"{") + 1 : -1])


@asynccontextmanager
async def listening(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    greeting: bytes = b"* OK ready\r\n",
) -> AsyncIterator[tuple[int, Mailbox]]:
    """Serve on a free port of this machine."""
    mailbox = Mailbox(greeting, starttls)
    server = await asyncio.start_server(mailbox.talk, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1], mailbox
    finally:
        server.close()
