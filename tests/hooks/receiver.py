"""A receiver of hooks on this machine that behaves, or misbehaves as it is told to."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from pomelo.base import clock

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Act = Callable[[asyncio.StreamWriter], Awaitable[None]]
Answer = bytes | Act


@dataclass(frozen=True)
class Told:
    """One POST, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


def status(code: int, *headers: str) -> bytes:
    """An answer without a body."""
    lines = [f"HTTP/1.1 {code} Said", "Content-Length: 0", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def hang(_: asyncio.StreamWriter) -> None:
    """Never answer."""
    await asyncio.Event().wait()


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Close the connection instead of answering."""
    writer.close()


class Receiver:
    """Takes POSTs and answers them.

    Args:
        answer: What it answers to each: bytes as they are, or whatever it does instead.
    """

    def __init__(self, answer: Callable[[Told], Answer] = lambda _: OK) -> None:
        self.answer = answer
        self.told: list[Told] = []
        self.connections = 0
        self.busy = 0
        self.busiest = 0
        self.port = 0
        self.came = asyncio.Event()
        self.scheme = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/pomelo"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.told]

    @property
    def types(self) -> list[str]:
        return [one.json["type"] for one in self.told]

    async def until(self, count: int, seconds: float = 20) -> None:
        """Wait until so many things have been told, each once or more often."""
        async with asyncio.timeout(seconds):
            while len(self.told) < count or len(set(self.ids)) < count:
                self.came.clear()
                await self.came.wait()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                await self._once(reader, writer)
        writer.close()

    async def _once(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        parts = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in parts}
        body = await reader.readexactly(int(headers["content-length"]))
        told = Told(first.split(" ")[1], headers, body, clock.monotonic())
        self.told.append(told)
        self.came.set()
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            await self._answer(self.answer(told), writer)
        finally:
            self.busy -= 1

    async def _answer(self, answer: Answer, writer: asyncio.StreamWriter) -> None:
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
        else:
            await answer(writer)


@asynccontextmanager
async def receiving(
    answer: Callable[[Told], Answer] = lambda _: OK,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Receiver]:
    """Have a receiver."""
    receiver = Receiver(answer)
    tasks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        # The stream server asks a cancelled task for its error, and is told of one.
        with suppress(asyncio.CancelledError):
            await receiver.talk(reader, writer)
        tasks.discard(task)
        writer.transport.abort()

    server = await asyncio.start_server(talk, host, port, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    receiver.scheme = "https" if tls else "http"
    try:
        yield receiver
    finally:
        server.close()
        for task in tasks.copy():
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
