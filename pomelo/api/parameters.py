"""The address of a request: path segments and query parameters, each decoded once."""

from typing import Annotated, Final
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec

from pomelo.base.errors import Invalid

QUERY_FIELDS: Final = 200
# The parameter that carries the API key.
KEY: Final = "access_token"
HEX: Final = frozenset("0123456789abcdefABCDEF")


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
