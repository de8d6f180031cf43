"""Tells whether a page's tags are so entangled that reading it costs far more than its length.

A parser looks through all open elements at each tag, and repeats formatting that was left open
in each paragraph: some kilobytes can hold it for minutes.
"""

import re
from collections import Counter
from typing import Final

# What a parser may look at in one page: 5,000 tags, 100 deep, pass with room to spare.
BUDGET: Final = 2_000_000
# An open one costs this much at each tag, because it is made anew in each paragraph.
_REPEATED: Final = 40

_TAG: Final = re.compile(r"<(/?)([a-zA-Z][^\s/>]{0,30})")
_FORMATTING: Final = frozenset(
    {"b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"}
)
# What has no end, or is ended by the next of its kind or by that of what holds it.
_SELF_ENDING: Final = frozenset(
    {"a", "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "nobr"}
    | {"body", "dd", "dt", "head", "html", "li", "option", "p", "param", "source", "tbody", "td"}
    | {"tfoot", "th", "thead", "tr", "track", "wbr"}
)


def is_tangled(source: str) -> bool:
    """Tell whether reading a page would take seconds, by one look along its tags.

    Args:
        source: HTML, or anything else.

    Source:
        HTML standard 13.2.4.3 (the list of active formatting elements), 13.2.6.
    """
    still_open: Counter[str] = Counter()
    weight = spent = 0
    for slash, name in _TAG.findall(source):
        tag = name.lower()
        spent += weight
        if tag in _SELF_ENDING or (slash and not still_open[tag]):
            continue
        step = -1 if slash else 1
        still_open[tag] += step
        weight += step * (_REPEATED if tag in _FORMATTING else 1)
    return spent > BUDGET
