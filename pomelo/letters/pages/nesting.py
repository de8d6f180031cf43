"""Tells whether a page's tags are so entangled that reading it costs far more than its length.

A parser looks through all open elements at each tag, and repeats formatting that was left open
in each paragraph: some kilobytes can hold it for minutes.
"""

import re
from collections import Counter, defaultdict
from typing import Final

# What a parser may look at in one page: 5,000 tags, 100 deep, pass with room to spare.
BUDGET: Final = 2_000_000
# An open one costs this much at each tag, because it is made anew in each paragraph.
_REPEATED: Final = 40
# So many of the same tag are repeated at most (the "Noah's Ark clause").
_ALIKE: Final = 3
# So many pairs of attributes of one tag cost as much as one open element.
_PAIRS: Final = 16

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,30})([^>]*)")
_FORMATTING: Final = frozenset(
    {"b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"}
)
# What has no end, or is ended by the next of its kind or by that of what holds it.
_SELF_ENDING: Final = frozenset(
    {"a", "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "nobr"}
    | {"body", "dd", "dt", "head", "html", "li", "option", "p", "param", "source", "tbody", "td"}
    | {"tfoot", "th", "thead", "tr", "track", "wbr"}
)
# In these such an end is not known.
_FOREIGN: Final = ("svg", "math", "select")


class _Walk:
    """A look along the tags of a page.

    Attributes:
        spent: What a parser has looked at.
    """

    def __init__(self) -> None:
        self.spent = 0
        self._weight = 0
        self._open: defaultdict[str, list[str]] = defaultdict(list)
        self._alike: Counter[tuple[str, str]] = Counter()

    def pass_by(self, tag: str, rest: str, *, is_end: bool) -> None:
        """Pass by a tag, and note what it leaves open."""
        self.spent += self._weight + len(rest.split()) ** 2 // _PAIRS
        is_foreign = any(self._open[name] for name in _FOREIGN)
        if tag in _SELF_ENDING and not is_foreign:
            return
        if is_end:
            self._end(tag)
        elif not (is_foreign and rest.endswith("/")):
            self._begin(tag, rest)

    def _begin(self, tag: str, rest: str) -> None:
        self._open[tag].append(rest)
        self._alike[tag, rest] += 1
        self._weight += self._share(tag, rest)

    def _end(self, tag: str) -> None:
        if self._open[tag]:
            rest = self._open[tag].pop()
            self._weight -= self._share(tag, rest)
            self._alike[tag, rest] -= 1

    def _share(self, tag: str, rest: str) -> int:
        """Give what the newest of a tag costs at each other one."""
        is_repeated = tag in _FORMATTING and self._alike[tag, rest] <= _ALIKE
        return _REPEATED if is_repeated else 1


def is_tangled(source: str) -> bool:
    """Tell whether reading a page would take seconds, by one look along its tags.

    Args:
        source: HTML, or anything else.

    Source:
        HTML standard 13.2.4.3 (the list of active formatting elements), 13.2.6.
    """
    walk = _Walk()
    for slash, name, rest in _TAG.findall(source):
        walk.pass_by(name.lower(), rest, is_end=bool(slash))
    return walk.spent > BUDGET
