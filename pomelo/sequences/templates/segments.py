"""A parsed template cut into segments that are quick to show: text, outputs, branches.

What the library works out by walking its tree is bound together once; the outcome is the same.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from liquid import Undefined
from liquid.ast import BlockNode, Node
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import (
    BooleanExpression,
    FilteredExpression,
    Path,
    logical,
    primitive,
)
from liquid.builtin.output import OutputNode
from liquid.builtin.tags.case_tag import CaseNode
from liquid.builtin.tags.if_tag import IfNode
from liquid.builtin.tags.unless_tag import UnlessNode

from pomelo.sequences.templates.checks import Compared
from pomelo.sequences.templates.filters import FILTERS
from pomelo.sequences.templates.scanner import TemplateInvalid
from pomelo.sequences.templates.spins import SpinNode, variation
from pomelo.sequences.templates.values import (
    MOMENT,
    OUTPUT_LIMIT,
    SEED,
    OutputTooLarge,
    alike,
    look_up,
    spelled,
)

Values: TypeAlias = Mapping[str, object]
Reads: TypeAlias = Callable[[Values], object]


class Branches(NamedTuple):
    """Segments of which some are shown: those of the first condition that holds.

    Attributes:
        choices: Conditions and what is shown where one holds.
        otherwise: What is shown where none does.
    """

    choices: "tuple[tuple[Reads, Segments], ...]"
    otherwise: "Segments"

    def chosen(self, values: Values) -> "Segments":
        """Give what is shown for these values."""
        for holds, segments in self.choices:
            if holds(values):
                return segments
        return self.otherwise


class Spin(NamedTuple):
    """Segments of which one is shown, chosen by the values' seed.

    Attributes:
        number: The spin's number in its text.
        variations: What may be shown.
    """

    number: int
    variations: "tuple[Segments, ...]"

    def chosen(self, values: Values) -> "Segments":
        """Give what is shown for these values."""
        seed = str(values[SEED]) if SEED in values else ""
        return self.variations[variation(seed, self.number, len(self.variations))]


# Text is shown as it is; what reads the values gives one to be presented.
Segment: TypeAlias = str | Reads | Branches | Spin
Segments: TypeAlias = tuple[Segment, ...]
_NONE: Final[Segments] = ()


def cut(nodes: Iterable[Node]) -> Segments:
    """Cut checked nodes into segments."""
    segments: list[Segment] = []
    for node in nodes:
        segment, last = _segment(node), segments[-1] if segments else None
        if isinstance(segment, str) and isinstance(last, str):
            segments[-1] = last + segment
        else:
            segments.append(segment)
    return tuple(segments)


def shown(segments: Segments, values: Values, present: Callable[[object], str]) -> str:
    """Show segments.

    Args:
        segments: What `cut` made.
        values: The variables by name.
        present: Spells a value.

    Raises:
        OutputTooLarge: More than 1,000,000 characters.
    """
    parts: list[str] = []
    size = 0
    for part in _parts(segments, values, present):
        size += len(part)
        if size > OUTPUT_LIMIT:
            raise OutputTooLarge
        parts.append(part)
    return "".join(parts)


def _parts(segments: Segments, values: Values, present: Callable[[object], str]) -> Iterator[str]:
    for segment in segments:
        if isinstance(segment, str):
            yield segment
        elif isinstance(segment, Branches | Spin):
            yield from _parts(segment.chosen(values), values, present)
        else:
            yield present(segment(values))


def _segment(node: Any) -> Segment:
    match node:
        case ContentNode():
            return str(node.text)
        case OutputNode():
            return _reads(node.expression)
        case IfNode():
            return _branches(node, _reads(node.condition))
        case UnlessNode():
            return _branches(node, _inverse(_reads(node.condition)))
        case CaseNode():
            return _case(node)
        case SpinNode():
            return Spin(node.number, tuple(map(_block, node.variations)))
        case _:
            raise TypeError(f"no segment is made of a {type(node).__name__}")


def _block(block: BlockNode | None) -> Segments:
    # As the library does: a block of nothing but white space shows nothing.
    return _NONE if block is None or block.blank else cut(block.nodes)


def _branches(node: Any, first: Reads) -> Branches:
    others = ((_reads(one.expression), _block(one.block)) for one in node.alternatives)
    return Branches(((first, _block(node.consequence)), *others), _block(node.default))


def _case(node: Any) -> Branches:
    """Take `else` where it stands: what follows it is never reached."""
    value = _reads(node.expression)
    choices: list[tuple[Reads, Segments]] = []
    for block in node.blocks:
        if isinstance(block, BlockNode):
            return Branches(tuple(choices), _block(block))
        fits = [_reads(choice) for choice in block.expression.children()]
        choices.append((_is_one_of(value, fits), _block(block.block)))
    return Branches(tuple(choices), _NONE)


def _is_one_of(value: Reads, choices: Sequence[Reads]) -> Reads:
    def holds(values: Values) -> bool:
        sought = value(values)
        return any(alike(sought, choice(values)) for choice in choices)

    return holds


def _inverse(condition: Reads) -> Reads:
    return lambda values: not condition(values)


def _reads(expression: Any) -> Reads:
    """Bind an expression to what reads its value."""
    match expression:
        case primitive.Literal():
            return _always(expression.value)
        case primitive.Nil():
            return _always(None)
        case primitive.Empty() | primitive.Blank():
            return _always(expression)
        case Path():
            return _looks_up(tuple(expression.path))
        case FilteredExpression():
            return _filtered(expression)
        case _:
            return _judges(expression)


def _judges(expression: Any) -> Reads:
    match expression:
        case BooleanExpression():
            holds = _reads(expression.expression)
            return lambda values: _is_true(holds(values))
        case Compared():
            test = expression.test
            left, right = _reads(expression.left), _reads(expression.right)
            return lambda values: test(left(values), right(values))
        case logical.LogicalAndExpression():
            left, right = _reads(expression.left), _reads(expression.right)
            return lambda values: _is_true(left(values)) and _is_true(right(values))
        case logical.LogicalOrExpression():
            left, right = _reads(expression.left), _reads(expression.right)
            return lambda values: _is_true(left(values)) or _is_true(right(values))
        case _:
            raise TypeError(f"nothing reads a {type(expression).__name__}")


def _is_true(value: object) -> bool:
    if isinstance(value, str):
        return True
    return value is not None and value is not False and not isinstance(value, Undefined)


def _always(value: object) -> Reads:
    return lambda _: value


def _looks_up(path: tuple[object, ...]) -> Reads:
    name = spelled(path)

    def read(values: Values) -> object:
        try:
            found = values[name]
        except KeyError:
            found = None
        return look_up(values, path) if found is None else found

    return read


def _filtered(expression: Any) -> Reads:
    read = _reads(expression.left)
    for found in expression.filters or ():
        read = _applied(found.name, read, [_reads(argument.value) for argument in found.args])
    return read


def _applied(name: str, read: Reads, arguments: Sequence[Reads]) -> Reads:
    apply, knows_moment = FILTERS[name].apply, FILTERS[name].knows_moment

    def filtered(values: Values) -> object:
        told = {"moment": values[MOMENT]} if knows_moment and MOMENT in values else {}
        try:
            return apply(read(values), *[argument(values) for argument in arguments], **told)
        except TypeError as error:
            raise TemplateInvalid(
                f"The template fails for this lead ({name}: {error}); correct the step."
            ) from None

    return filtered
