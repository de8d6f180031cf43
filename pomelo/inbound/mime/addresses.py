"""Mail addresses in header fields, found in one pass that no comment or quote can upset."""

import re
from itertools import pairwise
from typing import Final

from pomelo.inbound.mime.headers import decode_words
from pomelo.inbound.mime.texts import clean

ADDRESSES: Final = 50
ADDRESS_CHARACTERS: Final = 320

# What no address holds bare; the wide forms are what Chinese and Japanese systems write.
_BREAKS: Final = r"\s<>()\[\],;:\"'：，；、。（）＜＞「」"
_ADDRESS: Final = re.compile(rf"(?<![^{_BREAKS}])[^{_BREAKS}@]{{1,128}}@[^{_BREAKS}@]{{1,255}}")


def addresses_in(text: str, limit: int = ADDRESSES) -> tuple[str, ...]:
    """Find whatever looks like an address in free text, in order, each once."""
    found = (match[0].rstrip(".") for match in _ADDRESS.finditer(text))
    return tuple(dict.fromkeys(found))[:limit]


def mailboxes(value: str) -> tuple[tuple[str, str], ...]:
    """Read an address field into (decoded name, address as given); never raises.

    What is no address is left out; comments are skipped to any depth.

    Source:
        RFC 5322 section 3.4, more tolerant.
    """
    pieces = (_mailbox(piece) for piece in _split(_without_comments(clean(value))))
    return tuple(found for found in pieces if found[1])[:ADDRESSES]


def _without_comments(value: str) -> str:
    depth, quoted, kept = 0, False, []
    for character in value:
        if character == '"' and not depth:
            quoted = not quoted
        if character == "(" and not quoted:
            depth += 1
        elif character == ")" and not quoted and depth:
            depth -= 1
        elif not depth:
            kept.append(character)
    return "".join(kept)


def _split(value: str) -> list[str]:
    cuts, quoted, angled = [-1], False, False
    for place, character in enumerate(value):
        if character == '"':
            quoted = not quoted
        elif character in "<>" and not quoted:
            angled = character == "<"
        elif character in ",;" and not quoted and not angled:
            cuts.append(place)
    return [value[start + 1 : end] for start, end in pairwise([*cuts, len(value)])]


def _mailbox(piece: str) -> tuple[str, str]:
    before, bracket, rest = piece.rpartition("<")
    address = rest.partition(">")[0].strip()
    if bracket and _is_address(address):
        return decode_words(before.strip().strip('"').strip(), 200), address
    plain = piece.rpartition(":")[2].strip()  # the name of a group stands before a colon
    return ("", plain) if _is_address(plain) else ("", next(iter(addresses_in(piece, 1)), ""))


def _is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    fits = len(text) <= ADDRESS_CHARACTERS and text.isprintable() and " " not in text
    return bool(local and at and domain and fits and not set("<>,;") & set(text))
