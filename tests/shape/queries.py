"""Every named query of the project, and where and how each is used."""

import ast
import builtins
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from pomelo.base.sql import Query, load
from tests.shape import tree
from tests.shape.tree import Module

TABLES: Final = frozenset({"QUERIES", "_QUERIES"})
WITH_SHAPE: Final = frozenset({"rows", "row", "one"})


@dataclass(frozen=True)
class Use:
    """One place where a query is used.

    Args:
        module: Where it is.
        line: On which line.
        name: Of the query.
        shape: What each row becomes; None when it gives no rows, or to a cursor.
        parameters: Names given one by one; None when they are not said in the call.
    """

    module: Module
    line: int
    name: str
    shape: Any = None
    parameters: frozenset[str] | None = None

    def __str__(self) -> str:
        return f"{self.module.path}:{self.line} {self.name}"


def files() -> list[Path]:
    """Find every file of named queries, from the project's root."""
    return [
        path.relative_to(tree.ROOT)
        for path in sorted(tree.PACKAGE.rglob("*.sql"))
        if path.name != "tables.sql" and path.parent.name != "migrations"
    ]


@cache
def queries() -> dict[tuple[str, str], Query]:
    """Read every query, by its domain and name."""
    return {
        (path.parts[1], name): query
        for path in files()
        for name, query in load(".".join(path.parent.parts), path.name).items()
    }


@cache
def uses() -> tuple[Use, ...]:
    """Find every use of a named query."""
    return tuple(use for module in tree.modules() for use in _uses(module))


def _uses(module: Module) -> Iterator[Use]:
    calls = {id(found): node for node in module.nodes if (found := _called(node))}
    for node in module.nodes:
        if name := _name(node):
            yield _use(module, name, node, calls.get(id(node)))


def _name(node: ast.AST) -> str | None:
    """Give the query's name of `QUERIES["name"]`, or the expression that computes it."""
    match node:
        case ast.Subscript(value=ast.Name(id=table), slice=ast.Constant(value=str(name))) if (
            table in TABLES
        ):
            return name
        case ast.Subscript(value=ast.Name(id=table), slice=name) if table in TABLES:
            return ast.unparse(name)
    return None


def _called(node: ast.AST) -> ast.expr | None:
    """Give `QUERIES["name"]` of `QUERIES["name"].rows(…)`."""
    match node:
        case ast.Call(func=ast.Attribute(value=query)) if _name(query):
            return query
    return None


def _use(module: Module, name: str, node: ast.AST, call: ast.AST | None) -> Use:
    line = getattr(node, "lineno", 0)
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return Use(module, line, name)
    shape = _shape(module, call.args[1]) if call.func.attr in WITH_SHAPE else None
    given = [keyword.arg for keyword in call.keywords]
    names = None if None in given else frozenset(filter(None, given))
    return Use(module, line, name, shape, names)


def _shape(module: Module, node: ast.expr) -> Any:
    """Look up the type that a call names."""
    assert isinstance(node, ast.Name), f"{module.path}:{node.lineno} names no type"
    return {**vars(builtins), **vars(importlib.import_module(module.name))}[node.id]
