"""When somebody who is away says they are back, in twenty languages.

"Back on the 9th" is the 9th; "away until the 9th" is the day after, since most languages
count that day as away, and a mail a day late does less harm than one that meets nobody.
"""

import re
import unicodedata
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from pomelo.inbound.words.dates import Found, dates_in

CHARACTERS: Final = 2_000
DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=366)

# Beginnings of words that say somebody comes back.
_BACK: Final = re.compile(
    r"(?<![^\W\d_])(?:"
    r"back\b|return|resum"  # English
    r"|wieder|zurück|rückkehr"  # German
    r"|retour\b|(?:à|de) nouveau|reprendr|reviens|reviendr|rentre"  # French
    r"|volver|vuelvo|de vuelta|nuevamente|de nuevo|regres|reincorpor|retomar"  # Spanish
    r"|rientr|torn|di nuovo|nuovamente"  # Italian
    r"|volto|voltar|de volta|novamente|de novo|retorn|regress"  # Portuguese
    r"|terug|weer\b"  # Dutch
    r"|tillbaka|åter|tilbage|tilbake|igen\b|igjen\b"  # Swedish, Danish, Norwegian
    r"|palaan|palaa|takaisin"  # Finnish
    r"|wracam|wróc|powr|ponownie|z powrotem"  # Polish
    r"|vrátím|vracím|opět|zpět|návrat"  # Czech
    r"|visszatér|tér\w* vissza|visszajö|legközelebb|ismét"  # Hungarian
    r"|revin|revenir|întorc|înapoi|din nou"  # Romanian
    r"|верн|возвращ|снова|выйду|выхожу|поверн"  # Russian, Ukrainian
    r"|dönüş|döneceğ|dönmüş|tekrar"  # Turkish
    r"|επιστρ"  # Greek
    r")|出社|戻|復帰|再開|返回|回来|回到|返岗|上班|복귀|돌아|출근"
)
# What stands right before the last day away, with an article or a weekday between.
_UNTIL: Final = re.compile(
    r"(?<![^\W\d_])(?:until|till|til|through|thru|bis|jusqu'?(?:au|à|en)?|hasta|fino|sino|até|tot"
    r"|t\.?o\.?m|t/m|indtil|frem|do|până|до|по|έως|μέχρι)(?![^\W\d_])[^\w]*(?:[^\W\d]+[^\w]+){0,4}$"
    r"|\d{1,2}\.?\s?[–—-]\s?$|[至到]\s?$"
)
# What stands right after it, where the language puts it there.
_SO_LONG: Final = re.compile(
    r"\W*(?:[^\W\d]+\s){0,3}(?:asti|saakka|kadar|dek|değin)|(?:\s?\([^)]{1,6}\))?\s?(?:まで|之前|前不在|까지)"
)
_LAST_DAY: Final = re.compile(r"utolsó nap|last day|letzter tag|dernier jour|último día")
_ENDS: Final = re.compile(r"[.!?;。！？；\n](?=\s|$)|[。！？；\n]")


def returns_on(text: str, written_on: date) -> date | None:
    """Read from an automatic answer the first day on which its writer is back.

    Args:
        text: Its words; the first 2,000 characters are read.
        written_on: When it was written.

    Returns:
        A day after that, at most a year ahead; None where it names none.
    """
    folded = _folded(text)
    dates = dates_in(folded, written_on)
    sentences = [found for found in _sentences(folded, dates) if found[1]]
    days = [_back(words, found) for words, found in sentences]
    days += [_after_last(folded, words, found) for words, found in sentences]
    in_time = (day for day in days if day and written_on < day <= written_on + LONGEST)
    return next(in_time, None)


def _folded(text: str) -> str:
    # Cut twice: a character may stand for eighteen.
    flat = unicodedata.normalize("NFKC", text[:CHARACTERS])[:CHARACTERS].replace("’", "'")
    return flat.casefold().replace("i̇", "i")


def _sentences(text: str, dates: list[Found]) -> list[tuple[str, list[Found]]]:
    """Cut a text into sentences with the dates in each; a dot within a date ends none."""
    inside = {place for one in dates for place in range(one.start, one.end)}
    ends = [end.end() for end in _ENDS.finditer(text) if end.start() not in inside]
    cuts = [0, *ends, len(text)]
    return [(text[a:b], [one for one in dates if a <= one.start < b]) for a, b in pairwise(cuts)]


def _back(words: str, found: list[Found]) -> date | None:
    return found[-1].day if _BACK.search(words) else None


def _after_last(text: str, words: str, found: list[Found]) -> date | None:
    """Give the day after the last one away: named as such, or as the end of a span."""
    last = found[-1]
    before, after = text[max(0, last.start - 40) : last.start], text[last.end : last.end + 40]
    is_last = _UNTIL.search(before) or _SO_LONG.match(after) or _LAST_DAY.search(words)
    return last.day + DAY if is_last or len(found) > 1 else None
