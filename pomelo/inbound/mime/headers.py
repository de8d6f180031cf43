"""Header fields of foreign mail: found, unfolded and decoded in linear time.

Nothing of `email.policy.default` is used: it needs seconds, or raises, on hostile fields.
"""

import binascii
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from pomelo.inbound.mime.texts import clean, decode, decode_base64

HEADERS_BYTES: Final = 64 * 1024
FIELD_CHARACTERS: Final = 16 * 1024
FIELDS: Final = 500
LINES: Final = 20_000

Fields = tuple[tuple[str, str], ...]

_FOLD: Final = re.compile(rb"\n[ \t]+")
_FIELD: Final = re.compile(r"^([!-9;-~]{1,100})[ \t]{0,10}:")
_ENCODED_WORD: Final = re.compile(
    r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?\r\n]{0,2000})\?="
)
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,500}>")
_PARAMETER: Final = re.compile(r';\s*([^\s=;]{1,60})\s*=\s*("[^"]{0,500}"|[^;\s]{0,500})')


def read_fields(head: bytes) -> Fields:
    """Split a header block into (lower-case name, unfolded raw value), in order.

    Lines that are no field are skipped, a long field keeps its beginning and its end, and
    all fields together end at 64 kB; so a huge field hides none of the others.

    Source:
        RFC 5322 2.2.3 (folding), RFC 6532 (fields in UTF-8).
    """
    fields: list[tuple[str, str]] = []
    kept = 0
    for line in _FOLD.sub(b" ", head).split(b"\n", LINES)[:LINES]:
        text = _as_text(line)
        if not (match := _FIELD.match(text)):
            continue
        name, value = match[1].lower(), _shorten(text[match.end() :].strip())
        kept += len(name) + len(value)
        if kept > HEADERS_BYTES or len(fields) >= FIELDS:
            break
        fields.append((name, value))
    return tuple(fields)


def _as_text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _shorten(value: str) -> str:
    # The end is kept because the newest of the References stands there.
    if len(value) <= FIELD_CHARACTERS:
        return value
    return f"{value[: FIELD_CHARACTERS // 2]} {value[-FIELD_CHARACTERS // 2 :]}"


def first(fields: Fields, name: str) -> str:
    """Give the first field of a lower-case name, or an empty string."""
    return next((value for own, value in fields if own == name), "")


def first_token(value: str) -> str:
    """Give a field's first token: `auto-replied` of `Auto-Replied (vacation); x=y`.

    A comment may stand before it, and takes no part in the meaning.
    """
    while value.lstrip().startswith("(") and ")" in value:
        value = value.partition(")")[2]
    words = value.replace(";", " ").replace("(", " ").replace(",", " ").split()
    return words[0].lower() if words else ""


def every(fields: Fields, name: str) -> list[str]:
    """Give all fields of a lower-case name, in order."""
    return [value for own, value in fields if own == name]


def decode_words(value: str, limit: int = 1_000) -> str:
    """Decode encoded-words as far as the limit in characters, and make one clean line.

    Neighbouring words of one charset are joined before decoding, because senders cut
    between the bytes of a letter; what cannot be decoded stays as it is.

    Source:
        RFC 2047 sections 2, 4 and 6.2; RFC 2231 section 5 (language).
    """
    value = value[: 4 * limit]
    pieces: list[tuple[str | None, bytes | str]] = []
    position = 0
    for word in _ENCODED_WORD.finditer(value):
        between = value[position : word.start()]
        if between and not (between.isspace() and pieces and pieces[-1][0]):
            pieces.append((None, between))
        _append_word(pieces, word)
        position = word.end()
    pieces.append((None, value[position:]))
    text = "".join(_decode_piece(charset, piece) for charset, piece in pieces)
    return " ".join(clean(text).split())[:limit]


def _append_word(pieces: list[tuple[str | None, bytes | str]], word: re.Match[str]) -> None:
    charset, content = word[1].lower(), _word_bytes(word[2].lower(), word[3])
    before, joined = pieces[-1] if pieces else (None, "")
    if before == charset and isinstance(joined, bytes):
        pieces[-1] = (charset, joined + content)
    else:
        pieces.append((charset, content))


def _word_bytes(encoding: str, content: str) -> bytes:
    raw = content.encode("utf-8", "replace")
    return binascii.a2b_qp(raw, header=True) if encoding == "q" else decode_base64(raw)


def _decode_piece(charset: str | None, piece: bytes | str) -> str:
    return piece if isinstance(piece, str) else decode(piece, charset or "")


def message_ids(value: str, limit: int = 100) -> tuple[str, ...]:
    """Find Message-IDs, brackets kept; of too many the last ones stay.

    Source:
        RFC 5322 section 3.6.4; the older form of In-Reply-To has words around the id.
    """
    return tuple(dict.fromkeys(_MESSAGE_ID.findall(value)))[-limit:]


def date_of(value: str) -> datetime | None:
    """Read a Date field into an aware instant in UTC; None if it makes no sense."""
    try:
        date = parsedate_to_datetime(clean(value[:100]))
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None  # Each of these was seen from the library on some wrong date.


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Split a Content-Type or Content-Disposition into its value and its parameters.

    Source:
        RFC 2045 section 5.1.
    """
    value = value[:4_000]
    main = value.partition(";")[0].strip().lower()
    found = {
        name.lower(): text.strip('"').strip() for name, text in _PARAMETER.findall(clean(value))
    }
    return clean(main)[:100], found
