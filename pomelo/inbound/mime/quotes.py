"""The newest text of a mail: what its sender wrote, without what it answers.

A library knows the languages; it sees capped text (37 s for 24 kB were measured), and only
stand-ins of long lines. What it leaves of quotes is removed here.
"""

import re
import warnings
from typing import Final

from mailparser_reply import EmailMessage
from msgspec import Struct

CHARACTERS: Final = 8_000
LINES: Final = 200
LINE_CHARACTERS: Final = 200

_LANGUAGES: Final = (
    "en", "de", "cs", "da", "es", "fr", "it", "ja", "ko", "nl", "pl", "sv", "zh"
)  # fmt: skip
_FIELD_LINE: Final = re.compile(r"^[*_]{0,2}[^\W\d_][\w .-]{0,24}[*_]{0,2} ?[:：][*_]{0,2}(?: |$)")
_SIGNATURE_LINE: Final = re.compile(r"--|__|—")
# A letter of no script, which no text has left when lines are given stand-ins.
_MARK: Final = "\ue000"
_STAND_IN: Final = re.compile(rf"{_MARK}(\d{{1,3}}){_MARK}")
_ATTRIBUTION_LINES: Final = 3
_FIELD_LINES: Final = 3


class Reply(Struct, frozen=True):
    """The newest text, with and without its signature."""

    text: str
    unsigned: str


def newest(text: str) -> Reply:
    """Give what was written last in the text of a mail.

    Written above the quote, below it or between, in any language of the list; a mail that
    is nothing but quotes gives all of its text, since then the quotes are the message, but
    none as written by its sender.
    """
    capped = cap(text)
    own = _unquoted(_before_fields(capped))
    if not own:
        return Reply(capped.strip(), "")
    text, unsigned = _by_library(own)
    return Reply(text, _unsigned(unsigned))


def cap(text: str) -> str:
    """Cut text to what the library reads in under 0.2 s: 8,000 characters, 200 lines."""
    text = re.sub(r"\n{3,}", "\n\n", text.replace("\r\n", "\n").replace(_MARK, ""))
    lines = text[:CHARACTERS].split("\n")[:LINES]
    return "\n".join(line.rstrip() for line in lines)


def _by_library(own: str) -> tuple[str, str]:
    """Give the newest text with and without the signature that the library knows.

    Its time grows with the square of a line: long ones are put back afterwards.
    """
    lines = own.split("\n")
    short = [
        f"{_MARK}{place}{_MARK}" if len(line) > LINE_CHARACTERS else line
        for place, line in enumerate(lines)
    ]
    with warnings.catch_warnings():  # the library calls re.sub in a deprecated way
        warnings.simplefilter("ignore", DeprecationWarning)
        message = EmailMessage(text="\n".join(short), languages=list(_LANGUAGES)).read()
    whole = message.replies[0].full_body or "\n".join(short)
    unsigned = message.replies[0].body or whole
    return _restored(whole, lines), _restored(unsigned, lines)


def _restored(text: str, lines: list[str]) -> str:
    return _STAND_IN.sub(lambda found: lines[int(found[1])], text)


def _before_fields(text: str) -> str:
    """Cut at three lines like `From: Ann <a@b.example>`, `Sent: …`, `To: …` in any language."""
    lines = text.split("\n")
    for place in range(1, len(lines) - _FIELD_LINES + 1):
        block = lines[place : place + _FIELD_LINES]
        names_somebody = "@" in block[0] and block[0].endswith((">", "]"))
        if names_somebody and all(map(_FIELD_LINE.match, block)):
            return "\n".join(lines[:place])
    return text


def _unquoted(text: str) -> str:
    """Drop quoted lines and the words that introduce them ("On Monday … wrote:")."""
    kept: list[str] = []
    was_quote = False
    for line in text.split("\n"):
        is_quote = line.lstrip().startswith(">")
        if is_quote and not was_quote:
            _drop_attribution(kept)
        if not is_quote:
            kept.append(line)
        was_quote = is_quote or (was_quote and not line.strip())
    return "\n".join(kept).strip()


def _drop_attribution(kept: list[str]) -> None:
    while kept and not kept[-1].strip():
        kept.pop()
    if not kept or not kept[-1].rstrip().endswith((":", "：")):
        return
    for length in range(1, _ATTRIBUTION_LINES + 1):
        lines = kept[-length:]
        if not lines[0].strip():  # above it the person's own words end
            return
        paragraph = " ".join(lines)
        if "@" in paragraph or any(letter.isdigit() for letter in paragraph):
            del kept[-length:]
            return


def _unsigned(text: str) -> str:
    lines = text.split("\n")
    ends = (place for place, line in enumerate(lines) if place and _SIGNATURE_LINE.match(line))
    return "\n".join(lines[: next(ends, len(lines))]).strip()
