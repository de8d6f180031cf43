"""Named SQL: `queries.sql` beside a domain, one typed call a query.

A file holds blocks that begin with `-- name: insert`; the lines of comment below it are
the query's promise. `:name` is a parameter, `::type` stays a cast.
"""

import re
from importlib.resources import files
from typing import Final, TypeVar

import msgspec

from pomelo.base.db import Db

Row = TypeVar("Row")

_BLOCK: Final = re.compile(r"^-- name: (\w+)[ \t]*\n", re.MULTILINE)
# A quoted string, a cast and a comment are stepped over; a bare :word is a parameter.
_TOKEN: Final = re.compile(r"'(?:[^']|'')*'|--[^\n]*|::|:([a-z_][a-z0-9_]*)")


class Query:
    """One statement of a `queries.sql`, ready to be run with keyword arguments."""

    def __init__(self, name: str, source: str) -> None:
        self.name = name
        self.parameters: list[str] = []
        self.text = _TOKEN.sub(self._number, source).strip().rstrip(";")

    def _number(self, found: re.Match[str]) -> str:
        name = found.group(1)
        if name is None:
            return found.group(0)
        if name not in self.parameters:
            self.parameters.append(name)
        return f"${self.parameters.index(name) + 1}"

    def _values(self, given: dict[str, object]) -> list[object]:
        if given.keys() != set(self.parameters):
            raise TypeError(f"{self.name} takes {self.parameters}, not {sorted(given)}")
        return [given[name] for name in self.parameters]

    async def rows(self, db: Db, shape: type[Row], /, **given: object) -> list[Row]:
        """Run it and give every row in `shape`, a struct or (one column) a plain type."""
        records = await db.fetch(self.text, *self._values(given))
        if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
            found: list[object] = [dict(record) for record in records]
        else:
            found = [record[0] for record in records]
        return msgspec.convert(found, _list_of(shape))

    async def row(self, db: Db, shape: type[Row], /, **given: object) -> Row | None:
        """Run it and give its first row, or nothing."""
        found = await self.rows(db, shape, **given)
        return found[0] if found else None

    async def one(self, db: Db, shape: type[Row], /, **given: object) -> Row:
        """Run a query that always gives a row (an aggregate, an INSERT … RETURNING)."""
        return (await self.rows(db, shape, **given))[0]

    async def run(self, db: Db, /, **given: object) -> int:
        """Run it for its effect and give the number of rows it touched."""
        status = await db.execute(self.text, *self._values(given))
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0


def _list_of(shape: type[Row]) -> type[list[Row]]:
    return list[shape]  # type: ignore[valid-type]


def load(package: str, file: str = "queries.sql") -> dict[str, Query]:
    """Read the named queries that lie beside a package's code.

    Args:
        package: Dotted name, usually `__package__`.
        file: The file's name.

    Returns:
        The queries by name.
    """
    parts = _BLOCK.split((files(package) / file).read_text("utf-8"))
    return {name: Query(name, body) for name, body in zip(parts[1::2], parts[2::2], strict=True)}
