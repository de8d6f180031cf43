"""Lines and mails in, replies out: the sink's end of a connection."""

import asyncio
import ssl
from typing import Final

COMMAND_BYTES: Final = 1024
MAIL_BYTES: Final = 10 * 1024 * 1024
_END: Final = b"\r\n.\r\n"


class HungUp(Exception):
    """The conversation is over."""


class Wire:
    """Reads ahead, and answers only when it must wait, so that pipelining pays (RFC 2920)."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._unread = bytearray()
        self._unsaid = bytearray()
        self.is_secure = writer.get_extra_info("sslcontext") is not None

    async def line(self) -> bytes:
        """Read a command, without its CRLF; raises HungUp when there is none."""
        while (end := self._unread.find(b"\r\n")) < 0:
            if len(self._unread) > COMMAND_BYTES:
                await self.hang_up("500 5.5.2 line too long")
            await self._more()
        line = bytes(self._unread[:end])
        del self._unread[: end + 2]
        return line

    async def mail(self) -> bytes:
        """Read a mail up to its dot, and undo the stuffing of dots (RFC 5321 4.5.2)."""
        if len(self._unread) < 3:
            await self._more()
        if self._unread.startswith(_END[2:]):
            del self._unread[:3]
            return b""
        sought = 0
        while (end := self._unread.find(_END, sought)) < 0:
            sought = max(0, len(self._unread) - len(_END))
            if sought > MAIL_BYTES:
                await self.hang_up("552 5.3.4 too large")
            await self._more()
        raw = b"\r\n" + self._unread[: end + 2]
        del self._unread[: end + len(_END)]
        return raw.replace(b"\r\n.", b"\r\n")[2:]

    def say(self, text: str) -> None:
        """Answer, soon; surrogates become the bytes they stand for."""
        self._unsaid += text.encode("utf-8", "surrogateescape") + b"\r\n"

    async def flush(self) -> None:
        """Answer now."""
        if self._unsaid:
            self._writer.write(bytes(self._unsaid))
            self._unsaid.clear()
            await self._writer.drain()

    async def hang_up(self, text: str) -> None:
        """Say a last word and raise HungUp."""
        self.say(text)
        await self.flush()
        raise HungUp

    async def secure(self, context: ssl.SSLContext, text: str) -> None:
        """Answer and go on in TLS; whoever said more in clear is hung up on (RFC 3207 5)."""
        if self._unread:
            raise HungUp
        self.say(text)
        await self.flush()
        await self._writer.start_tls(context)
        self.is_secure = True

    def close(self) -> None:
        """Let go of the connection."""
        self._writer.transport.abort()

    async def _more(self) -> None:
        await self.flush()
        more = await self._reader.read(65536)
        if not more:
            raise HungUp
        self._unread += more
