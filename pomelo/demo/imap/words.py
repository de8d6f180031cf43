"""The words of a command: atoms, quoted strings, literals, and lists of these."""

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

Word: TypeAlias = bytes | list["Word"]

# A bracket or a quoted string may hold spaces; a bracket belongs to the atom before it.
_WORD: Final = re.compile(
    rb' *(?:(?P<opened>\()|(?P<closed>\))|"(?P<quoted>(?:[^"\\]|\\["\\])*)"'
    rb'|(?P<atom>[^\s()"\[]+(?:\[[^\]]*\](?:<[0-9.]+>)?)?))'
)
_ESCAPED: Final = re.compile(rb'\\(["\\])')


class Garbled(Exception):
    """It is not a command."""


def read_words(parts: Sequence[bytes]) -> list[Word]:
    """Read a command.

    Args:
        parts: Its text up to the first literal, the literal, the text behind it, and so on.

    Raises:
        Garbled: It is none.

    Source:
        RFC 9051 4 and 9.
    """
    lists: list[list[Word]] = [[]]
    for place, part in enumerate(parts):
        if place % 2:
            lists[-1].append(part)
        else:
            _read_text(part.rstrip(b" "), lists)
    if len(lists) != 1:
        raise Garbled
    return lists[0]


def _read_text(text: bytes, lists: list[list[Word]]) -> None:
    place = 0
    while place < len(text):
        found = _WORD.match(text, place)
        if found is None:
            raise Garbled
        place = found.end()
        match found.lastgroup:
            case "opened":
                lists.append([])
            case "closed":
                _close(lists)
            case "quoted":
                lists[-1].append(_ESCAPED.sub(rb"\1", found["quoted"]))
            case _:
                lists[-1].append(found["atom"])


def _close(lists: list[list[Word]]) -> None:
    if len(lists) == 1:
        raise Garbled
    inner = lists.pop()
    lists[-1].append(inner)


def text(word: Word) -> str:
    """Give a word that must be no list.

    Raises:
        Garbled: It is one, or no text.
    """
    if not isinstance(word, bytes):
        raise Garbled
    try:
        return word.decode("utf-8")
    except UnicodeDecodeError:
        raise Garbled from None


def quoted(value: str) -> str:
    """Write a quoted string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
