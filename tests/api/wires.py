"""Ways to call a server in tests: within the process, and over connections of raw bytes."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.types import ASGIApp

from pomelo.base.listen import Limits, serve_http
from tests.api.toy import BASIC


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


async def ask(
    app: ASGIApp,
    method: str,
    target: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    client: str = "192.0.2.7",
) -> Answer:
    """Send one request through ASGI, with the key unless other headers are given."""
    path, _, query = target.partition("?")
    given = {"authorization": BASIC} if headers is None else dict(headers)
    given |= {"content-length": str(len(body))} if body else {}
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "client": (client, "1234"), "extensions": {},
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in given.items()],
        "asgi": {"version": "3.0", "spec_version": "2.3"},
    }  # fmt: skip
    answer = Answer(0, {}, b"")
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return messages.pop() if messages else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")

    await app(scope, receive, send)
    return answer


@asynccontextmanager
async def running(app: ASGIApp, limits: Limits | None = None) -> AsyncIterator[int]:
    """Serve with the real server, on a free port."""
    stop = asyncio.Event()
    bound: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        serve_http(app, "127.0.0.1", 0, stop, bound=bound, limits=limits or Limits())
    )
    try:
        yield await bound
    finally:
        stop.set()
        await asyncio.wait_for(serving, 15)


class Wire:
    """A connection over which a test says exactly the bytes it means."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def say(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()

    async def hear(self) -> Answer:
        """Read one answer; an answer in chunks is taken apart."""
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:])
        }
        if headers.get("transfer-encoding") == "chunked":
            body = await self._chunks()
        else:
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(int(head[0].split()[1]), headers, body)

    async def _chunks(self) -> bytes:
        body = b""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readexactly(2)
        return body

    async def is_closed(self) -> bool:
        return await self.reader.read() == b""


@asynccontextmanager
async def wire(port: int) -> AsyncIterator[Wire]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()


def request(method: str, target: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    lines = [b"%s %s HTTP/1.1" % (method.encode(), target), b"Host: x", *headers]
    lines += [b"Authorization: " + BASIC.encode()]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def raw(port: int, method: str, target: bytes, *headers: bytes, body: bytes = b"") -> Answer:
    """One request over a connection of its own."""
    async with wire(port) as connection:
        await connection.say(request(method, target, *headers, body=body))
        return await asyncio.wait_for(connection.hear(), 10)
