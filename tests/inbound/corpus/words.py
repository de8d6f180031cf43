"""What people and their programs say in twenty languages, and how they write a date."""

import tomllib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from tests.inbound.corpus.planted import Ours

FOLDER: Final = Path(__file__).parent / "languages"
DATED_WITH_YEAR: Final = "{y"


class Language(Struct, frozen=True, forbid_unknown_fields=True):
    """The words of one language.

    `back` sentences name the first day back, `last` the last day away, `away` none.
    `tricky` and `never` are a person's, and only look like something else.
    """

    topic: str
    re: str
    charsets: tuple[str, ...]
    months: tuple[str, ...]
    weekdays: tuple[str, ...]
    dates: tuple[str, ...]
    auto: str
    absent: tuple[str, ...]
    back: tuple[str, ...]
    last: tuple[str, ...]
    away: tuple[str, ...]
    acks: tuple[str, ...]
    short: tuple[str, ...]
    long: tuple[str, ...]
    no: tuple[str, ...]
    tricky: tuple[str, ...]
    wishes: tuple[str, ...]
    never: tuple[str, ...]
    footer: str
    wrote: tuple[str, ...]
    fields: tuple[str, str, str, str]
    read: str
    accepted: tuple[str, str, str]
    forward: str
    code: str = ""

    def written(self, day: date, form: str, *, ours: Ours | None = None) -> str:
        """Write a date, or a line that holds one, in a form of this language."""
        return form.format(
            d=day.day,
            m=day.month,
            y=day.year,
            yy=day.year % 100,
            month=self.months[day.month - 1],
            mon=self.months[day.month - 1][:3],
            weekday=self.weekdays[day.weekday()],
            th={1: "st", 2: "nd", 3: "rd"}.get(day.day % 10 * (day.day // 10 != 1), "th"),
            name=ours.name if ours else "",
            sender=ours.sender if ours else "",
        )

    def ours(self, at: datetime) -> Ours:
        """The mail that we sent in this language."""
        return Ours(self.topic, self.footer, at)


@cache
def languages() -> dict[str, Language]:
    """Read all languages, by their codes."""
    return {path.stem: _read(path) for path in sorted(FOLDER.glob("*.toml"))}


def _read(path: Path) -> Language:
    rows = tomllib.loads(path.read_text("utf-8"))
    return msgspec.convert({**rows, "code": path.stem}, Language)
