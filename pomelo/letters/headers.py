"""Writes header fields, byte by byte, and checks the block that came of it.

The standard library reads values again while it folds them, and so can be talked into a
field that nobody set (CVE-2024-6923); here a value is only ever written.
"""

import base64
import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from pomelo.base.errors import PomeloError

LINE_LENGTH: Final = 78
LINE_LIMIT: Final = 998
WORD_LENGTH: Final = 75
# A longer one does not fit on a line beside the field's name; encoded, it can be cut.
LONGEST_WORD: Final = 900
# A line with encoded words is shorter: RFC 2047, section 2.
ENCODED_LINE_LENGTH: Final = 76

_JUNK: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACE: Final = re.compile("[ \t\n\v\f\r\u2028\u2029]+")
# What follows a field's name: one line, or more, each of which goes on after white space.
_REST_OF_FIELD: Final = (
    rb":(?: [^\r\n\0]+)?(?:\r\n(?=[ \t])(?=[ \t\v\f]*[^ \t\v\f\r\n\0])[^\r\n\0]+)*"
)
# The strictest of RFC 2047's alphabets (section 5, rule 3), so that it fits everywhere.
_PLAIN_IN_Q: Final = frozenset(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/"
)
_Q: Final = tuple(
    chr(byte) if byte in _PLAIN_IN_Q else "_" if byte == ord(" ") else f"={byte:02X}"
    for byte in range(256)
)


class HeadersTampered(PomeloError):
    """The mail's header block is not the one that was meant; the mail was not sent."""


def cleaned(value: str) -> str:
    """Make one line of a text: NFC, no control characters, single spaces."""
    if value.isascii() and value.isprintable() and "  " not in value:
        return value.strip(" ")
    kept = _JUNK.sub("", _SPACE.sub(" ", value))
    return _SPACE.sub(" ", unicodedata.normalize("NFC", kept)).strip(" ")


def text(name: str, value: str) -> str:
    """Write a field of free text, such as a subject.

    Args:
        name: The field's name.
        value: Anything; it is cleaned first.

    Returns:
        The field with its CRLF. What is not ASCII, or could be taken for an encoded word,
        is encoded.

    Source:
        RFC 5322 2.2.3, RFC 2047 2 and 5.
    """
    shown = cleaned(value)
    if _needs_encoding(shown) or (
        len(shown) > LONGEST_WORD and max(map(len, shown.split(" "))) > LONGEST_WORD
    ):
        return _folded(name, _encoded_words(shown, len(name) + 2), ENCODED_LINE_LENGTH)
    return _folded(name, shown.split(" ") if shown else [], LINE_LENGTH)


@lru_cache(maxsize=1024)  # a sender's line is the same in each of its mails
def mailbox(name: str, display: str, address: str) -> str:
    """Write a field that holds one address, with or without a name before it.

    Args:
        name: The field's name.
        display: The person's name, anything; it is cleaned and quoted or encoded.
        address: An address in its wire form, already checked by `addresses.parse`.

    Source:
        RFC 5322 3.4, RFC 2047 5 (3).
    """
    shown = cleaned(display)
    if not shown:
        return _folded(name, [address], LINE_LENGTH)
    if _needs_encoding(shown) or len(shown) > WORD_LENGTH - len(name):
        words = _encoded_words(shown, len(name) + 2)
    else:
        words = ['"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"']
    return _folded(name, [*words, f"<{address}>"], ENCODED_LINE_LENGTH)


def tokens(name: str, values: Sequence[str]) -> str:
    """Write a field of tokens, folded between them only: ids and URLs must stay whole.

    Args:
        name: The field's name.
        values: Printable ASCII without spaces.

    Source:
        RFC 5322 3.6.4, RFC 2369, RFC 8058.
    """
    return _folded(name, values, LINE_LENGTH)


def date(at: datetime) -> str:
    """Write the Date field, to the second."""
    return _date(at.replace(microsecond=0))


@lru_cache(maxsize=64)  # thousands of mails are written in the same second
def _date(second: datetime) -> str:
    return tokens("Date", [format_datetime(second)])


def check_headers(raw: bytes, expected_names: Sequence[str]) -> None:
    """Make sure that a mail has exactly the header fields that were set.

    Args:
        raw: The whole mail.
        expected_names: The fields' names in order.

    Raises:
        HeadersTampered: A field more, less or elsewhere; a bare CR or LF; a NUL; an empty
            line of white space; or a line above 998 bytes.
    """
    head = raw.partition(b"\r\n\r\n")[0]
    if _block(tuple(expected_names)).fullmatch(head) is None or (
        len(head) > LINE_LIMIT and max(map(len, head.split(b"\r\n"))) > LINE_LIMIT
    ):
        raise HeadersTampered


@lru_cache(maxsize=64)  # nearly all mails have the same fields
def _block(names: tuple[str, ...]) -> re.Pattern[bytes]:
    """Spell the block that has fields of these names, in this order, and nothing else."""
    return re.compile(b"\r\n".join(re.escape(name.encode()) + _REST_OF_FIELD for name in names))


def _needs_encoding(shown: str) -> bool:
    return not shown.isascii() or "=?" in shown


def _folded(name: str, words: Sequence[str], length: int) -> str:
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > length and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines) + "\r\n"


def _encoded_words(shown: str, taken: int) -> list[str]:
    """Spell a text in encoded words; white space between two of them is not shown.

    Args:
        shown: The text.
        taken: Characters on the first line before them.
    """
    data = shown.encode("utf-8")
    in_q = sum(len(_Q[byte]) for byte in data) <= (len(data) + 2) // 3 * 4
    room = WORD_LENGTH - len("=?utf-8?q??=")
    first = min(room, ENCODED_LINE_LENGTH - taken - len("=?utf-8?q??="))
    return [
        f"=?utf-8?q?{''.join(_Q[byte] for byte in part)}?="
        if in_q
        else f"=?utf-8?b?{base64.b64encode(part).decode('ascii')}?="
        for part in _parts(shown, first, room, in_q=in_q)
    ]


def _parts(shown: str, first: int, room: int, *, in_q: bool) -> Iterator[bytes]:
    """Cut a text so that each part fits when encoded and no character is cut in two."""
    if _cost(whole := shown.encode("utf-8"), in_q=in_q) <= first:
        yield whole
        return
    part, left = b"", first
    for character in shown:
        data = character.encode("utf-8")
        cost = _cost(part + data, in_q=in_q)
        if cost > left and part:
            yield part
            part, left = b"", room
        part += data
    yield part


def _cost(data: bytes, *, in_q: bool) -> int:
    if in_q:
        return sum(len(_Q[byte]) for byte in data)
    return (len(data) + 2) // 3 * 4
