"""The contract: what an operation is. Everything the wire knows comes from these rows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Generic, TypeAlias

import msgspec

from pomelo.api.answers import JSON
from pomelo.api.call import B, Call, Q
from pomelo.base.errors import PomeloError

BODY_LIMIT_BYTES: Final = 1_000_000
BODY_SECONDS: Final = 30.0
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


class Permission(StrEnum):
    """Who may call an operation; each declares it, none has a default."""

    PUBLIC = "public"
    MEMBER = "member"


class NoQuery(msgspec.Struct, frozen=True):
    """No parameters."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Operation(Generic[Q, B]):
    """One row of the contract.

    Args:
        method: GET, POST, PUT, PATCH or DELETE (HEAD and OPTIONS come by themselves).
        path: From the root, with `{names}` for whole segments; a slash at the end is tolerated.
        run: What is done. Its answer is a struct, list or dict (JSON) or one of `answers`.
        permission: Who may.
        section: The page of the reference it belongs to.
        summary: A few words.
        text: Whatever else a caller must know, Markdown.
        query: The query's parameters.
        body: The body's shape; None when there is none or `has_open_body`.
        has_open_body: Any JSON object is taken, `call.body` is a plain dict.
        open_body: The keys known of an open body, for the reference only.
        body_media: Other than JSON: `call.body` is an iterator of the bytes as they come.
        body_limit_bytes: Beyond, 413.
        body_seconds: Longer, 408.
        is_body_required: If not, no body is read as `{}`.
        answer: The answer's type, for the reference.
        is_open_answer: Keys beyond the type's may come.
        media: The answer's media type.
        status: The answer's status.
        errors: What may be raised beyond what every operation raises.
        shape_error: Turns some of its errors into JSON; None leaves the plain sentence.
        allows_other_sites: Pages of other sites may call it though it changes something.
        name: For the operation id, where two rows share one function.
        example: An example body.
        answer_example: An example answer.
    """

    method: str
    path: str
    run: Callable[[Call[Q, B]], Awaitable[object]]
    permission: Permission
    section: str
    summary: str
    text: str = ""
    query: type[Q] = NoQuery  # type: ignore[assignment]
    body: type[B] | None = None
    has_open_body: bool = False
    open_body: type[msgspec.Struct] | None = None
    body_media: str = JSON
    body_limit_bytes: int = BODY_LIMIT_BYTES
    body_seconds: float = BODY_SECONDS
    is_body_required: bool = True
    answer: Any = None
    is_open_answer: bool = False
    media: str = JSON
    status: int = 200
    errors: tuple[type[PomeloError], ...] = ()
    shape_error: Callable[[PomeloError], object | None] | None = None
    allows_other_sites: bool = False
    name: str = ""
    example: object = None
    answer_example: object = None

    def __post_init__(self) -> None:
        if self.method not in METHODS or not self.path.startswith("/"):
            raise ValueError(f"{self.method} {self.path} cannot be served")
        if self.permission is not Permission.PUBLIC and not self.path.startswith("/api/"):
            raise ValueError(f"{self.path}: callers are known below /api only")

    @property
    def id(self) -> str:
        """A name that no other operation has: `leads_add`."""
        module = self.run.__module__.rpartition(".")[2]
        return f"{module}_{self.name or getattr(self.run, '__name__', 'run')}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The path's parameters, in order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))

    @property
    def takes_body(self) -> bool:
        """Whether a body means anything to it."""
        return self.has_open_body or self.body is not None or self.body_media != JSON


AnyOperation: TypeAlias = Operation[Any, Any]
