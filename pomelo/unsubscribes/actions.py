"""What can be done with the unsubscribe list itself; its leads are moved by `activities`."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from pomelo.base import ids
from pomelo.base.addresses import Address, Domain, suppressed_as
from pomelo.base.db import Db
from pomelo.base.ids import TeamId
from pomelo.unsubscribes import store
from pomelo.unsubscribes.model import Source, Unsubscribe

PAGE: Final = 1_000
_START: Final = datetime(1, 1, 1, tzinfo=UTC)


async def add(
    db: Db,
    team: TeamId,
    values: Sequence[Address | Domain],
    *,
    source: Source,
    now: datetime,
) -> list[tuple[Unsubscribe, bool]]:
    """Put addresses and domains on a team's list, once all who hold it are done.

    Args:
        db: The open transaction.
        team: Whose list.
        values: n addresses or domains; the same one may come again.
        source: Who asks. An entry that is there keeps its source, except that a bounce
            gives way to whoever really unsubscribes.
        now: When it happens.

    Returns:
        n entries in the same order, each with whether it is new.
    """
    await store.lock(db, team)
    keys = [suppressed_as(value) for value in values]
    new = {key: (ids.unsubscribe(), v.given, key) for key, v in zip(keys, values, strict=True)}
    await store.insert(db, team, list(new.values()), source=source, now=now)
    found = {row.key: row for row in await store.list_of_keys(db, team, list(new))}
    fresh = {key for key, row in found.items() if row.id == new[key][0]}
    outcomes = []
    for key in keys:
        outcomes.append((found[key], key in fresh))
        fresh.discard(key)
    return outcomes


async def remove(db: Db, team: TeamId, key: str) -> Unsubscribe | None:
    """Take an entry off a team's list and give what it was, or None when it was not there."""
    await store.lock(db, team)
    return await store.delete(db, team, key)


async def find(db: Db, team: TeamId, key: str) -> Unsubscribe | None:
    """Find an entry by its key."""
    found = await store.list_of_keys(db, team, [key])
    return found[0] if found else None


async def list_after(db: Db, team: TeamId, after: Unsubscribe | None) -> list[Unsubscribe]:
    """List the 1,000 entries that follow one, or the first 1,000: oldest first."""
    place = (after.created_at, after.id) if after else (_START, "")
    return await store.list_after(db, team, place, PAGE)


async def matching(
    db: Db, wanted: Iterable[tuple[TeamId, str]]
) -> dict[tuple[TeamId, str], Source]:
    """Find which keys are on their team's list.

    Args:
        db: The open transaction.
        wanted: Teams and suppression keys (`addresses.suppression_keys`).

    Returns:
        The source of each one that is.
    """
    found = await store.matching(db, list(dict.fromkeys(wanted)))
    return {(match.team_id, match.key): match.source for match in found}
