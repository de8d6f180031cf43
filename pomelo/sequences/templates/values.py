"""A lead's values in a template: how a name finds one, how it looks, how two compare.

Values are data that strangers wrote. They are never read as a template again.
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import msgspec
from liquid import Undefined
from liquid.builtin.expressions.primitive import Blank, Empty
from markupsafe import Markup, escape

from pomelo.base.errors import Invalid

OUTPUT_LIMIT: Final = 1_000_000
VALUE_LIMIT: Final = 100_000

# What the language itself asks for, under names that no template can spell: the text by which
# variations are chosen, and the moment of writing, aware, in the lead's zone.
SEED: Final = "\ue000seed"
MOMENT: Final = "\ue000moment"

# Control characters but tab and line feed, Unicode's line and paragraph separators, and
# halves of surrogate pairs, which have no UTF-8.
_JUNK: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

_SPECIAL: Final = re.compile("[&<>'\"]")


class VariableMissing(Invalid):
    """A variable of the template has no value for this lead; fill it in or give a default.

    Attributes:
        name: The variable, as the template spells it.
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The variable {name} has no value for this lead; fill it in, "
            f'or write {{{{ {name} | default: "…" }}}} in the step.'
        )
        self.name = name


class OutputTooLarge(Invalid):
    """The text of the step is larger than 1 MB for this lead; shorten its variables."""


class Missing(Undefined):
    """What a name gives that finds nothing: false in a condition, an error in the text."""

    __slots__ = ()


def look_up(values: Mapping[str, object], path: Sequence[object]) -> object:
    """Find a value by its path, in data only: attributes of objects are out of reach.

    Args:
        values: The variables by name; a name may contain dots.
        path: The name, then keys of objects or places in arrays. `size`, `first` and `last`
            work where no key has that name.

    Returns:
        The value, or `Missing`. Null counts as missing; the empty string does not.
    """
    name = spelled(path)
    found = _entry(values, name)
    if found is None and len(path) > 1:
        found = _entry(values, path[0])
        for key in path[1:]:
            found = _member(found, key)
    return Missing(name) if found is None else found


def spelled(path: Sequence[object]) -> str:
    """Write a path as templates do: `company.city`."""
    return str(path[0]) if len(path) == 1 else ".".join(map(str, path))


def _entry(values: Mapping[str, object], name: object) -> object:
    # Not `get`: a mapping may make some of its values when they are asked for.
    try:
        return values[str(name)]
    except KeyError:
        return None


def _member(holder: object, key: object) -> object:
    if isinstance(holder, Mapping) and key in holder:
        return holder[key]
    if isinstance(holder, list):
        place = {"first": 0, "last": -1}.get(str(key), key)
        if isinstance(place, int) and -len(holder) <= place < len(holder):
            return holder[place]
    if key == "size" and isinstance(holder, str | list | Mapping):
        return len(holder)
    return None


def text(value: object) -> str:
    """Write a value as text: arrays run together as in Liquid, objects as JSON.

    Raises:
        VariableMissing: There is no value.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, Missing):
        raise VariableMissing(value.name)
    if isinstance(value, list):
        return "".join(map(_item, value))
    return _item(value)


def _item(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | Mapping):
        return msgspec.json.encode(value).decode()
    return "" if value is None or isinstance(value, Empty | Blank) else str(value)


def as_plain(value: object) -> str:
    """Give a value for a subject or a text part: no control characters but tab and newline."""
    shown = text(value)
    if shown.isprintable():
        return shown
    return _JUNK.sub("", shown.replace("\r\n", "\n").replace("\r", "\n"))


def as_html(value: object) -> str:
    """Give a value for HTML: escaped, unless the caller made it `Markup`."""
    if isinstance(value, Markup):
        return value
    shown = as_plain(value)
    return escape(shown) if _SPECIAL.search(shown) else shown


def alike(left: object, right: object) -> bool:
    """Say whether two values are equal; the text "250" equals the number 250.

    Variables often come from CSV, where everything is text.
    """
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Blank):
            return _is_blank(other)
        if isinstance(one, Empty):
            return other in ("", [], {})
    left, right = _read_like(left, right), _read_like(right, left)
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def contains(left: object, right: object) -> bool:
    """Say whether a text holds another, or an array an item."""
    if isinstance(left, Missing) or isinstance(right, Missing):
        return False
    if isinstance(left, list):
        return any(alike(item, right) for item in left)
    return text(right) in text(left)


def _ordered(
    test: Callable[[float, float], bool] | Callable[[str, str], bool], left: object, right: object
) -> bool:
    left, right = _read_like(left, right), _read_like(right, left)
    comparable = (_is_number(left) and _is_number(right)) or (
        isinstance(left, str) and isinstance(right, str)
    )
    return comparable and bool(test(left, right))  # type: ignore[arg-type]


before: Final = partial(_ordered, operator.lt)
after: Final = partial(_ordered, operator.gt)
not_after: Final = partial(_ordered, operator.le)
not_before: Final = partial(_ordered, operator.ge)


def _read_like(value: object, other: object) -> object:
    if isinstance(value, Missing):
        return None
    if isinstance(value, str) and isinstance(other, bool):
        return {"true": True, "false": False}.get(value.strip().lower(), value)
    if isinstance(value, str) and _is_number(other):
        try:
            return float(value[:40])
        except ValueError:
            return value
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_blank(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, Missing) or value in (None, [], {})
