"""The unsubscribe list in the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import TeamId, UnsubscribeId
from pomelo.base.sql import load
from pomelo.unsubscribes.model import Match, Source, Unsubscribe

QUERIES: Final = load(__package__ or "")


async def lock(db: Db, team: TeamId) -> None:
    """Wait for all who hold a list, and keep new ones waiting."""
    await QUERIES["lock"].run(db, team_id=team)


async def insert(
    db: Db,
    team: TeamId,
    new: Sequence[tuple[UnsubscribeId, str, str]],
    *,
    source: Source,
    now: datetime,
) -> None:
    """Insert (id, value, key) where the key is not there yet."""
    await QUERIES["insert"].run(
        db,
        team_id=team,
        ids=[identifier for identifier, _, _ in new],
        values=[value for _, value, _ in new],
        keys=[key for _, _, key in new],
        source=source,
        now=now,
    )


async def list_of_keys(db: Db, team: TeamId, keys: Sequence[str]) -> list[Unsubscribe]:
    """List the entries with one of these keys."""
    return await QUERIES["list_of_keys"].rows(db, Unsubscribe, team_id=team, keys=list(keys))


async def delete(db: Db, team: TeamId, key: str) -> Unsubscribe | None:
    """Delete an entry and give what it was."""
    return await QUERIES["delete"].row(db, Unsubscribe, team_id=team, key=key)


async def list_page(db: Db, team: TeamId, *, offset: int, limit: int) -> list[Unsubscribe]:
    """List some entries, oldest first."""
    return await QUERIES["list_page"].rows(
        db, Unsubscribe, team_id=team, offset=offset, limit=limit
    )


async def list_after(
    db: Db, team: TeamId, after: tuple[datetime, str], limit: int
) -> list[Unsubscribe]:
    """List the entries that follow one (by moment and id), oldest first."""
    created_at, identifier = after
    return await QUERIES["list_after"].rows(
        db, Unsubscribe, team_id=team, created_at=created_at, id=identifier, limit=limit
    )


async def matching(db: Db, wanted: Sequence[tuple[TeamId, str]]) -> list[Match]:
    """Find which of these keys are on their team's list."""
    return await QUERIES["matching"].rows(
        db, Match, team_ids=[team for team, _ in wanted], keys=[key for _, key in wanted]
    )
