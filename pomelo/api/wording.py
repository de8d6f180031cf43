"""What a value must be, in words, for the sentence of an error."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import inspect

_LISTS: Final = inspect.CollectionType
_STEP: Final = re.compile(r"[^.\[\]]+")
_WRONG_WORD: Final = "Invalid enum value"


def plain(kind: inspect.Type) -> inspect.Type:
    """Look through wrappers and `| None` at what really comes."""
    if isinstance(kind, inspect.Metadata):
        return plain(kind.type)
    if isinstance(kind, inspect.UnionType):
        return next(
            plain(member) for member in kind.types if not isinstance(member, inspect.NoneType)
        )
    return kind


def describe(kind: inspect.Type) -> str:
    """Say what a parameter must be, for the sentence of an error."""
    if isinstance(kind, _LISTS):
        return f"a list, split by commas, each {describe(plain(kind.item_type))}"
    words = _WORDS.get(type(kind))
    return words(kind) if words else "something else; compare it with the reference at /docs"


_WORDS: Final[Mapping[type, Callable[[Any], str]]] = {
    inspect.IntType: lambda kind: "a whole number" + _bounds(kind),
    inspect.FloatType: lambda kind: "a number" + _bounds(kind),
    inspect.BoolType: lambda _: "true or false",
    inspect.StrType: lambda _: "there, as text",
    inspect.EnumType: lambda kind: "one of " + ", ".join(str(member.value) for member in kind.cls),
    inspect.LiteralType: lambda kind: "one of " + ", ".join(map(str, kind.values)),
    inspect.DateTimeType: lambda _: "an instant such as 2026-01-31T09:00:00Z",
    inspect.DateType: lambda _: "a date such as 2026-01-31",
}


def _bounds(kind: inspect.IntType | inspect.FloatType) -> str:
    least = "" if kind.ge is None else f", {kind.ge} or more"
    return least if kind.le is None else f"{least}, {kind.le} or less"


def told_of_body(message: str, kind: type) -> str:
    """Say what is wrong with a body; of a wrong word, which are right instead of which it was.

    Args:
        message: What msgspec says.
        kind: What the body was to be.
    """
    if not message.startswith(_WRONG_WORD):
        return message
    path = message.rpartition("`$.")[2].rstrip("`")
    return f"{path} must be {describe(_type_at(path, inspect.type_info(kind)))}"


def _type_at(path: str, kind: inspect.Type) -> inspect.Type:
    """Find what must stand at a path such as `onReplied.states[1]`."""
    for name in _STEP.findall(path):
        if isinstance(kind, inspect.StructType):
            named = (field.type for field in kind.fields if field.encode_name == name)
            kind = next(named, inspect.AnyType())
        elif isinstance(kind, inspect.CollectionType):
            kind = kind.item_type
        kind = plain(kind)
    return kind


def told_of_no_body(example: object) -> str | None:
    """Say what could be sent where nothing came; None where there is no example of it."""
    shown = json.dumps(example, ensure_ascii=False)
    return f"This needs a body: send a JSON object, such as {shown}." if example else None


def told_of_query(message: str, fields: Mapping[str, inspect.Type]) -> str:
    """Say which parameter is wrong: msgspec ends its message with `$.name` in ticks.

    Args:
        message: What msgspec says.
        fields: What each parameter was to be.
    """
    name = message.rpartition("`$.")[2].rstrip("`").partition("[")[0]
    if name in fields:
        return f"Bad params: {name} must be {describe(fields[name])}."
    return f"Bad params: {message.partition(' - at')[0]}."
