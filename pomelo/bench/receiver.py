"""A receiver of hooks: notes when it hears of each activity, or never answers."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from typing import Final

import msgspec

from pomelo.base import clock

SILENT: Final = "/silent"
_ANSWER: Final = b"HTTP/1.1 204 No Content\r\n\r\n"


class _Told(msgspec.Struct):
    """What is of interest in what a hook is told."""

    id: str = msgspec.field(name="_id")


class Receiver:
    """Listens on a port of this machine.

    Attributes:
        heard_at: When it heard of each activity, in seconds of the monotonic clock.
        port: Where it listens.
    """

    def __init__(self) -> None:
        self.heard_at: dict[str, float] = {}
        self.port = 0
        self._held: set[StreamWriter] = set()
        self._news = asyncio.Event()

    def url(self, path: str = "/") -> str:
        """Give the address of a path of it."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def holds(self, amount: int) -> None:
        """Wait until so many wait for an answer that never comes."""
        while len(self._held) < amount:
            await self._next()

    async def has_heard(self, activities: Collection[str]) -> None:
        """Wait until it has heard of all of these."""
        while not self.heard_at.keys() >= set(activities):
            await self._next()

    def hang_up(self) -> None:
        """Hang up on all those."""
        for writer in self._held:
            writer.close()
        self._held.clear()

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Talk to one client until it hangs up."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(_length(head))
                if head.startswith(f"POST {SILENT} ".encode()):
                    self._held.add(writer)
                    self._news.set()
                    return
                self.heard_at[msgspec.json.decode(body, type=_Told).id] = clock.monotonic()
                self._news.set()
                writer.write(_ANSWER)
        writer.close()

    async def _next(self) -> None:
        self._news.clear()
        await self._news.wait()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Have a receiver."""
    receiver = Receiver()
    async with await asyncio.start_server(receiver.serve, "127.0.0.1", 0) as server:
        receiver.port = server.sockets[0].getsockname()[1]
        yield receiver
        receiver.hang_up()


def _length(head: bytes) -> int:
    fields = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in fields if name == b"content-length"), 0)
