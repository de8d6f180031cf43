"""A browser's way back to a command: a web server on this machine that waits for one address.

Source: RFC 8252 7.3 and 8.3 (a literal loopback address, any port).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from pomelo.api.public_pages import page
from pomelo.base.errors import Conflict
from pomelo.senders import CALLBACK_PATH

HOST: Final = "127.0.0.1"
LINE_BYTES: Final = 16 * 1024
REQUEST_SECONDS: Final = 10.0
CAME: Final = ("Go on in the terminal", "It says what came of this; close this page.")
NOTHING: Final = ("There is nothing here", "Open the address that the terminal shows.")


class PortTaken(Conflict):
    """Another program listens on that port; leave --port away, or choose another."""


class Loopback:
    """Waits for the browser that brings back a state; whoever else calls is sent away."""

    def __init__(self) -> None:
        self.port = 0
        self._state = ""
        self._came: asyncio.Future[Mapping[str, str]] = asyncio.get_running_loop().create_future()

    async def wait(self, state: str, *, seconds: float) -> Mapping[str, str] | None:
        """Wait some time for the browser, and give everything that it brings."""
        self._state = state
        await asyncio.wait((self._came,), timeout=seconds)
        return self._came.result() if self._came.done() else None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        try:
            async with asyncio.timeout(REQUEST_SECONDS):
                brought = _read(await reader.readline())
                while (await reader.readline()).strip():
                    pass
                writer.write(self._answer(brought))
                await writer.drain()
        except (OSError, TimeoutError, ValueError):
            pass  # a browser that went away, or something that is none
        finally:
            writer.close()

    def _answer(self, brought: Mapping[str, str]) -> bytes:
        is_ours = bool(self._state) and brought.get("state") == self._state
        if is_ours and not self._came.done():
            self._came.set_result(brought)
        body = page(200 if is_ours else 404, *(CAME if is_ours else NOTHING)).body
        head = (
            f"HTTP/1.1 {'200 OK' if is_ours else '404 Not Found'}\r\n"
            "Content-Type: text/html; charset=utf-8\r\nReferrer-Policy: no-referrer\r\n"
            f"Cache-Control: no-store\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def _read(line: bytes) -> Mapping[str, str]:
    """Read what a request line brings; nothing unless it asks for our address."""
    method, _, rest = line.decode("latin-1").partition(" ")
    target = urlsplit(rest.partition(" ")[0])
    if method != "GET" or target.path != CALLBACK_PATH:
        return {}
    return dict(parse_qsl(target.query))


@asynccontextmanager
async def listening(port: int) -> AsyncIterator[Loopback]:
    """Listen on this machine alone.

    Args:
        port: Where; 0 = anywhere.

    Raises:
        PortTaken: Somebody is there.
    """
    loopback = Loopback()
    try:
        server = await asyncio.start_server(loopback.talk, HOST, port, limit=LINE_BYTES)
    except OSError:
        raise PortTaken from None
    loopback.port = server.sockets[0].getsockname()[1]
    try:
        yield loopback
    finally:
        server.close()  # and no more: browsers keep lines open on which they say nothing
