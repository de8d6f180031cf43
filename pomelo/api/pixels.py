"""Pixels, answered before the edge: of this one request there may be thousands a second.

Nothing of what the edge does concerns them: they have no key, no limit, no query and no body.
What is not of this plainest form goes the whole way, to the same answer.
"""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from pomelo.api import respond
from pomelo.api.call import AppState
from pomelo.api.edge import SECURITY
from pomelo.api.tracking import PICTURE, PIXEL, Tracker
from pomelo.base import metrics
from pomelo.base.clock import monotonic
from pomelo.base.ids import MessageId
from pomelo.tracking import AGENT_LETTERS, OPEN, Hit

PATH: Final = b"/t/o/"


class Pixels:
    """Answers pixels of ours, and gives everything else to the edge.

    Args:
        edge: The application behind it.
        state: What all calls share.
    """

    def __init__(self, edge: ASGIApp, state: AppState) -> None:
        self._edge = edge
        self._clock = state.clock
        self._tracker = state.part(Tracker)
        self._picture = respond.raw(PICTURE)
        self._name = PIXEL.id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        message = self._message(scope)
        headers = dict(scope["headers"]) if message else {}
        if message is None or b"content-length" in headers or b"transfer-encoding" in headers:
            await self._edge(scope, receive, send)
            return
        began = monotonic()
        agent = headers.get(b"user-agent", b"")[:AGENT_LETTERS].decode("latin-1")
        await self._tracker.opens.add(Hit(OPEN, message, "GET", agent, self._clock.now()))
        await respond.send_whole(send, self._picture, SECURITY)
        metrics.count_request(self._name, self._picture.status, monotonic() - began)

    def _message(self, scope: Scope) -> MessageId | None:
        """Give the mail whose pixel is fetched; nothing when something else is wanted."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
            return None
        path: bytes = scope["raw_path"]
        if not path.startswith(PATH):
            return None
        found = self._tracker.signer.verify(OPEN, path[len(PATH) :].decode("latin-1"))
        return found[0] if found else None
