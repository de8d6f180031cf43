"""One HTTP call to another system, and what came of it; the answer's body is not kept."""

import asyncio
import ssl
from collections.abc import Iterator
from typing import Final

import httpcore
import httpx

from pomelo.base import clock, outgoing_http
from pomelo.base.faults import Answer, Fault
from pomelo.base.outgoing import Guard, HostInvalid, HostRefused, HostUnknown

SECONDS: Final = 15.0
# An answer that is read to its end leaves the line open for the next one; not at any price.
DRAIN_SECONDS: Final = 0.5
_FAULTS: Final[tuple[tuple[type[BaseException], Fault], ...]] = (
    (TimeoutError, Fault.TIMED_OUT),
    (HostUnknown, Fault.UNRESOLVED),
    (HostRefused, Fault.REFUSED),
    (HostInvalid, Fault.REFUSED),
    (httpcore.RemoteProtocolError, Fault.GARBLED),
    (httpcore.ConnectError, Fault.UNREACHABLE),
    (httpcore.NetworkError, Fault.CLOSED),
    (OSError, Fault.CLOSED),
    (httpx.InvalidURL, Fault.INVALID),
    (httpcore.LocalProtocolError, Fault.INVALID),
    (ValueError, Fault.INVALID),
)
FAILURES: Final[tuple[type[BaseException], ...]] = (
    *(kind for kind, _ in _FAULTS),
    httpcore.ProtocolError,
)


class Caller:
    """Calls other systems; its connections are kept.

    Args:
        guard: Says which may be reached.
        context: Which certificates are trusted.
    """

    def __init__(self, guard: Guard, context: ssl.SSLContext) -> None:
        self._client = outgoing_http.client(guard, context)

    async def call(
        self, url: str, body: bytes, headers: dict[str, str], *, method: str = "POST"
    ) -> Answer:
        """Call another system; it has 15 seconds.

        Args:
            url: Where.
            body: What is said; JSON unless the headers say otherwise.
            headers: Beside the usual ones.
            method: HTTP's word for it.
        """
        began = clock.monotonic()
        given = {"Content-Type": "application/json", **headers} if body else headers
        said = [(name.encode(), value.encode()) for name, value in given.items()]
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._client.stream(method, url, content=body, headers=said) as answer,
            ):
                took = _milliseconds(began)
                await _drain(answer)
        except FAILURES as error:
            return Answer(None, _fault(error), _milliseconds(began))
        status = answer.status_code
        again = answer.headers.get("retry-after", "")
        return Answer(status, _fault_of_status(status), took, again)

    async def close(self) -> None:
        """Hang up."""
        await self._client.aclose()


async def _drain(answer: httpx.Response) -> None:
    """Read what follows and forget it; whatever is wrong with it, the answer has been given."""
    try:
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in answer.aiter_raw():
                pass
    except FAILURES:
        return


def _fault_of_status(status: int) -> Fault | None:
    if 200 <= status < 300:
        return None
    return Fault.REDIRECT if 300 <= status < 400 else Fault.STATUS


def _fault(error: BaseException) -> Fault:
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        return Fault.TLS_FAILED
    return next((fault for kind, fault in _FAULTS if isinstance(error, kind)), Fault.GARBLED)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _milliseconds(began: float) -> int:
    return round((clock.monotonic() - began) * 1000)
