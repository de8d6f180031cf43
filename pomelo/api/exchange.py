"""One request on its way through the edge, and what is known of it so far."""

from collections.abc import Mapping
from datetime import datetime

from starlette.types import Receive, Scope, Send

from pomelo.api.call import Caller
from pomelo.api.ratelimit import Quota
from pomelo.api.router import Endpoint
from pomelo.base import log
from pomelo.base.errors import PomeloError


class Exchange:
    """A request: its messages, its headers, and what the edge has found out."""

    __slots__ = (
        "caller", "client", "endpoint", "headers", "is_api", "now", "quota", "receive", "refusal",
        "scope", "send", "status",
    )  # fmt: skip

    def __init__(self, scope: Scope, receive: Receive, send: Send, now: datetime) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        path: bytes = scope["raw_path"]
        self.is_api = path.startswith(b"/api/") or path == b"/api"
        self.client = ""
        self.now = now
        self.caller: Caller | None = None
        self.refusal: PomeloError | None = None
        self.quota: Quota | None = None
        self.endpoint: Endpoint | None = None
        self.status = 500

    @property
    def address(self) -> str:
        """The path and query as they came, with the key in it masked, for the log."""
        query: bytes = self.scope["query_string"]
        path: str = self.scope["raw_path"].decode("latin-1")
        return log.mask_url(f"{path}?{query.decode('latin-1')}") if query else path


def client_of(scope: Scope, headers: Mapping[bytes, bytes], trusted: frozenset[str]) -> str:
    """Give the address a request came from; behind trusted proxies, the one they saw.

    X-Forwarded-For is read from its end, for its beginning is whatever the client wrote.
    """
    address: str = scope["client"][0] if scope.get("client") else ""
    if address in trusted:
        hops = headers.get(b"x-forwarded-for", b"").decode("latin-1").split(",")
        for hop in reversed([hop.strip() for hop in hops if hop.strip()]):
            address = hop
            if hop not in trusted:
                break
    return address[:64]
