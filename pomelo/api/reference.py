"""The contract in words: what the reference pages say of each operation, made from OpenAPI."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import msgspec

from pomelo.api.contract import AnyOperation
from pomelo.api.openapi import document
from pomelo.api.statuses import sentence, status_of
from pomelo.api.usual_errors import usual_errors
from pomelo.base.errors import PomeloError

Json = dict[str, Any]
Row = tuple[str, ...]

PLACE: Final = "http://127.0.0.1:8080"


class Table(msgspec.Struct, frozen=True):
    """Rows under headings, with a title above."""

    title: str
    heads: Row
    rows: tuple[Row, ...]


class Entry(msgspec.Struct, frozen=True):
    """What is said of one operation."""

    id: str
    section: str
    method: str
    path: str
    summary: str
    text: str
    curl: str
    tables: tuple[Table, ...]
    answer: str


def entries(operations: Sequence[AnyOperation]) -> list[Entry]:
    """Describe every operation, in the table's order."""
    whole = document(operations, PLACE)
    schemas: Json = whole["components"]["schemas"]
    return [
        _entry(operation, whole["paths"][operation.path][operation.method.lower()], schemas)
        for operation in operations
    ]


def _entry(operation: AnyOperation, described: Json, schemas: Json) -> Entry:
    return Entry(
        id=described["operationId"],
        section=operation.section,
        method=operation.method,
        path=operation.path,
        summary=operation.summary,
        text=operation.text,
        curl=curl(operation, described),
        tables=tuple(table for table in _tables(operation, described, schemas) if table.rows),
        answer=_example(operation),
    )


def _tables(operation: AnyOperation, described: Json, schemas: Json) -> Iterator[Table]:
    parameters = tuple(
        (
            f"`{p['name']}`",
            p["in"],
            kind(p["schema"], schemas),
            _needed(p),
            p.get("description", ""),
        )
        for p in described["parameters"]
    )
    yield Table("Parameters", ("name", "in", "type", "", "meaning"), parameters)
    heads = ("key", "type", "", "meaning")
    for content in described.get("requestBody", {}).get("content", {}).values():
        yield Table("Body", heads, _fields(content["schema"], schemas))
    for status, answer in described["responses"].items():
        if status < "300":
            for content in answer["content"].values():
                yield Table("Answer", heads, _fields(content["schema"], schemas))
    yield errors_table("Errors", operation.errors)


def errors_table(title: str, errors: Iterable[type[PomeloError]]) -> Table:
    """List errors by status; each stands once."""
    rows = sorted({(str(status_of(error)), sentence(error)) for error in errors})
    return Table(title, ("status", "sentence"), tuple(rows))


def shared_errors(operations: Sequence[AnyOperation]) -> Table:
    """List what any operation may answer, so that no page repeats it."""
    return errors_table(
        "Errors of any operation",
        (error for operation in operations for error in usual_errors(operation)),
    )


def _needed(parameter: Json) -> str:
    default = parameter["schema"].get("default")
    return (
        "required"
        if parameter["required"]
        else f"default `{_text(default)}`" * (default is not None)
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _fields(schema: Json, schemas: Json) -> tuple[Row, ...]:
    """List the keys of an object, or of the objects in a list."""
    found = _resolved(schema.get("items") or schema, schemas)
    required = found.get("required", ())
    return tuple(
        (
            f"`{name}`",
            kind(field, schemas),
            "required" if name in required else "",
            field.get("description", ""),
        )
        for name, field in found.get("properties", {}).items()
    )


def _resolved(schema: Json, schemas: Json) -> Json:
    if "allOf" in schema:
        return _resolved(schema["allOf"][0], schemas)
    if "$ref" in schema:
        return dict(schemas[schema["$ref"].rpartition("/")[2]])
    return schema


def kind(schema: Json, schemas: Json) -> str:
    """Name a schema's type in a word or two; an enum by its values."""
    found = _resolved(schema, schemas)
    if "enum" in found:
        return " or ".join(f"`{_text(value)}`" for value in found["enum"])
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(kind(member, schemas) for member in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {kind(schema.get('items', {}), schemas)}"
    return str(schema.get("format") or schema.get("type", "anything"))


def curl(operation: AnyOperation, described: Json) -> str:
    """Write a command that calls the operation."""
    parts = ["curl"]
    if operation.method != "GET":
        parts.append(f"-X {operation.method}")
    if described["security"]:
        parts.append('-u ":$KEY"')
    if operation.example is not None:
        parts.append("-d " + _quoted(json.dumps(operation.example, ensure_ascii=False)))
    return " ".join([*parts, _quoted(PLACE + operation.path)])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _example(operation: AnyOperation) -> str:
    if operation.answer_example is None:
        return ""
    return json.dumps(operation.answer_example, indent=2, ensure_ascii=False)
