"""Every query runs against the real schema, fits its struct, and stays in its domain."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pytest
from asyncpg import Attribute
from msgspec import inspect

from pomelo.base.db import Db
from pomelo.base.sql import Query
from tests.shape import tables, tree
from tests.shape.queries import Use, queries, uses
from tests.shape.tree import Module

# What a column of PostgreSQL may become.
BECOMES: Final[dict[str, tuple[type[inspect.Type], ...]]] = {
    "text": (inspect.StrType, inspect.EnumType),
    "bytea": (inspect.BytesType,),
    "bool": (inspect.BoolType,),
    "int4": (inspect.IntType,),
    "int8": (inspect.IntType,),
    "float8": (inspect.FloatType,),
    "timestamptz": (inspect.DateTimeType,),
    "text[]": (inspect.ListType, inspect.VarTupleType, inspect.FrozenSetType),
    "timestamptz[]": (inspect.ListType, inspect.VarTupleType),
    "int4[]": (inspect.ListType, inspect.VarTupleType, inspect.FrozenSetType),
}
# The one place that composes a column list.
COMPOSES_SQL: Final = frozenset({"pomelo/exports/columns.py"})
CONNECTIONS: Final = frozenset({"db", "connection", "pool"})
RUNS_SQL: Final = frozenset(
    {"execute", "executemany", "fetch", "fetchrow", "fetchval", "prepare", "cursor"}
)
WRITTEN_OUT: Final = (ast.Constant, ast.Name, ast.Attribute)
STATEMENT: Final = re.compile(
    r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER|DROP|TRUNCATE|COPY|SET)\b"
)

LOCKS = """
SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = pg_backend_pid() AND c.relkind = 'r' AND n.nspname = 'public'
"""


@pytest.mark.parametrize("key", queries(), ids=".".join)
async def test_a_query_prepares_and_stays_in_its_domain(db: Db, key: tuple[str, str]) -> None:
    before = {tuple(lock) for lock in await db.fetch(LOCKS)}

    # PostgreSQL itself says what a statement touches: preparing it takes the locks.
    await db.prepare(queries()[key].text)
    touched = {tuple(lock) for lock in await db.fetch(LOCKS)} - before

    owners = tables.owners()
    for table, mode in touched:
        assert tree.floors()[key[0]] <= tree.floors()[owners[table]], f"reads {table} above it"
        if mode == "RowExclusiveLock":
            assert owners[table] == key[0], f"writes {table} of {owners[table]}"


def test_every_query_is_used_once() -> None:
    counted = Counter((use.module.domain, use.name) for use in uses())

    assert {key: counted[key] for key in {*queries(), *counted} if counted[key] != 1} == {}


def test_a_query_is_given_its_parameters() -> None:
    wrong = [
        f"{use}: {sorted(use.parameters ^ {*_query(use).parameters})}"
        for use in uses()
        if use.parameters is not None and use.parameters != {*_query(use).parameters}
    ]

    assert wrong == [], "\n".join(wrong)


async def test_the_columns_of_a_query_match_the_struct_of_its_rows(db: Db) -> None:
    wrong = []
    for use in uses():
        if use.shape is not None:
            columns = (await db.prepare(_query(use).text)).get_attributes()
            wrong += [f"{use}: {fault}" for fault in _faults(columns, use.shape)]

    assert wrong == [], "\n".join(wrong)


def test_no_sql_is_built_at_run_time() -> None:
    built = [
        f"{module.path}:{node.lineno} {ast.unparse(node)[:80]}"
        for module in tree.modules()
        if str(module.path) not in COMPOSES_SQL
        for node in _built(module)
    ]

    assert built == [], "\n".join(built)


def _query(use: Use) -> Query:
    return queries()[use.module.domain, use.name]


def _faults(columns: tuple[Attribute, ...], shape: Any) -> Iterator[str]:
    """Say what does not fit between the columns of a statement and what a row becomes."""
    if not (isinstance(shape, type) and issubclass(shape, msgspec.Struct)):
        if len(columns) != 1:
            yield f"{len(columns)} columns for one value"
        elif not _fits(columns[0].type.name, inspect.type_info(shape)):
            yield f"{columns[0].type.name} is no {shape}"
        return

    kind = inspect.type_info(shape)
    assert isinstance(kind, inspect.StructType)
    fields = {field.encode_name: field for field in kind.fields}
    names = [column.name for column in columns]
    yield from (f"{name} is no field" for name in names if name not in fields)
    yield from (f"{name} is no column" for name in fields if name not in names)
    for column in columns:
        if (field := fields.get(column.name)) and not _fits(column.type.name, field.type):
            yield f"{column.name} is {column.type.name}, not {field.type}"


def _fits(column: str, kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.UnionType):
        return any(_fits(column, one) for one in kind.types)
    if isinstance(kind, inspect.Metadata):
        return _fits(column, kind.type)
    # JSON may become whatever it holds, and who asks for an object takes anything.
    if isinstance(kind, inspect.CustomType) and kind.cls is object:
        return True
    return isinstance(kind, (*BECOMES.get(column, (inspect.Type,)), inspect.AnyType))


def _built(module: Module) -> Iterator[ast.expr]:
    """Give expressions that make SQL of pieces, and statements that are not written out."""
    nodes = (node for function in module.functions for node in ast.walk(function))
    for node in nodes:
        if isinstance(node, ast.JoinedStr | ast.BinOp) and STATEMENT.match(_beginning(node)):
            yield node
        if isinstance(node, ast.Call) and _runs(node.func):
            yield from (text for text in node.args[:1] if not isinstance(text, WRITTEN_OUT))


def _runs(function: ast.expr) -> bool:
    """Tell whether a call runs a statement: `db.fetch`, `connection.execute`, `Query`."""
    if isinstance(function, ast.Attribute):
        receiver = ast.unparse(function.value).rpartition(".")[2].strip("_")
        return receiver in CONNECTIONS and function.attr in RUNS_SQL
    return ast.unparse(function) == "Query"


def _beginning(node: ast.expr) -> str:
    """Give the text with which a composed string begins."""
    match node:
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return text
        case ast.BinOp(left=left):
            return _beginning(left)
        case ast.Constant(value=str(text)):
            return text
    return ""
