"""Exports in the database: one function a query."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, ExportId, TeamId
from pomelo.base.sql import load
from pomelo.exports.model import Export, LeadLine
from pomelo.leads import LeadState

QUERIES: Final = load(__package__ or "")


async def insert(
    db: Db, team: TeamId, campaign: CampaignId, *, export: ExportId, name: str, now: datetime
) -> Export:
    """Insert an export of a campaign, under the campaign's present name."""
    return await QUERIES["insert"].one(
        db, Export, team_id=team, id=export, campaign_id=campaign, campaign_name=name, now=now
    )


async def find(db: Db, team: TeamId, export: ExportId) -> Export | None:
    """Find an export of a team."""
    return await QUERIES["find"].row(db, Export, team_id=team, id=export)


async def find_by_id(db: Db, export: ExportId) -> Export | None:
    """Find an export whosever it is."""
    return await QUERIES["find_by_id"].row(db, Export, id=export)


async def take_turn(db: Db, team: TeamId) -> None:
    """Lock what deals out a team's turns."""
    await QUERIES["take_turn"].run(db, team_id=team)


async def queue_next(db: Db, team: TeamId, *, at_once: int, now: datetime) -> list[str]:
    """Give the oldest that wait their turn, and list them."""
    return await QUERIES["queue_next"].rows(db, str, team_id=team, at_once=at_once, now=now)


async def begin(db: Db, team: TeamId, export: ExportId) -> Export | None:
    """Count an attempt at a pending export."""
    return await QUERIES["begin"].row(db, Export, team_id=team, id=export)


async def finish(db: Db, export: Export, *, total: int, size_bytes: int, now: datetime) -> bool:
    """Say that this attempt's file is whole; False when another attempt was there first."""
    changed = await QUERIES["finish"].run(
        db, team_id=export.team_id, id=export.id, attempts=export.attempts,
        total=total, size_bytes=size_bytes, now=now,
    )  # fmt: skip
    return changed == 1


async def fail(db: Db, export: Export, *, now: datetime) -> None:
    """Give an export up, unless another attempt is at it."""
    await QUERIES["fail"].run(
        db, team_id=export.team_id, id=export.id, attempts=export.attempts, now=now
    )


async def fail_overdue(db: Db, *, since: datetime, now: datetime) -> list[str]:
    """Give up what is pending since then; gives the teams, one a row."""
    return await QUERIES["fail_overdue"].rows(db, str, since=since, now=now)


async def list_waiting_teams(db: Db) -> list[str]:
    """List the teams that have exports waiting for their turn."""
    return await QUERIES["list_waiting_teams"].rows(db, str)


async def list_expired(db: Db, *, since: datetime, limit: int) -> list[Export]:
    """List exports whose file was ready before and is still there, oldest first."""
    return await QUERIES["list_expired"].rows(db, Export, since=since, limit=limit)


async def mark_deleted(db: Db, exports: Sequence[Export], *, now: datetime) -> None:
    """Say that these exports' files are gone."""
    await QUERIES["mark_deleted"].run(
        db, team_ids=[one.team_id for one in exports], ids=[one.id for one in exports], now=now
    )


async def forget(db: Db, *, since: datetime) -> None:
    """Delete exports started before, once their files are gone."""
    await QUERIES["forget"].run(db, since=since)


async def list_by_ids(db: Db, exports: Sequence[ExportId]) -> list[Export]:
    """List those of these exports that exist."""
    return await QUERIES["list_by_ids"].rows(db, Export, ids=exports)


async def list_variables(db: Db, team: TeamId, campaign: CampaignId) -> list[str]:
    """List the names of all variables that a campaign's leads have or once had, sorted."""
    found = await QUERIES["list_variables"].rows(db, str, team_id=team, campaign_id=campaign)
    return sorted(found)


async def walk_leads(
    db: Db,
    team: TeamId,
    campaign: CampaignId,
    states: Collection[LeadState] | None,
    *,
    amount: int,
) -> AsyncIterator[list[LeadLine]]:
    """Walk over a campaign's leads in an open transaction, so many at a time."""
    query = QUERIES["walk_leads"]
    given = {
        "team_id": team,
        "campaign_id": campaign,
        "states": None if states is None else sorted(states),
    }
    cursor = await db.cursor(query.text, *(given[name] for name in query.parameters))
    while found := await cursor.fetch(amount):
        yield [msgspec.convert(dict(record), LeadLine) for record in found]


async def prepare_session(db: Db, *, statement_seconds: int) -> None:
    """Set how long a statement of this connection may take (0 = as long as it likes)."""
    await QUERIES["prepare_session"].run(db, timeout=f"{statement_seconds}s")
