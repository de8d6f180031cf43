"""What the library shows when it walks its own tree: `Template.render` must give nothing else."""

from collections.abc import Mapping
from io import StringIO
from typing import Any, Final, TextIO

from liquid import BoundTemplate, RenderContext
from liquid.ast import BlockNode
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.case_tag import CaseNode, CaseTag
from liquid.exceptions import LiquidError

from pomelo.sequences.templates.checks import Check
from pomelo.sequences.templates.grammar import Grammar
from pomelo.sequences.templates.scanner import TemplateInvalid
from pomelo.sequences.templates.values import (
    OUTPUT_LIMIT,
    OutputTooLarge,
    alike,
    as_html,
    as_plain,
    look_up,
)


class _OnceCaseNode(CaseNode):
    """Renders the first branch that fits. Liquid repeats it for every equal value."""

    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = self.expression.evaluate(context)
        for block in self.blocks:
            if isinstance(block, BlockNode):
                return block.render(context, buffer)
            choices = block.expression.children()
            if any(alike(value, choice.evaluate(context)) for choice in choices):
                return block.block.render(context, buffer)
        return 0


class _Case(CaseTag):
    node_class = _OnceCaseNode


class _HtmlOutputNode(OutputNode):
    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(as_html(self.expression.evaluate(context)))


class _PlainOutputNode(OutputNode):
    __slots__ = ()

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(as_plain(self.expression.evaluate(context)))


class _HtmlOutput(Output):
    node_class = _HtmlOutputNode


class _PlainOutput(Output):
    node_class = _PlainOutputNode


class Walked(Grammar):
    """The language, with nodes that show values as we do."""

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        """Register the same tags, but for those two."""
        super().setup_tags_and_filters(extra=extra)
        self.add_tag(_Case)
        self.add_tag(_HtmlOutput if self.html else _PlainOutput)


class Context(RenderContext):
    """The values of one rendering; nothing else is in scope, not even the date."""

    __slots__ = ()

    def get(self, path: list[object], **_: Any) -> object:
        """Find a value by its path."""
        return look_up(self.globals, path)


class Buffer(StringIO):
    """Collects the output and stops at 1 MB."""

    size = 0

    def write(self, shown: str, /) -> int:
        """Take a part of the output.

        Raises:
            OutputTooLarge: All parts together have more than 1,000,000 characters.
        """
        self.size += len(shown)
        if self.size > OUTPUT_LIMIT:
            raise OutputTooLarge
        return super().write(shown)


_GRAMMARS: Final = {html: Walked(html=html) for html in (True, False)}


def walked(source: str, values: Mapping[str, object], *, html: bool) -> str:
    """Show a template by walking the library's tree."""
    bound = BoundTemplate(_GRAMMARS[html], _GRAMMARS[html].nodes(source))
    buffer, context = Buffer(), Context(bound, globals=values)
    Check(source, context).nodes(bound.nodes)
    try:
        for node in bound.nodes:
            node.render(context, buffer)
    except LiquidError as error:
        raise TemplateInvalid(
            f"The template fails for this lead ({error.message}); correct the step."
        ) from None
    return buffer.getvalue()
