"""From an address to its operation: a tree over decoded path segments."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from pomelo.api import decode
from pomelo.api.contract import AnyOperation
from pomelo.api.decode import decoder
from pomelo.base.errors import NotAllowed, NotFound


class Endpoint:
    """An operation made ready to be called."""

    __slots__ = ("decode_query", "id", "operation", "parameters")

    def __init__(self, operation: AnyOperation) -> None:
        self.operation, self.id, self.parameters = operation, operation.id, operation.parameters
        self.decode_query = decoder(operation.query)

    def decode_body(self, raw: bytes) -> object:
        """Decode the body of a request to it."""
        return decode.body(self.operation, raw)


class WrongMethod(NotAllowed):
    """Method not allowed"""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self.allowed: Final = tuple(sorted({*allowed, "OPTIONS"}))


@dataclass(slots=True)
class _Node:
    """A place in the tree; a parameter's branch has no word, so its key is None."""

    branches: "dict[str | None, _Node]" = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    def seek(
        self, parts: list[str], at: int, method: str, allowed: set[str]
    ) -> tuple[Endpoint, list[str]] | None:
        """Walk down, words before parameters; gives the parameters last first."""
        if at == len(parts):
            endpoint = self.endpoints.get(method)
            allowed.update(self.endpoints if endpoint is None else ())
            return (endpoint, []) if endpoint else None
        part = parts[at]
        word, parameter = self.branches.get(part), self.branches.get(None)
        found = word.seek(parts, at + 1, method, allowed) if word else None
        if found is None and parameter and part:
            found = parameter.seek(parts, at + 1, method, allowed)
            if found is not None:
                found[1].append(part)
        return found


class Router:
    """Every operation of the table, by address.

    A word of a path goes before a parameter; a parameter takes one whole segment, which is
    never empty.
    """

    def __init__(self, operations: Iterable[AnyOperation]) -> None:
        self._root = _Node()
        self.endpoints: dict[str, Endpoint] = {}
        for operation in operations:
            self._add(Endpoint(operation))

    def _add(self, endpoint: Endpoint) -> None:
        if self.endpoints.setdefault(endpoint.id, endpoint) is not endpoint:
            raise ValueError(f"two operations are called {endpoint.id}")
        node = self._root
        for part in endpoint.operation.path.strip("/").split("/"):
            key = None if part.startswith("{") else part
            node = node.branches.setdefault(key, _Node())
        if node.endpoints.setdefault(endpoint.operation.method, endpoint) is not endpoint:
            raise ValueError(f"two operations at {endpoint.operation.path}")
        if endpoint.operation.method == "GET":
            node.endpoints.setdefault("HEAD", endpoint)

    def find(self, method: str, parts: list[str]) -> tuple[Endpoint, dict[str, str]]:
        """Find the operation of a request and its path's parameters.

        Raises:
            WrongMethod: The address is known, with other methods.
            NotFound: The address is not known.
        """
        allowed: set[str] = set()
        found = self._root.seek(parts, 0, method, allowed)
        if found is not None:
            endpoint, values = found
            return endpoint, dict(zip(endpoint.parameters, reversed(values), strict=True))
        if allowed:
            raise WrongMethod(allowed)
        raise NotFound
