"""Hits on a mail as they come, and what is left of them."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pomelo import leads
from pomelo.activities import Filter, Shown, list_page
from pomelo.base.db import Db
from pomelo.base.ids import LeadId, MessageId, TeamId
from pomelo.leads import Standing
from pomelo.tracking import CLICK, OPEN, UNSUBSCRIBE, Hit
from tests import make

BROWSER: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SCANNER: Final = "Mozilla/5.0 Proofpoint URL Defense"


def at(seconds: float) -> datetime:
    return make.NOW + timedelta(seconds=seconds)


def opened(mail: MessageId, seconds: float, agent: str = BROWSER) -> Hit:
    return Hit(OPEN, mail, "GET", agent, at(seconds))


def clicked(
    mail: MessageId, seconds: float, link: str = "one", *, links: int = 5, agent: str = BROWSER
) -> Hit:
    return Hit(CLICK, mail, "GET", agent, at(seconds), f"https://pomelo.example/{link}", links)


def visited(mail: MessageId, seconds: float) -> Hit:
    """The page to unsubscribe was looked at."""
    return Hit(UNSUBSCRIBE, mail, "GET", BROWSER, at(seconds))


class Left(NamedTuple):
    """What is left of a history: where the lead stands, and the reason for each click."""

    state: str
    opens: int
    clicks: int
    stopped_by: str | None
    reasons: tuple[tuple[datetime, str], ...]


async def whose(db: Db) -> tuple[TeamId, LeadId]:
    row = await db.fetchrow("SELECT team_id, id FROM leads")
    assert row is not None
    return row[0], row[1]


async def standing(db: Db) -> Standing:
    return (await leads.lock(db, [await whose(db)]))[0]


async def shown(db: Db) -> list[Shown]:
    """What happened to the lead, oldest first."""
    team, lead = await whose(db)
    return (await list_page(db, team, Filter(lead=lead), offset=0, limit=1000))[::-1]


async def reasons(db: Db) -> list[str]:
    """By which rule each click is a machine's, oldest first; '' = it is a person's."""
    return [_reason(one) for one in await shown(db) if one.type == "emailsClicked"]


def _reason(one: Shown) -> str:
    return str(one.extra.get("reason", ""))


async def left(db: Db) -> Left:
    lead = await standing(db)
    clicks = [one for one in await shown(db) if one.type == "emailsClicked"]
    found = sorted((one.created_at, _reason(one)) for one in clicks)
    people = [one for one in clicks if not one.is_bot]
    assert sum(one.is_first for one in people) == (1 if people else 0)
    assert all(one.is_bot is bool(_reason(one)) for one in clicks)
    return Left(lead.state, lead.opened_count, lead.clicked_count, lead.stopped_by, tuple(found))


async def stop_on_click(db: Db) -> None:
    await db.execute("UPDATE campaigns SET stop_on_clicked = true")
