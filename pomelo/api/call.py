"""What an operation is given: who calls, with what, when, and the parts of this server."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar, cast

import msgspec

from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.senders import Freshness
from pomelo.teams import Caller

__all__ = ["AppState", "Call", "Caller"]

Q = TypeVar("Q")
B = TypeVar("B")
Part = TypeVar("Part")
Check = Callable[[], Awaitable[str | None]]


@dataclass(frozen=True)
class AppState:
    """What all calls share; made once, when the server starts.

    Args:
        database: The pool.
        clock: Gives every call its `now`.
        public_url: How the world reaches this server, without a slash at the end.
        parts: What single sections need (group commits, directories), by its class.
        checks: Asked by GET /health beside the database; each gives None or, as a
            sentence, the reason why the server is not ready.
        freshness: How old the last reading of a mailbox may be when a follow-up leaves.
        is_unsafe: Whether something about the set-up is, which GET /health says.
    """

    database: Database
    clock: Clock
    public_url: str
    parts: Mapping[type, object] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    freshness: Freshness = field(default_factory=Freshness)
    is_unsafe: bool = False

    def part(self, kind: type[Part]) -> Part:
        """Give the one part of this class, as the app builder was told.

        Raises:
            KeyError: The app was built without it.
        """
        return cast("Part", self.parts[kind])


class Call(msgspec.Struct, Generic[Q, B], frozen=True, kw_only=True):
    """One request, decoded and checked.

    Args:
        caller: Whose key came; on a public operation without a key, asking raises.
        path: The path's parameters, decoded once.
        query: The query's parameters, typed.
        body: The body, typed; None when the operation takes none.
        now: When the request came.
        state: What all calls share.
        client: The address the request came from.
        headers: All headers, names in lower case.
        method: As sent, so HEAD can be told from GET.
        found_caller: `caller`, or None.
    """

    path: Mapping[str, str]
    query: Q
    body: B
    now: datetime
    state: AppState
    client: str
    headers: Mapping[str, str]
    method: str
    found_caller: Caller | None

    @property
    def caller(self) -> Caller:
        """Whose key came; operations for members always have one."""
        if self.found_caller is None:
            raise LookupError("a public operation asked who calls; use found_caller")
        return self.found_caller

    def __repr__(self) -> str:
        """Show nothing of what came: headers and body hold keys and passwords."""
        return f"Call({self.method} by {self.client})"
