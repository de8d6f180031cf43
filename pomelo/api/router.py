"""From an address to its operation: a tree over decoded path segments."""

from collections.abc import Iterable
from typing import Final

from pomelo.api import decode
from pomelo.api.contract import AnyOperation
from pomelo.api.parameters import decoder
from pomelo.base.errors import NotAllowed, NotFound


class Endpoint:
    """An operation made ready to be called."""

    __slots__ = ("decode_query", "id", "operation", "parameters")

    def __init__(self, operation: AnyOperation) -> None:
        self.operation = operation
        self.id = operation.id
        self.parameters = operation.parameters
        self.decode_query = decoder(operation.query)

    def decode_body(self, raw: bytes) -> object:
        """Decode the body of a request to it."""
        return decode.body(self.operation, raw)


class WrongMethod(NotAllowed):
    """Method not allowed"""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self.allowed: Final = tuple(sorted({*allowed, "OPTIONS"}))


class _Node:
    __slots__ = ("any", "endpoints", "named")

    def __init__(self) -> None:
        self.named: dict[str, _Node] = {}
        self.any: _Node | None = None
        self.endpoints: dict[str, Endpoint] = {}

    def child(self, part: str) -> "_Node":
        if not part.startswith("{"):
            return self.named.setdefault(part, _Node())
        self.any = self.any or _Node()
        return self.any

    def seek(
        self, parts: list[str], at: int, method: str, allowed: set[str]
    ) -> tuple[Endpoint, list[str]] | None:
        """Walk down, words before parameters; gives the parameters last first."""
        if at == len(parts):
            endpoint = self.endpoints.get(method)
            allowed.update(self.endpoints if endpoint is None else ())
            return (endpoint, []) if endpoint else None
        part = parts[at]
        node = self.named.get(part)
        found = node.seek(parts, at + 1, method, allowed) if node else None
        if found is None and self.any is not None and part:
            found = self.any.seek(parts, at + 1, method, allowed)
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
        self.endpoints = [Endpoint(operation) for operation in operations]
        ids = [endpoint.id for endpoint in self.endpoints]
        if len(set(ids)) != len(ids):
            raise ValueError(
                f"operation ids repeat: {sorted({i for i in ids if ids.count(i) > 1})}"
            )
        for endpoint in self.endpoints:
            self._add(endpoint)

    def _add(self, endpoint: Endpoint) -> None:
        node = self._root
        for part in endpoint.operation.path.strip("/").split("/"):
            node = node.child(part)
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
