"""Person or machine? The rules that look at all that happened to a mail; each names itself."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from pomelo.activities import Click
from pomelo.base.ids import ActivityId

ALL_LINKS: Final = "all_links"
UNSUB_AND_CLICK: Final = "unsub_and_click"
CLICK_AFTER_OPEN: Final = "click_after_open"

# A person needs longer than that from the picture to a link.
FASTEST_CLICK: Final = timedelta(seconds=9)
# Who does several things in so short a time tries everything.
AT_ONCE: Final = timedelta(seconds=10)
MANY_LINKS: Final = 3
FEW_LINKS: Final = 2


class History(msgspec.Struct, frozen=True):
    """What happened to one mail.

    Attributes:
        clicks: All clicks, people's and machines'.
        opened_at: When a person first opened it.
        visits: When the page to unsubscribe was looked at.
        links: How many different links it has; None = nobody counted.
    """

    clicks: Sequence[Click]
    opened_at: datetime | None = None
    visits: Sequence[datetime] = ()
    links: int | None = None


def judge(history: History) -> dict[ActivityId, str]:
    """Give for each click that may be a person's the rule by which it is a machine's, or ''.

    The same history gives the same verdicts, in whatever order it became known. Where the links
    were not counted, what had been found by counting them stays.

    Source:
        email-domain 6, the reasons that need history.
    """
    tried_all = set(_who_tried_all(history))
    return {
        click.id: ALL_LINKS if click.id in tried_all else _alone(click, history)
        for click in history.clicks
        if not click.is_bot
    }


def _alone(click: Click, history: History) -> str:
    if any(abs(click.at - visited_at) <= AT_ONCE for visited_at in history.visits):
        return UNSUB_AND_CLICK
    opened_at = history.opened_at
    if opened_at is not None and timedelta() <= click.at - opened_at < FASTEST_CLICK:
        return CLICK_AFTER_OPEN
    return ""


def _who_tried_all(history: History) -> Iterator[ActivityId]:
    """Give the clicks of every ten seconds in which more links were tried than a person tries."""
    clicks = sorted(history.clicks, key=lambda click: click.at)
    for place, first in enumerate(clicks):
        together = [click for click in clicks[place:] if click.at - first.at <= AT_ONCE]
        tried = len({click.location for click in together})
        if tried >= MANY_LINKS or (history.links and FEW_LINKS <= history.links <= tried):
            yield from (click.id for click in together)
    if history.links is None:
        yield from (click.id for click in clicks if click.reason == ALL_LINKS)
