"""What a parsed template may hold, and which variables it needs.

Comparisons of the library are exchanged for ours on the way (see `values`).
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

from liquid import RenderContext
from liquid.ast import Node
from liquid.builtin.expressions import (
    BooleanExpression,
    FilteredExpression,
    Path,
    logical,
    primitive,
)
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.case_tag import MultiExpressionBlockNode
from liquid.expression import Expression

from pomelo.sequences.templates import values as compare
from pomelo.sequences.templates.filters import FILTERS
from pomelo.sequences.templates.scanner import invalid
from pomelo.sequences.templates.values import spelled

LITERALS: Final = (
    primitive.TrueLiteral,
    primitive.FalseLiteral,
    primitive.IntegerLiteral,
    primitive.FloatLiteral,
    primitive.StringLiteral,
)
_COMPARISONS: Final[dict[type[Expression], Callable[[object, object], bool]]] = {
    logical.EqExpression: compare.alike,
    logical.NeExpression: lambda left, right: not compare.alike(left, right),
    logical.LtExpression: compare.before,
    logical.GtExpression: compare.after,
    logical.LeExpression: compare.not_after,
    logical.GeExpression: compare.not_before,
    logical.ContainsExpression: compare.contains,
}


class Compared(Expression):
    """A comparison by our rules, in the place of the library's."""

    __slots__ = ("left", "right", "test")

    def __init__(self, made_of: Any, test: Callable[[object, object], bool]) -> None:
        super().__init__(made_of.token)
        self.left: Expression = made_of.left
        self.right: Expression = made_of.right
        self.test = test

    def evaluate(self, context: RenderContext) -> bool:
        """Compare both sides."""
        return self.test(self.left.evaluate(context), self.right.evaluate(context))

    def children(self) -> list[Expression]:
        """Give both sides."""
        return [self.left, self.right]


_ALLOWED: Final = (
    *LITERALS,
    primitive.Nil,
    primitive.Empty,
    primitive.Blank,
    Path,
    FilteredExpression,
    BooleanExpression,
    logical.LogicalAndExpression,
    logical.LogicalOrExpression,
    Compared,
)


class Check:
    """Walks a parsed template: refuses what is not allowed, puts in our comparisons.

    Attributes:
        count: Expressions and filters met.
        required: Names shown without a default.
        mentioned: Every name.
    """

    def __init__(self, source: str, context: RenderContext) -> None:
        self.source = source
        self.context = context
        self.count = 0
        self.required: set[str] = set()
        self.mentioned: set[str] = set()

    def nodes(self, nodes: Iterable[Node]) -> None:
        """Check nodes and all below them.

        Raises:
            TemplateInvalid: Something in them is not allowed.
        """
        for node in nodes:
            for expression in node.expressions():
                if isinstance(node, MultiExpressionBlockNode):
                    self._expressions(expression.children())
                else:
                    self._expressions([expression])
                if isinstance(node, OutputNode):
                    self._shown(expression)
            self.nodes(node.children(self.context))

    def _expressions(self, expressions: Iterable[Expression]) -> None:
        for expression in expressions:
            self.count += not isinstance(expression, Path | primitive.Literal)
            if isinstance(expression, BooleanExpression):
                expression.expression = _mended(expression.expression)
            if isinstance(expression, FilteredExpression):
                self._filters(expression)
            if isinstance(expression, Path):
                self.mentioned.add(spelled(expression.path))
            self._refuse_strange(expression)
            self._expressions(expression.children())

    def _refuse_strange(self, expression: Expression) -> None:
        computed = isinstance(expression, Path) and not all(
            isinstance(key, str | int) for key in expression.path
        )
        if computed or not isinstance(expression, _ALLOWED):
            what = "[names] made of other variables" if computed else "ranges like (1..9)"
            raise invalid(
                self.source, expression.token.start_index, f"{what} cannot be used; leave them out"
            )

    def _filters(self, expression: FilteredExpression) -> None:
        for found in expression.filters or []:
            self.count += 1
            known = FILTERS.get(found.name)
            given = len(found.args)
            if known is None:
                allowed = ", ".join(FILTERS)
                reason = f"there is no filter {found.name[:40]}; use one of {allowed}"
            elif any(getattr(argument, "name", None) for argument in found.args):
                reason = f"{found.name} takes no named arguments; give plain ones"
            elif not known.fewest <= given <= known.most:
                span = "" if known.fewest == known.most else f"{known.fewest} to "
                reason = f"{found.name} takes {span}{known.most} arguments; it has {given}"
            else:
                continue
            raise invalid(self.source, found.token.start_index, reason)

    def _shown(self, expression: Any) -> None:
        filters = expression.filters or []
        arguments = [argument.value for found in filters for argument in found.args]
        has_default = any(found.name == "default" for found in filters)
        for needed in [*arguments, *([] if has_default else [expression.left])]:
            if isinstance(needed, Path):
                self.required.add(spelled(needed.path))


def _mended(expression: Any) -> Expression:
    test = _COMPARISONS.get(type(expression))
    if test is not None:
        return Compared(expression, test)
    if isinstance(expression, logical.LogicalAndExpression | logical.LogicalOrExpression):
        expression.left, expression.right = _mended(expression.left), _mended(expression.right)
    return expression  # type: ignore[no-any-return]
