"""A step's subject or message: checked when it is written, compiled once, rendered per lead.

The language is a part of Liquid; `grammar` says which.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from liquid import BoundTemplate
from liquid.ast import Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import Path
from liquid.builtin.output import OutputNode
from liquid.exceptions import LiquidError

from pomelo.sequences.checks import LITERALS, Check
from pomelo.sequences.filters import FILTERS
from pomelo.sequences.grammar import Buffer, Context, Grammar
from pomelo.sequences.scanner import (
    SOURCE_LIMIT,
    Piece,
    PieceKind,
    TemplateInvalid,
    invalid,
    scan,
    unescaped,
)
from pomelo.sequences.values import (
    OUTPUT_LIMIT,
    OutputTooLarge,
    VariableMissing,
    as_html,
    as_plain,
    look_up,
    spelled,
)

__all__ = [
    "OutputTooLarge",
    "Piece",
    "PieceKind",
    "Template",
    "TemplateInvalid",
    "VariableMissing",
    "compile_template",
    "scan",
    "unescaped",
]

NODE_LIMIT: Final = 2_000

_GRAMMARS: Final = {html: Grammar(html=html) for html in (True, False)}


class Slot(msgspec.Struct, frozen=True):
    """A variable in a template that needs no evaluation.

    Attributes:
        name: Its whole name, `company.city`.
        path: The name in parts.
        instead: Arguments of its `default`, if it has one.
    """

    name: str
    path: tuple[object, ...]
    instead: tuple[object, ...] | None = None


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
        self._bound = BoundTemplate(grammar, grammar.nodes(source))
        check = Check(source, Context(self._bound))
        check.nodes(self._bound.nodes)
        if check.count > NODE_LIMIT and not is_derived:
            raise invalid(source, 0, f"it has more than {NODE_LIMIT} expressions; shorten it")
        self.html = html
        self.variables = frozenset(check.required)
        self.mentions = frozenset(check.mentioned)
        self.has_tags = any(piece.kind is PieceKind.TAG for piece in scan(source))
        self._segments = [_segment(node) for node in self._bound.nodes]

    def render(self, values: Mapping[str, object]) -> str:
        """Fill in one lead's values.

        Args:
            values: The variables by name: text, numbers, booleans, arrays, objects. In HTML a
                `Markup` goes in as it is.

        Raises:
            VariableMissing: A name that is shown has no value and no default.
            OutputTooLarge: More than 1,000,000 characters.
            TemplateInvalid: An expression cannot be worked out for these values.
        """
        return "".join(self._shown(values))

    def render_with_liquid(self, values: Mapping[str, object]) -> str:
        """Do the same by walking the whole tree, which any template allows."""
        return self._walk(self._bound.nodes, values)

    def _walk(self, nodes: Iterable[Node], values: Mapping[str, object]) -> str:
        buffer, context = Buffer(), Context(self._bound, globals=values)
        try:
            for node in nodes:
                node.render(context, buffer)
        except LiquidError as error:
            raise TemplateInvalid(
                f"The template fails for this lead ({error.message}); correct the step."
            ) from None
        return buffer.getvalue()

    def _shown(self, values: Mapping[str, object]) -> list[str]:
        present = as_html if self.html else as_plain
        size, shown = 0, []
        for segment in self._segments:
            if isinstance(segment, Slot):
                segment = present(_filled(segment, values))  # noqa: PLW2901
            elif isinstance(segment, Node):
                segment = self._walk((segment,), values)  # noqa: PLW2901
            size += len(segment)
            if size > OUTPUT_LIMIT:
                raise OutputTooLarge
            shown.append(segment)
        return shown


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
    if len(source.encode("utf-8", "replace")) > SOURCE_LIMIT:
        raise invalid(source, 0, "it is larger than 100 kB; shorten it")
    if sum(piece.kind is not PieceKind.TEXT for piece in scan(source)) > NODE_LIMIT:
        raise invalid(source, 0, f"it has more than {NODE_LIMIT} tags; shorten it")


def _filled(slot: Slot, values: Mapping[str, object]) -> object:
    try:
        value = values[slot.name]
    except KeyError:
        value = None
    if value is None:
        value = look_up(values, slot.path)
    return value if slot.instead is None else FILTERS["default"].apply(value, *slot.instead)


def _segment(node: Node) -> str | Slot | Node:
    """Make of a node what is quicker to show: text, a variable, or itself when it is more."""
    if isinstance(node, ContentNode):
        return node.text
    expression: Any = node.expression if isinstance(node, OutputNode) else None
    if expression is None or not isinstance(expression.left, Path):
        return node
    path = tuple(expression.left.path)
    if not expression.filters:
        return Slot(spelled(path), path)
    first, *more = expression.filters
    values = [argument.value for argument in first.args]
    if more or first.name != "default" or not all(isinstance(v, LITERALS) for v in values):
        return node
    return Slot(spelled(path), path, tuple(value.value for value in values))
