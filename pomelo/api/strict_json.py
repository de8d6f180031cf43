"""JSON of strangers, made into plain data that every part behind it can keep.

msgspec lets pass what PostgreSQL refuses or what two readers understand differently: NUL,
integers beyond 64 bits, deep nesting, keys that are repeated. Those are refused here.
"""

import json
import re
from typing import Final, NoReturn

import msgspec

from pomelo.base.errors import Invalid

DEPTH: Final = 32
KEYS: Final = 1_000
INT64: Final = range(-(2**63), 2**63)
# The reference's examples break lines like this, and its shell quotes keep both characters.
# JSON has a backslash before a line break nowhere, so nothing else can be meant.
_BROKEN_LINE: Final = re.compile(rb"\\(?=\r?\n)")


class BodyInvalid(Invalid):
    """The body must be a JSON object in UTF-8, such as {"firstName": "Ada"}."""


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
