"""HTTP to others: connects only where a guard allows, and takes only so much for an answer.

The guard sits where the connection is made, so neither a name that changes its address nor
a redirect nor a proxy of the environment gets past it.
"""

import ssl
from collections.abc import AsyncIterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpcore
import httpx

from pomelo import __version__
from pomelo.base.outgoing import Guard

HEADER_BYTES: Final = 32 * 1024
BODY_BYTES: Final = 64 * 1024
PIECE_BYTES: Final = 16 * 1024
# Many servers close what was idle for 5 s; who is quicker never writes to a closed line.
IDLE_SECONDS: Final = 4.0
IDLE_LINES: Final = 50
_END_OF_HEADERS: Final = b"\r\n\r\n"
_HEADERS: Final = {
    "User-Agent": f"Pomelo/{__version__}",
    "Accept": "*/*",
    # Nothing is unpacked here, so nothing small can become large.
    "Accept-Encoding": "identity",
}


class AnswerTooLarge(httpcore.RemoteProtocolError):
    """More came for an answer than is taken."""


def client(guard: Guard, context: ssl.SSLContext) -> httpx.AsyncClient:
    """Make a client to be kept and closed by its owner.

    It follows no redirect, keeps no cookie, reads nothing of the environment, and has no
    time-out of its own: whoever calls sets one over all.

    Args:
        guard: Says which addresses may be connected to.
        context: Which certificates are trusted; left as it is.
    """
    return httpx.AsyncClient(
        transport=_Guarded(guard, context),
        headers=_HEADERS,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
        timeout=None,  # noqa: S113 - see above
    )


class _Guarded(httpx.AsyncBaseTransport):
    """A pool of connections, each to an address that was judged.

    Its errors are httpcore's own, and the guard's.
    """

    def __init__(self, guard: Guard, context: ssl.SSLContext) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            # Theirs to change: the one that is used is shared with lines that carry mail.
            ssl_context=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            max_connections=None,
            max_keepalive_connections=IDLE_LINES,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=_Backend(guard, context),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        answer = await self._pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer))

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    """What follows an answer's headers."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._answer.aiter_stream():
            yield piece

    async def aclose(self) -> None:
        await self._answer.aclose()


class _Backend(httpcore.AsyncNetworkBackend):
    """Connects to the address that the guard has judged; TLS and Host keep the name."""

    def __init__(self, guard: Guard, context: ssl.SSLContext) -> None:
        self._guard = guard
        self._context = context
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self, host: str, port: int, *further: Any, **named: Any
    ) -> httpcore.AsyncNetworkStream:
        address = await self._guard.resolve(host, port)
        line = await self._network.connect_tcp(address, port, *further, **named)
        return _Metered(line, self._context)


class _Metered(httpcore.AsyncNetworkStream):
    """A line that breaks when more comes for an answer than is taken."""

    def __init__(self, line: httpcore.AsyncNetworkStream, context: ssl.SSLContext) -> None:
        self._line = line
        self._context = context
        self._begin()

    def _begin(self) -> None:
        self._left = HEADER_BYTES
        self._tail: bytes | None = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        piece = await self._line.read(min(max_bytes, PIECE_BYTES), timeout)
        if not piece and self._left == HEADER_BYTES:  # to the library it would be bad grammar
            raise httpcore.ReadError("closed before there was an answer")
        rest = len(piece) if self._tail is None else self._count_headers(self._tail, piece)
        self._take(rest)
        return piece

    def _count_headers(self, tail: bytes, piece: bytes) -> int:
        """Count what belongs to the headers, and give how much does not."""
        seen = tail + piece
        end = seen.find(_END_OF_HEADERS)
        if end < 0:
            self._tail = seen[1 - len(_END_OF_HEADERS) :]
            self._take(len(piece))
            return 0
        inside = end + len(_END_OF_HEADERS) - len(tail)
        self._take(inside)
        self._tail, self._left = None, BODY_BYTES
        return len(piece) - inside

    def _take(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise AnswerTooLarge

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        self._begin()
        await self._line.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._line.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        line = await self._line.start_tls(self._context, server_hostname, timeout)
        return _Metered(line, self._context)

    def get_extra_info(self, info: str) -> Any:
        return self._line.get_extra_info(info)
