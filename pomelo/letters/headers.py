"""Writes header fields, byte by byte, and checks the block that came of it.

The standard library reads values again while it folds them, and so can be talked into a
field that nobody set (CVE-2024-6923); here a value is only ever written.
"""

import base64
import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from pomelo.base.errors import PomeloError

LINE_LENGTH: Final = 78
LINE_LIMIT: Final = 998
WORD_LENGTH: Final = 75
# A line with encoded words is shorter: RFC 2047, section 2.
ENCODED_LINE_LENGTH: Final = 76

_JUNK: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACE: Final = re.compile("[ \t\n\v\f\r\u2028\u2029]+")
_FIELD: Final = re.compile(rb"([!-9;-~]+):(?: (?=.)|\Z)", re.DOTALL)
_BARE: Final = re.compile(rb"[\r\n\0]")
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
    if _needs_encoding(shown) or any(len(word) > 900 for word in shown.split(" ")):
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


def check_headers(raw: bytes, expected_names: Sequence[str]) -> None:
    """Make sure that a mail has exactly the header fields that were set.

    Args:
        raw: The whole mail.
        expected_names: The fields' names in order.

    Raises:
        HeadersTampered: A field more, less or elsewhere; a bare CR or LF; a NUL; an empty
            line of white space; or a line above 998 bytes.
    """
    lines = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    names = [_field_name(line) for line in lines]
    if [name for name in names if name] != list(expected_names):
        raise HeadersTampered


def _field_name(line: bytes) -> str:
    """Give the name of the field that begins on a line; nothing if the line goes on."""
    if len(line) > LINE_LIMIT or _BARE.search(line):
        raise HeadersTampered
    found = _FIELD.match(line)
    if found is not None:
        return found.group(1).decode("ascii")
    if not line.startswith((b" ", b"\t")) or not line.strip():
        raise HeadersTampered
    return ""


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
