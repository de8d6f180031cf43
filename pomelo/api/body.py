"""A request's body, read within its limits: no more bytes and no longer than allowed.

Granian limits neither, so a body is counted and timed here, while it comes.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Final

from starlette.types import Message, Receive

from pomelo.base.errors import Invalid, PomeloError, TooLarge, TooSlow, UnsupportedMedia

# So long what is too large is still taken and thrown away, so that the client, busy sending,
# comes to reading why.
SWALLOW_SECONDS: Final = 0.5


class BodyBroken(Invalid):
    """The body ended before its time or its chunks are malformed; send it again."""


class Body:
    """The body of one request.

    Args:
        headers: The request's headers.
        receive: Gives its messages.
        limit_bytes: The most that is taken.
        seconds: How long all of it may take.
    """

    _loop: asyncio.AbstractEventLoop

    def __init__(
        self, headers: Mapping[bytes, bytes], receive: Receive, limit_bytes: int, seconds: float
    ) -> None:
        self._receive = receive
        self._limit = limit_bytes
        self._left = limit_bytes
        self._seconds = seconds
        self._deadline = 0.0
        is_chunked = b"transfer-encoding" in headers
        self._announced = 0 if is_chunked else int(headers.get(b"content-length", b"0"))
        self._is_open = is_chunked or self._announced > 0
        self._headers = headers

    async def read(self) -> bytes:
        """Read all of it.

        Raises:
            TooLarge, TooSlow: It goes beyond its limits.
            BodyBroken: It does not end as announced.
            UnsupportedMedia: It is compressed: nobody knows how much comes out.
        """
        if not self._is_open:
            return b""
        self._begin()
        pieces = [await self._next()]
        while not self._ended():
            pieces.append(await self._next())
        return b"".join(pieces)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give it piece by piece; raises as `read` does."""
        if self._is_open:
            self._begin()
        while not self._ended():
            yield await self._next()

    def _begin(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._deadline = self._loop.time() + self._seconds
        coding = self._headers.get(b"content-encoding", b"identity").strip().lower()
        if coding not in (b"identity", b""):
            raise UnsupportedMedia

    def _ended(self) -> bool:
        return not self._is_open

    async def _next(self) -> bytes:
        message = await self._message()
        if message["type"] != "http.request":
            self._is_open = False
            raise BodyBroken
        chunk: bytes = message.get("body", b"")
        self._left -= len(chunk)
        # What was announced is all there is: waiting for a last, empty message costs a turn.
        is_whole = 0 < self._announced <= self._limit - self._left
        self._is_open = message.get("more_body", False) and not is_whole
        if self._left < 0 or self._announced > self._limit:
            await self._swallow()
            raise too_large(self._limit)
        return chunk

    async def _message(self) -> Message:
        """Wait for the next message, not beyond the deadline.

        As `asyncio.timeout_at`, which asks twice more which loop this is: CPython 3.11 makes
        a system call of each such question, and here every request passes.
        """
        task = asyncio.current_task(self._loop)
        assert task is not None
        late: list[bool] = []
        timer = self._loop.call_at(self._deadline, lambda: late.append(task.cancel()))
        try:
            return await self._receive()
        except asyncio.CancelledError:
            if late and task.uncancel() == 0:
                raise TooSlow from None
            raise
        finally:
            timer.cancel()

    async def _swallow(self) -> None:
        try:
            async with asyncio.timeout(SWALLOW_SECONDS):
                while self._is_open:
                    message = await self._receive()
                    self._is_open = message.get("more_body", False)
        except TimeoutError:
            pass


def too_large(limit_bytes: int) -> PomeloError:
    """Say how much is taken at most."""
    return TooLarge(f"The body is too large; send at most {limit_bytes // 1_000_000} MB.")
