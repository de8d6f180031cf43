"""Which mails of a folder a command means: by number, by day, by what a header field holds."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Final, TypeAlias

from pomelo.demo.imap.folder import Folder, Mail
from pomelo.demo.imap.words import Garbled, Word, text

# Says whether a mail is meant, by its place and itself.
Test: TypeAlias = Callable[[int, Mail], bool]

_SET: Final = re.compile(r"(?:\d+|\*)(?::(?:\d+|\*))?(?:,(?:\d+|\*)(?::(?:\d+|\*))?)*")
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_DATE: Final = re.compile(rf"(\d{{1,2}})-({'|'.join(_MONTHS)})-(\d{{4}})", re.IGNORECASE)


def in_set(numbers: str, highest: int) -> Callable[[int], bool]:
    """Read a set of numbers such as `1:3,7,9:*`.

    Args:
        numbers: The set.
        highest: What `*` stands for; a range names its ends in any order, so that `9:*` holds
            the last mail even where that is below 9.

    Raises:
        Garbled: It is none.

    Source:
        RFC 9051 9, "sequence-set".
    """
    if not _SET.fullmatch(numbers):
        raise Garbled
    ends = [
        [highest if end == "*" else int(end) for end in one.split(":")]
        for one in numbers.split(",")
    ]
    return lambda number: any(min(pair) <= number <= max(pair) for pair in ends)


def chosen(folder: Folder, numbers: str, *, by_uid: bool) -> list[tuple[int, Mail]]:
    """Give the mails of a set, each with its place."""
    test = _by_uid(folder, numbers) if by_uid else _by_place(folder, numbers)
    return [(place, mail) for place, mail in folder.numbered() if test(place, mail)]


def matching(folder: Folder, criteria: list[Word]) -> list[tuple[int, Mail]]:
    """Give the mails to which all criteria apply, each with its place.

    Raises:
        Garbled: A criterion is not known here.

    Source:
        RFC 9051 6.4.4.
    """
    tests = _tests(folder, criteria)
    return [
        (place, mail)
        for place, mail in folder.numbered()
        if all(test(place, mail) for test in tests)
    ]


def _tests(folder: Folder, criteria: list[Word]) -> list[Test]:
    words = iter(criteria)
    return [_one(folder, word, words) for word in words]


def _one(folder: Folder, word: Word, words: Iterator[Word]) -> Test:
    """Read a criterion, with those of the words after it that belong to it."""
    if not isinstance(word, list):
        return _test(folder, text(word), words)
    tests = _tests(folder, word)
    return lambda place, mail: all(test(place, mail) for test in tests)


def _test(folder: Folder, name: str, words: Iterator[Word]) -> Test:
    match name.upper():
        case "ALL":
            return lambda _, __: True
        case "UID":
            return _by_uid(folder, text(_next(words)))
        case "SINCE":
            day = read_date(text(_next(words)))
            return lambda _, mail: mail.came_at.date() >= day
        case "OR":
            one, other = (_one(folder, _next(words), words) for _ in range(2))
            return lambda place, mail: one(place, mail) or other(place, mail)
        case "HEADER":
            field, part = text(_next(words)), text(_next(words)).casefold()
            return lambda _, mail: bool(found := mail.field(field)) and part in found.casefold()
        case _:
            return _by_place(folder, name)


def _next(words: Iterator[Word]) -> Word:
    word = next(words, None)
    if word is None:
        raise Garbled
    return word


def _by_uid(folder: Folder, numbers: str) -> Test:
    is_in = in_set(numbers, folder.mails[-1].uid if folder.mails else 0)
    return lambda _, mail: is_in(mail.uid)


def _by_place(folder: Folder, numbers: str) -> Test:
    is_in = in_set(numbers, len(folder.mails))
    return lambda place, _: is_in(place)


def read_date(said: str) -> date:
    """Read a day such as `1-Feb-2026`.

    Raises:
        Garbled: It is none.
    """
    found = _DATE.fullmatch(said)
    if found is None:
        raise Garbled
    try:
        return date(int(found[3]), _MONTHS.index(found[2].capitalize()) + 1, int(found[1]))
    except ValueError:
        raise Garbled from None


def read_moment(said: str) -> datetime:
    """Read a moment such as ` 1-Feb-2026 09:00:00 +0100`.

    Raises:
        Garbled: It is none.
    """
    day, _, rest = said.strip().partition(" ")
    try:
        return datetime.fromisoformat(f"{read_date(day)} {rest.replace(' ', '')}")
    except ValueError:
        raise Garbled from None


def write_moment(at: datetime) -> str:
    """Write a moment as it is read."""
    month = _MONTHS[at.month - 1]
    return f"{at.day:2}-{month}-{at.year} {at:%H:%M:%S %z}"
