"""Facts for sending, from the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import MessageId, TeamId
from pomelo.base.sql import load as load_queries
from pomelo.delivery.model import Backlog, Facts
from pomelo.leads import Claimed
from pomelo.messages import MessageKind

QUERIES: Final = load_queries(__package__ or "")


async def load(db: Db, claimed: Sequence[Claimed], kind: MessageKind) -> list[Facts]:
    """Read everything that deciding and composing ask about claimed leads."""
    return await QUERIES["load"].rows(
        db,
        Facts,
        team_ids=[c.team_id for c in claimed],
        lead_ids=[c.id for c in claimed],
        sender_ids=[c.sender_id for c in claimed],
        kind=kind,
    )


async def raw(db: Db, team: TeamId, message: MessageId) -> bytes | None:
    """Read the exact bytes of a mail begun before."""
    return await QUERIES["raw"].row(db, bytes, team_id=team, id=message)


async def backlog(db: Db, *, now: datetime) -> Backlog:
    """Count what waits, in all teams."""
    return await QUERIES["backlog"].one(db, Backlog, now=now)
