"""Cuts the source of a template into text, outputs and tags, in one pass.

The library's own scanner takes quadratic time on sources that were written to hurt.
"""

import html
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

import msgspec

from pomelo.base.errors import Invalid

SOURCE_LIMIT: Final = 100_000
INNER_LIMIT: Final = 1_000

_OPEN: Final = re.compile(r"\{[{%]")
_TAG: Final = re.compile(r"\s*(\w*)\s*(.*)", re.DOTALL)
# A head that is a name and nothing else. Names of variables come from CSV headings, so they
# may have spaces, or be words that Liquid keeps for itself.
_NAME: Final = re.compile(r"\w[\w .-]*\??")
_LITERALS: Final = frozenset({"true", "false", "nil", "null", "empty", "blank"})


class TemplateInvalid(Invalid):
    """The template cannot be read; compare it with the guide to templates."""


class PieceKind(StrEnum):
    """What a piece of a template is."""

    TEXT = "text"
    OUTPUT = "output"
    TAG = "tag"


class Piece(msgspec.Struct, frozen=True):
    """A stretch of a template's source.

    Attributes:
        kind: Text, `{{ output }}` or `{% tag %}`.
        source: The stretch as written, braces included.
        start: Where it starts, in characters.
        tag: The tag's name; empty for the others.
        inner: What stands between the braces, after the tag's name.
        trims_before: A dash at its front eats the white space before it.
        trims_after: A dash at its end eats the white space after it.
    """

    kind: PieceKind
    source: str
    start: int
    tag: str = ""
    inner: str = ""
    trims_before: bool = False
    trims_after: bool = False


def scan(source: str) -> Iterator[Piece]:
    """Cut a source into pieces; together they are the source again.

    Raises:
        TemplateInvalid: Braces that never close, or close more than 1,000 characters later.
    """
    end = 0
    while found := _OPEN.search(source, end):
        start = found.start()
        if start > end:
            yield Piece(PieceKind.TEXT, source[end:start], end)
        end = _closing(source, start)
        yield _piece(source[start:end], start)
    if end < len(source):
        yield Piece(PieceKind.TEXT, source[end:], end)


def _closing(source: str, start: int) -> int:
    close = "}}" if source[start + 1] == "{" else "%}"
    end = source.find(close, start + 2, start + INNER_LIMIT + 4)
    if end < 0:
        opened = source[start : start + 2]
        raise invalid(source, start, f"{opened} is never closed; end it with {close} nearby")
    return end + 2


def _piece(source: str, start: int) -> Piece:
    inner = source[2:-2]
    trims_before, trims_after = inner.startswith("-"), inner.endswith("-")
    inner = inner[trims_before : len(inner) - (trims_after and len(inner) > 1)].strip()
    if source.startswith("{{"):
        return Piece(PieceKind.OUTPUT, source, start, "", inner, trims_before, trims_after)
    found = _TAG.fullmatch(inner)
    tag, inner = found.groups() if found else ("", inner)
    return Piece(PieceKind.TAG, source, start, tag, inner.strip(), trims_before, trims_after)


def unescaped(expression: str) -> str:
    """Undo what an HTML editor did to an expression: `&gt;`, `&quot;`, hard spaces."""
    return html.unescape(expression).replace("\xa0", " ")


def with_quoted_name(expression: str) -> str:
    """Give an output whose variable's name may have spaces in the form that Liquid reads.

    `first name | upcase` becomes `["first name"] | upcase`; what is no plain name stays.
    """
    head, pipe, rest = expression.partition("|")
    name = " ".join(head.split())
    is_path_or_number = ("." in name and " " not in name) or name.isdecimal()
    if is_path_or_number or name in _LITERALS or not _NAME.fullmatch(name):
        return expression
    return f'["{name}"] {pipe}{rest}'


def invalid(source: str, start: int, reason: str) -> TemplateInvalid:
    """Make the error that says where, what, and what to do."""
    line = source.count("\n", 0, start) + 1
    return TemplateInvalid(f"Line {line} of the template: {reason}.")
