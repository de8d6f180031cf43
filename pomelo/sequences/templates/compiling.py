"""A step's subject or message: checked when it is written, compiled once, rendered per lead.

The language is a part of Liquid; `grammar` says which.
"""

from collections.abc import Callable, Mapping
from typing import Final

from liquid import BoundTemplate, RenderContext

from pomelo.sequences.templates.checks import Check
from pomelo.sequences.templates.grammar import Grammar
from pomelo.sequences.templates.scanner import (
    SOURCE_LIMIT,
    PieceKind,
    invalid,
    scan,
)
from pomelo.sequences.templates.segments import cut, shown
from pomelo.sequences.templates.values import as_html, as_plain

NODE_LIMIT: Final = 2_000

_GRAMMARS: Final = {html: Grammar(html=html) for html in (True, False)}


class Template:
    """A compiled template; make it with `compile_template`.

    Attributes:
        html: Whether values are escaped.
        variables: Names shown somewhere without a default.
        mentions: Every name, those in conditions and with a default too.
        has_tags: Whether it has conditions.
    """

    def __init__(self, source: str, *, html: bool, is_derived: bool) -> None:
        grammar = _GRAMMARS[html]
        nodes = grammar.nodes(source)
        check = Check(source, RenderContext(BoundTemplate(grammar, nodes)))
        check.nodes(nodes)
        if check.count > NODE_LIMIT and not is_derived:
            raise invalid(source, 0, f"it has more than {NODE_LIMIT} expressions; shorten it")
        self.html = html
        self.variables = frozenset(check.required)
        self.mentions = frozenset(check.mentioned)
        self.has_tags = any(piece.kind is PieceKind.TAG for piece in scan(source))
        self._segments = cut(nodes)
        self._present = as_html if html else as_plain

    def render(
        self, values: Mapping[str, object], *, within: Callable[[str], str] | None = None
    ) -> str:
        """Fill in one lead's values.

        Args:
            values: The variables by name: text, numbers, booleans, arrays, objects. In HTML a
                `Markup` goes in as it is.
            within: Writes each value as the place asks in which it stands, such as a URL.

        Raises:
            VariableMissing: A name that is shown has no value and no default.
            OutputTooLarge: More than 1,000,000 characters.
            TemplateInvalid: An expression cannot be worked out for these values.
        """
        present = self._present
        if within is not None:
            return shown(self._segments, values, lambda value: within(present(value)))
        return shown(self._segments, values, present)


def compile_template(source: str, *, html: bool, is_derived: bool = False) -> Template:
    """Check and compile a template.

    Args:
        source: At most 100 kB and 2,000 outputs, tags and filters.
        html: Whether it makes HTML; else plain text. In HTML, expressions may be escaped
            as editors do it (`{% if n &gt; 3 %}`).
        is_derived: Made by us from a source that passed, so its size is not judged again.

    Raises:
        TemplateInvalid: It is too large, has a syntax error, or uses what is not allowed.
    """
    if not is_derived:
        _refuse_too_large(source)
    return Template(source, html=html, is_derived=is_derived)


def _refuse_too_large(source: str) -> None:
    if sum(piece.kind is not PieceKind.TEXT for piece in scan(source)) > NODE_LIMIT:
        raise invalid(source, 0, f"it has more than {NODE_LIMIT} tags; shorten it")
    if len(source.encode("utf-8", "replace")) > SOURCE_LIMIT:
        raise invalid(source, 0, "it is larger than 100 kB; shorten it")
