"""JSON of strangers, made into plain data that every part behind it can keep.

msgspec lets pass what PostgreSQL refuses or what two readers understand differently: NUL,
integers beyond 64 bits, deep nesting, keys that are repeated. Those are refused here.
"""

import json
import re
from typing import Final, NoReturn, TypeVar

import msgspec
from msgspec import inspect

from pomelo.api.contract import AnyOperation
from pomelo.api.parameters import describe, plain
from pomelo.base.errors import Invalid
from pomelo.base.secret import Secret

Shape = TypeVar("Shape")

DEPTH: Final = 32
KEYS: Final = 1_000
INT64: Final = range(-(2**63), 2**63)
# The reference's examples break lines like this, and its shell quotes keep both characters.
# JSON has a backslash before a line break nowhere, so nothing else can be meant.
_BROKEN_LINE: Final = re.compile(rb"\\(?=\r?\n)")
_WRONG_WORD: Final = "Invalid enum value"
_STEP: Final = re.compile(r"[^.\[\]]+")


class BodyInvalid(Invalid):
    """The body must be a JSON object in UTF-8, such as {"firstName": "Ada"}."""


class BodyMissing(BodyInvalid):
    """This needs a body: send a JSON object, such as {"firstName": "Ada"}."""


def parse(raw: bytes) -> object:
    """Read JSON into plain data.

    Raises:
        BodyInvalid: It is no JSON (RFC 8259) in UTF-8 without a byte order mark, nests
            deeper than 32, has an object of more than 1,000 keys, or holds NUL, a repeated
            key, a lone surrogate, or a number beyond 64 bits.
    """
    try:
        value, raw = _read(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        reason = str(error) if isinstance(error, msgspec.MsgspecError) else "unreadable text"
        raise BodyInvalid(f"The body is not JSON in UTF-8: {reason}.") from None
    _check_numbers(value, DEPTH)
    if b"\\u0000" in raw and b"\\u0000" in raw.replace(b"\\\\", b""):
        _refuse("it holds a NUL character")
    _check_repeats(raw, value)
    return value


def _read(raw: bytes) -> tuple[object, bytes]:
    """Read JSON, if need be with its broken lines mended; gives the text that was read, too."""
    try:
        return msgspec.json.decode(raw), raw
    except msgspec.DecodeError:
        mended = _BROKEN_LINE.sub(b"", raw)
        if mended == raw:
            raise
        return msgspec.json.decode(mended), mended


def _check_numbers(value: object, depth: int) -> None:
    """Refuse what is too large, too deep or too wide; strings need no look."""
    if isinstance(value, int):
        if value not in INT64:
            _refuse("an integer needs more than 64 bits")
    elif isinstance(value, dict | list):
        if depth == 0 or (len(value) > KEYS and isinstance(value, dict)):
            _refuse(f"it nests deeper than {DEPTH} or has an object of more than {KEYS:,} keys")
        for item in value.values() if isinstance(value, dict) else value:
            if type(item) is not str:
                _check_numbers(item, depth - 1)


def _check_repeats(raw: bytes, value: object) -> None:
    """Refuse a key that is said twice: the reader kept the last and forgot the first.

    A colon stands after a key or inside a string. Written again, the data has as many as
    the text, unless something was forgotten. A colon may also hide behind an escape; then
    the slow reader looks.
    """
    if b"\\u003" in raw:
        json.loads(raw, object_pairs_hook=_refuse_repeats)
    elif raw.count(b":") != msgspec.json.encode(value).count(b":"):
        _refuse("a key is repeated")


def _refuse_repeats(pairs: list[tuple[str, object]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        _refuse("a key is repeated")


def _refuse(reason: str) -> NoReturn:
    raise BodyInvalid(f"The body cannot be taken: {reason}.")


def shape(value: object, kind: type[Shape]) -> Shape:
    """Fit plain data into a type; a `Secret` is made of a string.

    Raises:
        BodyInvalid: It does not fit; the sentence says where.
    """
    try:
        return msgspec.convert(value, kind, dec_hook=_make)
    except msgspec.ValidationError as error:
        raise BodyInvalid(f"Bad params: {_told(str(error), kind)}.") from None


def _told(message: str, kind: type) -> str:
    """Say what is wrong; of a wrong word, which are right instead of which it was."""
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


def _make(kind: type, value: object) -> object:
    if kind is Secret:
        if not isinstance(value, str):
            raise TypeError("Expected `str`")  # msgspec adds where
        return Secret(value)
    if kind is object:
        return value
    raise NotImplementedError(kind)


def body(operation: AnyOperation, raw: bytes) -> object:
    """Decode what came with a request into what the operation takes.

    Raises:
        BodyMissing: It is required and nothing came.
        BodyInvalid: It is not what the operation takes.
    """
    if not raw.strip():
        if operation.is_body_required:
            raise BodyMissing
        raw = b"{}"
    value = parse(raw)
    if operation.has_open_body:
        return value if isinstance(value, dict) else _not_an_object()
    assert operation.body is not None
    return shape(value, operation.body)


def _not_an_object() -> NoReturn:
    raise BodyInvalid
