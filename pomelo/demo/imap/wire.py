"""Commands in, answers out: the IMAP server's end of a connection."""

import asyncio
import re
from typing import Final

LINE_BYTES: Final = 8192
LITERAL_BYTES: Final = 10 * 1024 * 1024
_LITERAL: Final = re.compile(rb"\{(\d{1,9})\}\Z")


class HungUp(Exception):
    """The conversation is over."""


class Wire:
    """One connection, whose reader takes lines up to `LINE_BYTES`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def line(self) -> bytes:
        """Read a line, without its end.

        Raises:
            HungUp: There is none, or it is too long.
        """
        try:
            return (await self._reader.readuntil(b"\n")).rstrip(b"\r\n")
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            raise HungUp from None

    async def command(self) -> list[bytes]:
        """Read a command: its text up to the first literal, the literal, and so on.

        Raises:
            HungUp: There is none, or a literal is too long.

        Source:
            RFC 9051 4.3.
        """
        parts: list[bytes] = []
        while found := _LITERAL.search(line := await self.line()):
            size = int(found[1])
            if size > LITERAL_BYTES:
                raise HungUp
            await self.say("+ go ahead")
            parts += [line[: found.start()], await self._exactly(size)]
        return [*parts, line]

    async def say(self, *lines: str) -> None:
        """Say some lines."""
        self.tell(*lines)
        await self.flush()

    def tell(self, *lines: str) -> None:
        """Say some lines, without waiting until they are on their way."""
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())

    def write(self, data: bytes) -> None:
        """Say some bytes, without waiting until they are on their way."""
        self._writer.write(data)

    async def flush(self) -> None:
        """Wait until what was said is on its way.

        Raises:
            HungUp: Nobody is there.
        """
        try:
            await self._writer.drain()
        except ConnectionError:
            raise HungUp from None

    def close(self) -> None:
        """Hang up."""
        self._writer.transport.abort()

    async def _exactly(self, size: int) -> bytes:
        try:
            return await self._reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):
            raise HungUp from None
