"""The address of a request: path segments and query parameters, each decoded once."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, NoReturn
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec
from msgspec import inspect

from pomelo.base.errors import Invalid

QUERY_FIELDS: Final = 200
# The parameter that carries the API key.
KEY: Final = "access_token"
HEX: Final = frozenset("0123456789abcdefABCDEF")
_LISTS: Final = inspect.CollectionType


class PathInvalid(Invalid):
    """The path must be percent-encoded UTF-8 without control characters."""


class QueryInvalid(Invalid):
    """Bad params: the query must be percent-encoded UTF-8, with at most 200 parameters."""


def segments(raw_path: bytes) -> list[str]:
    """Split a path as it came over the wire and decode every part once.

    A `%2F` stays inside its part. One slash at the end is tolerated.

    Raises:
        PathInvalid: Bad percent-encoding, bad UTF-8, or a control character.

    Source:
        RFC 3986 2.4: split first, decode after, and never twice.
    """
    path = _text(raw_path)
    parts = path.split("/")[1:]
    if len(parts) > 1 and not parts[-1]:
        parts.pop()
    if "%" not in path:
        return parts
    return [_text(_percents(part)) if "%" in part else part for part in parts]


def _text(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise PathInvalid from None
    if not text.isprintable() and any(c < " " or "\x7f" <= c <= "\x9f" for c in text):
        raise PathInvalid
    return text


def _percents(part: str) -> bytes:
    for piece in part.split("%")[1:]:
        if not HEX.issuperset(piece[:2]) or len(piece) < 2:
            raise PathInvalid
    return unquote_to_bytes(part)


class QueryDecoder:
    """Makes a query string into a struct; compiled once an operation.

    Parameters nobody knows are ignored, because clients send extra ones. A list may come as
    `a,b`, repeated, or both. Anything else that is said twice with different values is
    refused: whichever won, somebody would be surprised. An empty value of what is not text
    counts as absent.
    """

    def __init__(self, shape: type[msgspec.Struct]) -> None:
        self._shape = shape
        kind = inspect.type_info(shape)
        assert isinstance(kind, inspect.StructType)
        self._fields = {field.encode_name: plain(field.type) for field in kind.fields}
        self._default = None if any(f.required for f in kind.fields) else shape()

    def __call__(self, raw: bytes) -> msgspec.Struct:
        """Decode a query string.

        Raises:
            QueryInvalid: It is no query string, or a parameter is wrong; the sentence
                names it.
        """
        if not raw and self._default is not None:
            return self._default
        values: dict[str, object] = {}
        for name, text in pairs(raw):
            if (kind := self._fields.get(name)) is not None:
                self._take(values, name, kind, text)
        try:
            return msgspec.convert(values, self._shape, strict=False)
        except msgspec.ValidationError as error:
            self._blame(str(error))

    def _take(self, values: dict[str, object], name: str, kind: inspect.Type, text: str) -> None:
        if isinstance(kind, _LISTS):
            earlier = values.setdefault(name, [])
            assert isinstance(earlier, list)
            earlier.extend(item for item in text.split(",") if item)
        elif values.setdefault(name, text) != text:
            raise QueryInvalid(f"Bad params: {name} is given twice with different values.")
        elif not text and not isinstance(kind, inspect.StrType):
            del values[name]

    def _blame(self, message: str) -> NoReturn:
        """Say which parameter is wrong: msgspec ends its message with `$.name` in ticks."""
        name = message.rpartition("`$.")[2].rstrip("`").partition("[")[0]
        if name in self._fields:
            raise QueryInvalid(f"Bad params: {name} must be {describe(self._fields[name])}.")
        raise QueryInvalid(f"Bad params: {message.partition(' - at')[0]}.")


class OpenQuery(msgspec.Struct, frozen=True):
    """Parameters of any name; an operation whose `query` it is gets all that came, as text."""

    values: Annotated[
        dict[str, str], msgspec.Meta(description="Any names, each with its value")
    ] = {}


def open_query(raw: bytes) -> OpenQuery:
    """Decode a query string whose names nobody knows beforehand; the key is left out.

    Raises:
        QueryInvalid: It is no query string, or gives a name twice with different values.
    """
    values: dict[str, str] = {}
    for name, text in pairs(raw):
        if values.setdefault(name, text) != text:
            raise QueryInvalid(f"Bad params: {name} is given twice with different values.")
    values.pop(KEY, None)
    return OpenQuery(values)


def decoder(shape: type[msgspec.Struct]) -> Callable[[bytes], msgspec.Struct]:
    """Give what decodes query strings into a struct."""
    return open_query if shape is OpenQuery else QueryDecoder(shape)


def pairs(raw: bytes) -> list[tuple[str, str]]:
    """Take a query string apart.

    Raises:
        QueryInvalid: It is no UTF-8, holds a NUL, or has more than 200 parameters.
    """
    try:
        found = parse_qsl(
            raw.decode(), keep_blank_values=True, errors="strict", max_num_fields=QUERY_FIELDS
        )
    except ValueError:
        raise QueryInvalid from None
    if b"%00" in raw:
        raise QueryInvalid
    return found


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
