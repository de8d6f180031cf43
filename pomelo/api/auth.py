"""Who calls: the key of a request, found in HTTP Basic or `access_token`, and its owner.

Source: API reference 1.2. A key is compared by its SHA-256 alone, and kept nowhere.
"""

import asyncio
import binascii
import hashlib
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from pomelo.api.call import Caller
from pomelo.api.parameters import QueryInvalid, pairs
from pomelo.base.clock import monotonic
from pomelo.base.errors import Invalid, Unauthenticated

FindCaller = Callable[[bytes], Awaitable[Caller | None]]

KEEP_SECONDS: Final = 1.0
KEEP_KEYS: Final = 10_000
_STANDARD: Final = bytes.maketrans(b"-_", b"+/")


class NoKey(Invalid):
    """No API key provided"""


class WrongKey(Unauthenticated):
    """The authentication you supplied is incorrect"""


def find_key(headers: Mapping[bytes, bytes], query: bytes) -> bytes:
    """Find the key that came with a request; the header goes before the query.

    Raises:
        NoKey: There is none.
        WrongKey: The header is not HTTP Basic (Bearer is not taken).
    """
    header = headers.get(b"authorization")
    key = _from_header(header) if header is not None else _from_query(query)
    if not key:
        raise NoKey
    return key


def _from_header(header: bytes) -> bytes:
    """Read HTTP Basic (RFC 7617), in either base64 alphabet, padded or not.

    lemlist's user name is empty; whatever stands there means nothing, and who gave only a
    user name gave the key.
    """
    scheme, _, coded = header.strip().partition(b" ")
    if scheme.lower() != b"basic":
        raise WrongKey
    letters = coded.strip().rstrip(b"=").translate(_STANDARD)
    try:
        plain = b64decode(letters + b"=" * (-len(letters) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise WrongKey from None
    name, _, key = plain.partition(b":")
    return key or name


def _from_query(query: bytes) -> bytes:
    if b"access_token" not in query:
        return b""
    try:
        return dict(pairs(query)).get("access_token", "").encode()
    except QueryInvalid:
        raise WrongKey from None


class Authenticator:
    """Finds callers by key, and remembers each for a second at most.

    So a revoked key ends within a second, and a busy one costs one look-up a second, which
    all requests that wait for it share.

    Args:
        find_caller: Looks a key's SHA-256 up; raises Forbidden for a blocked user.
    """

    def __init__(self, find_caller: FindCaller) -> None:
        self._find_caller = find_caller
        self._kept: dict[bytes, tuple[float, asyncio.Task[Caller | None]]] = {}

    async def find(self, headers: Mapping[bytes, bytes], query: bytes) -> Caller:
        """Find who calls.

        Raises:
            NoKey, WrongKey: No key, or nobody's.
            Forbidden: The key's user is blocked.
            Unavailable: The database is away.
        """
        # What carries the key stands for it, so that a header need not be taken apart again.
        carrier = headers.get(b"authorization") or b"key " + find_key(headers, query)
        mark = hashlib.sha256(carrier).digest()
        until, task = self._kept.get(mark, (0.0, None))
        if task is None or monotonic() >= until or _failed(task):
            task = self._look_up(mark, hashlib.sha256(find_key(headers, query)).digest())
        caller = task.result() if task.done() else await asyncio.shield(task)
        if caller is None:
            raise WrongKey
        return caller

    def _look_up(self, mark: bytes, digest: bytes) -> "asyncio.Task[Caller | None]":
        if len(self._kept) >= KEEP_KEYS:
            self._kept.clear()
        task = asyncio.create_task(self._ask(digest))
        self._kept[mark] = (monotonic() + KEEP_SECONDS, task)
        return task

    async def _ask(self, digest: bytes) -> Caller | None:
        return await self._find_caller(digest)


def _failed(task: "asyncio.Task[Caller | None]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)
