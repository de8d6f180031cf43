"""One request on its way through the edge, and what is known of it so far."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from pomelo.api.call import Caller
from pomelo.api.parameters import PathInvalid, segments
from pomelo.api.proxies import Proxies
from pomelo.api.ratelimit import Quota
from pomelo.api.router import Endpoint
from pomelo.base import log
from pomelo.base.errors import PomeloError
from pomelo.base.secret import STARS

# Below these a segment of the path is a right by itself: whoever reads it may use it.
RIGHTS: Final = (("t", "*"), ("api", "files", "exports"))


class Exchange:
    """A request: its messages, its headers, and what the edge has found out."""

    __slots__ = (
        "caller", "client", "endpoint", "headers", "is_api", "now", "parts", "path_refusal",
        "quota", "receive", "refusal", "scheme", "scope", "send", "status",
    )  # fmt: skip

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, *, now: datetime, proxies: Proxies
    ) -> None:
        self.scope = scope
        self.receive = receive
        self.send = send
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self.parts, self.path_refusal = _decoded(scope["raw_path"])
        self.is_api = self.parts[:1] == ["api"]
        self.client = proxies.client_of(scope, self.headers)
        self.scheme = proxies.scheme_of(scope, self.headers)
        self.now = now
        self.caller: Caller | None = None
        self.refusal: PomeloError | None = None
        self.quota: Quota | None = None
        self.endpoint: Endpoint | None = None
        self.status = 500

    @property
    def address(self) -> str:
        """The path and query as they came, with stars for what gives a right, for the log."""
        query: bytes = self.scope["query_string"]
        path: str = self.scope["raw_path"].decode("latin-1")
        for right in RIGHTS:
            if _begins(self.parts, right):
                path = "/".join([*path.split("/")[: len(right) + 1], STARS])
        return log.mask_url(f"{path}?{query.decode('latin-1')}" if query else path)


def _decoded(raw_path: bytes) -> tuple[list[str], PathInvalid | None]:
    """Decode a path, once; of one that nobody can read, the parts are as good as they get."""
    try:
        return segments(raw_path), None
    except PathInvalid as refusal:
        return [unquote(part) for part in raw_path.decode("latin-1").split("/")[1:]], refusal


def _begins(parts: list[str], beginning: tuple[str, ...]) -> bool:
    is_longer = len(parts) > len(beginning)
    return is_longer and all(b in ("*", a) for a, b in zip(parts, beginning, strict=False))
