"""Dates in running text, in the forms of twenty languages; bounded and linear."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from pomelo.inbound.words.months import MONTHS, WEEKDAYS

WEEK: Final = timedelta(days=7)
# A date without a year that lies further back than this is next year's.
PAST: Final = timedelta(days=60)


class Found(Struct, frozen=True):
    """A date in a text: where it stands, and which day it is."""

    start: int
    end: int
    day: date


def _one_of(words: dict[str, int]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_MONTH: Final = _one_of(MONTHS)
_YEAR: Final = r"(?:19|20)\d\d"
_D: Final = r"\d{1,2}"
# What a form's groups hold: y, m, d; or a and b, a day and a month in either order.
_EASTERN: Final = rf"(?:(?P<y>{_YEAR})年\s?)?(?P<m>{_D})月\s?(?P<d>{_D})日"
_KOREAN: Final = rf"(?:(?P<y>{_YEAR})년\s?)?(?P<m>{_D})월\s?(?P<d>{_D})일"
_ISO: Final = rf"(?<!\d)(?P<y>{_YEAR})(?:-|/|\.\s?)(?P<m>{_D})(?:-|/|\.\s?)(?P<d>{_D})(?!\d)"
_MONTH_FIRST: Final = (
    rf"(?:(?P<y>{_YEAR})\.?\s)?\b(?P<mon>{_MONTH})\b\.?\s(?:the\s)?(?P<d>{_D})"
    rf"(?:st|nd|rd|th)?\b(?!:)(?:,?\s(?P<y2>{_YEAR}))?"
)
_DAY_FIRST: Final = (
    rf"(?<![\d.])(?P<d>{_D})(?:st|nd|rd|th|er|º|°|\.|:e)?\s?(?:of\s|de\s|den\s)?"
    rf"(?P<mon>{_MONTH})\b\.?(?:,?\s(?:de\s)?(?P<y>{_YEAR}))?"
)
_DOTTED: Final = (
    rf"(?<![\d.])(?P<d>{_D})(?P<dot>\.\s?|-)(?P<m>{_D})(?P=dot)(?P<y>{_YEAR}|\d\d)(?!\d)"
)
_SHORT: Final = rf"(?<![\d.])(?P<d>{_D})\.\s?(?P<m>{_D})(?!\d|\.\d|:)\.?"
_SLASHED: Final = rf"(?<![\d/])(?P<a>{_D})/(?P<b>{_D})(?:/(?P<y>{_YEAR}|\d\d))?(?![\d/])"
_FORMS: Final = tuple(
    map(
        re.compile,
        (_EASTERN, _KOREAN, _ISO, _MONTH_FIRST, _DAY_FIRST, _DOTTED, _SHORT, _SLASHED),
    )
)
# Eastern text has no gaps between its words.
_WEEKDAY: Final = re.compile(
    rf"(?<![^\W\d_])(?:{_one_of(WEEKDAYS)})(?![^\W\d_])"
    r"|[月火水木金土日]曜日|(?:星期|周)[一二三四五六日]"
    r"|[월화수목금토일]요일"
)
_EAST: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


# Nobody says it with more; who tries costs no more than that.
MOST: Final = 50


def dates_in(text: str, written_on: date) -> list[Found]:
    """Find the days that a text names, in order; where no day is named, weekdays.

    Args:
        text: In lower case.
        written_on: When it was written: a year that is left out is the one that makes sense
            from there, and a weekday the next such day.
    """
    found: list[Found] = []
    for form in _FORMS:
        for match in form.finditer(text):
            if len(found) == MOST:
                break
            day = _day(match, text, written_on)
            if day and not any(match.start() < f.end and f.start < match.end() for f in found):
                found.append(Found(match.start(), match.end(), day))
    return sorted(found or _weekdays(text, written_on), key=lambda one: one.start)


def _weekdays(text: str, written_on: date) -> Iterator[Found]:
    for match in _WEEKDAY.finditer(text):
        ahead = timedelta(days=(WEEKDAYS[match[0]] - written_on.weekday()) % 7)
        yield Found(match.start(), match.end(), written_on + (ahead or WEEK))


def _day(match: re.Match[str], text: str, written_on: date) -> date | None:
    groups = match.groupdict()
    named = groups.get("y") or groups.get("y2")
    year = (int(named) + (2000 if len(named) == 2 else 0)) if named else None
    if "a" in groups:
        either = (int(match["a"]), int(match["b"]))
        return _either(either, year, text, written_on)
    month = MONTHS[match["mon"]] if "mon" in groups else int(match["m"])
    return _dated(year, month, int(match["d"]), written_on)


def _either(numbers: tuple[int, int], year: int | None, text: str, written_on: date) -> date | None:
    """Read 4/5: the month stands first in the east, else the day; English has both ways."""
    a, b = numbers
    day_first = _dated(year, b, a, written_on)
    month_first = _dated(year, a, b, written_on)
    if _EAST.search(text):
        return month_first or day_first
    if not text.isascii():
        return day_first or month_first
    days = [day for day in (day_first, month_first) if day]
    return min(days, key=lambda day: abs(day - written_on), default=None)


def _dated(year: int | None, month: int, day: int, written_on: date) -> date | None:
    try:
        if year is not None:
            return date(year, month, day)
        guess = date(written_on.year, month, day)
        return guess if guess >= written_on - PAST else guess.replace(year=guess.year + 1)
    except ValueError:  # no such day
        return None
