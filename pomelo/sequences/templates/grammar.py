"""Which Liquid a step may use: outputs, if, unless, case and our spin; no loops, no assigning.

Every node is rendered at most once and every filter is linear, so a template's cost is
bounded by its size and its values.
"""

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Final

from liquid import Environment, Token
from liquid.ast import Node
from liquid.builtin.content import Literal
from liquid.builtin.illegal import Illegal
from liquid.builtin.output import Output
from liquid.builtin.tags.case_tag import CaseTag
from liquid.builtin.tags.if_tag import IfTag
from liquid.builtin.tags.unless_tag import UnlessTag
from liquid.exceptions import LiquidError
from liquid.mode import Mode
from liquid.token import TOKEN_CONTENT, TOKEN_EXPRESSION, TOKEN_OUTPUT, TOKEN_TAG

from pomelo.sequences.templates import scanner
from pomelo.sequences.templates.filters import FILTERS
from pomelo.sequences.templates.scanner import PieceKind, invalid
from pomelo.sequences.templates.spins import SpinTag

TAGS: Final = frozenset(
    "if elsif else endif unless endunless case when endcase spin variation endspin".split()  # noqa: SIM905
)


class _If(IfTag):
    mode = Mode.STRICT  # a condition after `else` is an error, not ignored


class _Unless(UnlessTag):
    mode = Mode.STRICT


class Grammar(Environment):
    """The language, in HTML (where expressions may be escaped) or in plain text.

    Args:
        html: Which of the two.
    """

    def __init__(self, *, html: bool) -> None:
        self.html = html
        super().__init__()

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Register what is allowed, and nothing of the library's own choice."""
        del extra
        for tag in (Literal, Illegal, Output, _If, _Unless, CaseTag, SpinTag):
            self.add_tag(tag)
        for name, filter_ in FILTERS.items():
            self.add_filter(name, filter_.apply)

    def tokenizer(self) -> Callable[[str], Iterator[Token]]:
        """Give our scanner instead of the library's."""
        return self._tokens

    def nodes(self, source: str) -> list[Node]:
        """Parse a source.

        Raises:
            TemplateInvalid: It is not in this language.
        """
        try:
            return self._parse(source)
        except LiquidError as error:
            start = error.token.start_index if error.token else 0
            start = max(start, 0) or _end_if_unfinished(error, source)
            reason = f"{error.message}; correct the expression or close the block"
            raise invalid(source, start, reason) from None
        except RecursionError:
            raise invalid(source, 0, "it is nested too deeply; split it") from None

    def _tokens(self, source: str) -> Iterator[Token]:
        trim = False
        pieces = list(scanner.scan(source))
        for piece, following in zip_longest(pieces, pieces[1:]):
            if piece.kind is not PieceKind.TEXT:
                yield from self._expression_tokens(piece, source)
                trim = piece.trims_after
                continue
            shown = piece.source.lstrip() if trim else piece.source
            shown = shown.rstrip() if following and following.trims_before else shown
            if shown:
                yield Token(TOKEN_CONTENT, shown, piece.start, source)

    def _expression_tokens(self, piece: scanner.Piece, source: str) -> Iterator[Token]:
        inner = scanner.unescaped(piece.inner) if self.html else piece.inner
        if piece.kind is PieceKind.OUTPUT:
            _refuse_strange_output(piece, source)
            yield Token(TOKEN_OUTPUT, piece.source, piece.start, source)
            inner = scanner.with_quoted_name(inner)
        else:
            _refuse_other_tag(piece, source)
            yield Token(TOKEN_TAG, piece.tag, piece.start, source)
        if inner:
            yield Token(TOKEN_EXPRESSION, inner, piece.start, source)


def _end_if_unfinished(error: LiquidError, source: str) -> int:
    unfinished = error.token is None or error.token.start_index < 0
    return len(source) if unfinished else 0


def _refuse_strange_output(piece: scanner.Piece, source: str) -> None:
    if not piece.inner:
        raise invalid(source, piece.start, "{{ }} is empty; name a variable in it")
    if piece.inner.startswith("{"):
        raise invalid(
            source,
            piece.start,
            "three braces mean nothing; write {{ name }}, in a spin { {{ name }}|… }",
        )


def _refuse_other_tag(piece: scanner.Piece, source: str) -> None:
    if piece.tag not in TAGS:
        reason = f"{{% {piece.tag[:40]} %}} cannot be used here; there are if, unless, case, spin"
        raise invalid(source, piece.start, reason)
