"""From what an operation gave back to messages of ASGI, with a deadline for slow readers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import lru_cache
from typing import Final

import msgspec
from starlette.responses import FileResponse, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pomelo.api.answers import (
    CSV,
    JSON,
    TEXT,
    Csv,
    FileAnswer,
    Json,
    Raw,
    Stream,
    Text,
    attachment,
)
from pomelo.base.clock import monotonic
from pomelo.base.errors import NotFound

# A piece of an answer that nobody takes for so long is given up, and the answer with it.
WRITE_SECONDS: Final = 60.0
# Whoever takes less for longer than that is given up as well.
LEAST_BYTES_A_SECOND: Final = 16 * 1024

HeaderList = list[tuple[bytes, bytes]]
encode: Final = msgspec.json.Encoder().encode


class FileGone(NotFound):
    """This file is no longer kept; start a new export."""


class Whole(msgspec.Struct, frozen=True):
    """An answer that is complete: status, headers of its own, bytes."""

    status: int
    headers: HeaderList
    body: bytes


Response = Whole | ASGIApp


class _Stream(StreamingResponse):
    """An answer in pieces, which lets go of its source however it ends.

    Its first piece is made before anything is sent: what fails at once can still be told.
    """

    def __init__(
        self, pieces: AsyncIterator[bytes], media: str, headers: dict[str, str] | None = None
    ) -> None:
        self._pieces = pieces
        super().__init__(pieces, media_type=media, headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] == "HEAD":
                await send_whole(send, Whole(self.status_code, self.raw_headers, b""), [])
                return
            first = await anext(self._pieces, b"")
            self.body_iterator = self._all(first)
            await super().__call__(scope, receive, send)
        finally:
            if (close := getattr(self._pieces, "aclose", None)) is not None:
                await close()

    async def _all(self, first: bytes) -> AsyncIterator[bytes]:
        yield first
        async for piece in self._pieces:
            yield piece


def whole(status: int, media: str, body: bytes, headers: HeaderList | None = None) -> Whole:
    """Make a complete answer."""
    own = [(b"content-type", media.encode("latin-1")), (b"content-length", b"%d" % len(body))]
    return Whole(status, own + headers if headers else own, body)


def response(answer: object, status: int) -> Response:
    """Turn what an operation gave back into a response; what is no answer becomes JSON.

    Raises:
        FileGone: The file is not on the disk any more.
    """
    make = _MAKERS.get(type(answer))
    if make is not None:
        return make(answer)
    if answer is None:
        return whole(status, TEXT, b"")
    return whole(status, JSON, encode(answer))


def _json(answer: Json) -> Response:
    return whole(answer.status, JSON, encode(answer.value), _encoded(answer.headers))


def _text(answer: Text) -> Response:
    return whole(answer.status, TEXT, answer.text.encode())


def raw(answer: Raw) -> Whole:
    """Make a complete answer of bytes as they are."""
    return whole(answer.status, answer.media, answer.body, _encoded(answer.headers))


def _csv(answer: Csv) -> Response:
    return _Stream(answer.chunks, CSV, {"content-disposition": attachment(answer.filename)})


def _stream(answer: Stream) -> Response:
    return _Stream(answer.chunks, answer.media)


def _file(answer: FileAnswer) -> Response:
    try:
        found = answer.path.stat()
    except FileNotFoundError:
        raise FileGone from None
    return FileResponse(
        answer.path,
        media_type=answer.media,
        stat_result=found,
        headers={"content-disposition": attachment(answer.filename)},
    )


_MAKERS: Final[dict[type, Callable[..., Response]]] = {
    Json: _json,
    Text: _text,
    Raw: raw,
    Csv: _csv,
    Stream: _stream,
    FileAnswer: _file,
}


@lru_cache(maxsize=256)
def _encoded(headers: tuple[tuple[str, str], ...]) -> HeaderList:
    """Encode headers; a line break in one would be a header of somebody else's."""
    for name, value in headers:
        if not (name + value).isprintable():
            raise ValueError(f"header {name!r} holds a control character")
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]


async def send_whole(send: Send, answer: Whole, headers: HeaderList) -> None:
    """Send a complete answer, with further headers; the server drops the body for HEAD."""
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": answer.headers + headers,
        }
    )
    await send({"type": "http.response.body", "body": answer.body})


class Watched:
    """A `send` for an answer in pieces: adds headers, knows the status, bears no trickle.

    A minute of waiting is borne; each piece that is taken buys as much time as it would take at
    the least rate, and what it took is paid.
    """

    def __init__(self, send: Send, headers: HeaderList) -> None:
        self._send = send
        self._headers = headers
        self.status: int | None = None
        self._left_seconds = WRITE_SECONDS

    async def __call__(self, message: Message) -> None:
        """Send one message.

        Raises:
            TimeoutError: The client took too little for too long.
        """
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": [*message.get("headers", ()), *self._headers]}
        began = monotonic()
        async with asyncio.timeout(self._left_seconds):
            await self._send(message)
        earned = len(message.get("body", b"")) / LEAST_BYTES_A_SECOND
        left = self._left_seconds + earned - (monotonic() - began)
        self._left_seconds = min(left, WRITE_SECONDS)
