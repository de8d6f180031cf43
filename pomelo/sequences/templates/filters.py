"""The filters a template may use: each one's cost and output are linear in its input.

Left out on purpose: what makes or walks arrays (split, join, map …), and arithmetic.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Final
from urllib.parse import quote_plus

import msgspec
from liquid.builtin.expressions.primitive import Empty

from pomelo.sequences.templates.values import VALUE_LIMIT, Missing, OutputTooLarge, text


class Filter(msgspec.Struct, frozen=True):
    """One filter and how many arguments it takes after the colon.

    Attributes:
        apply: Makes the new value of the old one and the arguments.
        fewest: Arguments it needs.
        most: Arguments it takes.
        knows_moment: Whether it also gets the moment of writing, as `moment`.
    """

    apply: Callable[..., object]
    fewest: int = 0
    most: int = 0
    knows_moment: bool = False


def _of_text(change: Callable[..., str]) -> Callable[..., object]:
    """Let a change of texts pass on what is missing, so that a later default can mend it."""

    def apply(value: object, *arguments: object) -> object:
        if not isinstance(value, str) and isinstance(value, Missing):
            return value
        return change(_bounded(text(value)), *map(text, arguments))

    return apply


def _bounded(shown: str) -> str:
    if len(shown) > VALUE_LIMIT:
        raise OutputTooLarge
    return str(shown)


def _default(value: object, instead: object = "") -> object:
    if isinstance(value, str):  # as nearly all are
        return value or instead
    if value is False or isinstance(value, Missing | Empty) or value in ([], {}, None):
        return instead
    return value


def _replace(shown: str, old: str, new: str = "") -> str:
    # The size is known before anything is built: a value may hold 100,000 matches.
    if len(shown) + shown.count(old) * len(new) > VALUE_LIMIT:
        raise OutputTooLarge
    return shown.replace(old, new)


def _append(shown: str, more: str) -> str:
    return _bounded(shown + more)


def _prepend(shown: str, more: str) -> str:
    return _bounded(more + shown)


def _truncate(shown: str, length: str = "50", end: str = "...") -> str:
    limit = int(length) if length.isdecimal() and len(length) < 10 else 50
    if len(shown) <= limit:
        return shown
    return shown[: max(0, limit - len(end))] + end


def _truncatewords(shown: str, count: str = "15", end: str = "...") -> str:
    limit = max(1, int(count)) if count.isdecimal() and len(count) < 10 else 15
    words = shown.split()
    return shown if len(words) <= limit else " ".join(words[:limit]) + end


def _date_of(value: object, pattern: object, *, moment: datetime | None = None) -> object:
    """Write a date; an instant, `"now"` and `"today"` too, as the lead's clocks show it."""
    shown = value.isoformat() if isinstance(value, date) else value
    return _of_text(lambda said, spelling: _dated(said, spelling, moment))(shown, pattern)


def _dated(shown: str, pattern: str, now: datetime | None) -> str:
    try:
        return _instant(shown.strip(), now).strftime(pattern[:100])
    except (ValueError, OverflowError):
        return shown  # as Liquid does with what is no date


def _instant(said: str, now: datetime | None) -> datetime:
    if now is not None and said in ("now", "today"):
        return now
    instant = datetime.fromisoformat(said)
    return instant if instant.tzinfo is None or now is None else instant.astimezone(now.tzinfo)


FILTERS: Final = {
    "append": Filter(_of_text(_append), 1, 1),
    "capitalize": Filter(_of_text(str.capitalize)),
    "date": Filter(_date_of, 1, 1, knows_moment=True),
    "default": Filter(_default, 0, 1),
    "downcase": Filter(_of_text(str.lower)),
    "lstrip": Filter(_of_text(str.lstrip)),
    "prepend": Filter(_of_text(_prepend), 1, 1),
    "remove": Filter(_of_text(_replace), 1, 1),
    "replace": Filter(_of_text(_replace), 2, 2),
    "rstrip": Filter(_of_text(str.rstrip)),
    "strip": Filter(_of_text(str.strip)),
    "truncate": Filter(_of_text(_truncate), 0, 2),
    "truncatewords": Filter(_of_text(_truncatewords), 0, 2),
    "upcase": Filter(_of_text(str.upper)),
    "url_encode": Filter(_of_text(quote_plus)),
}
