"""What of a mail a client asks for, and how it is given."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from pomelo.demo.imap.choosing import write_moment
from pomelo.demo.imap.folder import Mail
from pomelo.demo.imap.words import Garbled, Word, text

_PART: Final = re.compile(r"BODY(?:\.PEEK)?\[(HEADER|TEXT|)\](?:<(\d+)\.(\d+)>)?", re.IGNORECASE)

_FIELDS: Final = re.compile(r"BODY(?:\.PEEK)?\[(HEADER\.FIELDS \(([^()]+)\))\]", re.IGNORECASE)


def asked(words: Sequence[Word], *, by_uid: bool) -> list[str]:
    """Read which items are asked for; by UID that is always one of them.

    Raises:
        Garbled: One is not known here.
    """
    flat = [each for word in words for each in (word if isinstance(word, list) else [word])]
    items = [text(word).upper() for word in flat]
    if not items or not all(map(_is_known, items)):
        raise Garbled
    return items if "UID" in items or not by_uid else ["UID", *items]


def _is_known(item: str) -> bool:
    return item in _PLAIN or bool(_PART.fullmatch(item) or _FIELDS.fullmatch(item))


def given(mail: Mail, items: Sequence[str]) -> bytes:
    """Write what is asked for of a mail.

    Source:
        RFC 9051 6.4.5 and 7.5.2.
    """
    return b" ".join(_item(mail, item) for item in items)


def _item(mail: Mail, item: str) -> bytes:
    if plain := _PLAIN.get(item):
        return f"{item} {plain(mail)}".encode()
    if fields := _FIELDS.fullmatch(item):
        return _literal(f"BODY[{fields[1]}]", mail.fields(fields[2].split()))
    found = _PART.fullmatch(item)
    if found is None:
        raise Garbled
    section, start, length = found[1].upper(), found[2], found[3]
    part = {"HEADER": mail.head, "TEXT": mail.text}.get(section, mail.raw)
    if start is not None:
        part = part[int(start) :][: int(length)]
    name = f"BODY[{section}]" + (f"<{start}>" if start is not None else "")
    return _literal(name, part)


def _literal(name: str, part: bytes) -> bytes:
    return f"{name} {{{len(part)}}}\r\n".encode() + part


_PLAIN: Final[dict[str, Callable[[Mail], str]]] = {
    "UID": lambda mail: str(mail.uid),
    "FLAGS": lambda mail: f"({' '.join(mail.flags)})",
    "RFC822.SIZE": lambda mail: str(len(mail.raw)),
    "INTERNALDATE": lambda mail: f'"{write_moment(mail.came_at)}"',
}
