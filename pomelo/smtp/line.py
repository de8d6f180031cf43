"""A line to a mail server once it is open: commands out, replies in, nothing assumed.

aiosmtplib opens and secures it. From then on mails go through here, because commands can
share a packet (RFC 2920) and because a lost line must say whether all of a mail had left.
"""

import asyncio
import re
from collections import deque
from typing import Final

from pomelo.base.tls import Secured, secured
from pomelo.messages import Reply, read_reply
from pomelo.smtp.outcomes import Reason

# Generous over any real reply (RFC 5321 4.5.3.1.5 knows lines of 512), small for memory.
REPLY_BYTES: Final = 64 * 1024
UNASKED: Final = 8
_REPLY_LINE: Final = re.compile(rb"([2-5]\d\d)(?:([ -])([^\n]*))?\r?\n")


class Broken(Exception):
    """The line cannot be used any more; `reason` says what happened to it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Line(asyncio.Protocol):
    """Takes over an open transport, on which nothing is under way."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._unread = bytearray()
        self._said: list[bytes] = []
        self._said_bytes = 0
        self._replies: deque[Reply] = deque()
        self._broken: Reason | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self.is_full = False
        """Whether bytes written wait in this process; stays as it was when the line broke."""
        transport.set_protocol(self)
        # One byte, because TLS transports take 0 for "full even when empty".
        transport.set_write_buffer_limits(high=1, low=0)

    @property
    def is_open(self) -> bool:
        """Tell whether a command may be written: alive, and nothing came unasked."""
        return self._broken is None and not self._replies and not self._transport.is_closing()

    @property
    def secured(self) -> Secured | None:
        """What protects it; None for one in clear."""
        return secured(self._transport.get_extra_info("ssl_object"))

    @property
    def has_answered(self) -> bool:
        """Tell whether a reply is there that nobody has taken."""
        return bool(self._replies)

    def write(self, *parts: bytes) -> None:
        """Write in one go; raises Broken when the line is, or when the server spoke unasked."""
        if not self.is_open:
            raise Broken(self._broken or Reason.CLOSED)
        self._transport.write(b"".join(parts))
        if self._transport.is_closing():  # Writing itself failed, so none of it has left.
            self.is_full = True

    async def reply(self, *, within: float) -> Reply:
        """Take the next reply.

        Args:
            within: Seconds to wait for it.

        Raises:
            Broken: None came in time, or what came was not one.
        """
        if not self._replies:
            await self._wait(within, until_drained=False)
        return self._replies.popleft()

    async def drain(self, *, within: float) -> bool:
        """Wait until every byte written has left this process.

        Args:
            within: Seconds to wait.

        Returns:
            Whether they have left; no if the server answered before.

        Raises:
            Broken: Neither happened in time, or the line was lost.
        """
        if self.is_full and not self._replies:
            await self._wait(within, until_drained=True)
        return not self.is_full

    async def close(self, *, within: float) -> None:
        """Hang up, and wait `within` seconds at most until it is done."""
        self._transport.close()
        await asyncio.wait([self._ended], timeout=within)

    def abort(self) -> None:
        """Drop the line now, and with it all that has not left this process."""
        self._break(Reason.CLOSED)
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Take bytes from the server."""
        self._unread += data
        while self._broken is None and (found := _REPLY_LINE.match(self._unread)):
            code, mark, words = found.groups()
            self._take(int(code), words or b"", found.end(), is_last=mark != b"-")
        size = len(self._unread) + self._said_bytes
        if b"\n" in self._unread or size > REPLY_BYTES or len(self._replies) > UNASKED:
            self._break(Reason.GARBLED)

    def connection_lost(self, exc: Exception | None) -> None:
        """Learn that the line is gone."""
        self._break(Reason.CLOSED)
        if not self._ended.done():
            self._ended.set_result(None)

    def pause_writing(self) -> None:
        """Learn that bytes wait in this process."""
        self.is_full = True

    def resume_writing(self) -> None:
        """Learn that all bytes have left this process."""
        if self._broken is None:
            self.is_full = False
        self._wake()

    def _take(self, code: int, words: bytes, size: int, *, is_last: bool) -> None:
        del self._unread[:size]
        self._said.append(words)
        self._said_bytes += size
        if is_last:
            self._replies.append(read_reply(code, b"\n".join(self._said)))
            self._said.clear()
            self._said_bytes = 0
            self._wake()

    def _break(self, reason: Reason) -> None:
        self._broken = self._broken or reason
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _wait(self, within: float, *, until_drained: bool) -> None:
        timer = self._loop.call_later(within, self._break, Reason.TIMED_OUT)
        try:
            while not self._replies and (self.is_full or not until_drained):
                if self._broken is not None:
                    raise Broken(self._broken)
                self._waiter = self._loop.create_future()
                await self._waiter
        finally:
            timer.cancel()
