"""Teams in the database: one function a query."""

from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import KeyId, TeamId, UserId
from pomelo.base.sql import load
from pomelo.teams.model import ApiKey, KeyOwner, Team, Uncertain, User

QUERIES: Final = load(__package__ or "")


async def insert_team(db: Db, team: TeamId, name: str, *, now: datetime) -> Team:
    """Insert a team."""
    return await QUERIES["insert_team"].one(db, Team, id=team, name=name, now=now)


async def insert_user(
    db: Db, team: TeamId, user: UserId, name: str, email: str, *, now: datetime
) -> User:
    """Insert a user of a team."""
    return await QUERIES["insert_user"].one(
        db, User, team_id=team, id=user, name=name, email=email, now=now
    )


async def insert_key(
    db: Db,
    team: TeamId,
    user: UserId,
    key: KeyId,
    *,
    name: str,
    hashed: bytes,
    hint: str,
    now: datetime,
) -> None:
    """Insert a key by its hash."""
    await QUERIES["insert_key"].run(
        db, team_id=team, id=key, user_id=user, name=name, hash=hashed, hint=hint, now=now
    )


async def find_team(db: Db, team: TeamId) -> Team | None:
    """Find a team by its id."""
    return await QUERIES["find_team"].row(db, Team, team_id=team)


async def list_teams(db: Db) -> list[Team]:
    """List all teams of the installation, oldest first."""
    return await QUERIES["list_teams"].rows(db, Team)


async def list_users(db: Db, team: TeamId) -> list[User]:
    """List a team's users, oldest first."""
    return await QUERIES["list_users"].rows(db, User, team_id=team)


async def find_user(db: Db, team: TeamId, user: UserId) -> User | None:
    """Find a user of a team."""
    return await QUERIES["find_user"].row(db, User, team_id=team, user_id=user)


async def list_keys(db: Db, team: TeamId) -> list[ApiKey]:
    """List a team's keys, revoked ones too."""
    return await QUERIES["list_keys"].rows(db, ApiKey, team_id=team)


async def revoke_key(db: Db, team: TeamId, key: KeyId, *, now: datetime) -> int:
    """Revoke a key; gives how many there were (0 or 1)."""
    return await QUERIES["revoke_key"].run(db, team_id=team, key_id=key, now=now)


async def find_owner(db: Db, hashed: bytes) -> KeyOwner | None:
    """Find whose live key has this hash."""
    return await QUERIES["find_owner"].row(db, KeyOwner, hash=hashed)


async def set_uncertain(db: Db, team: TeamId, uncertain: Uncertain) -> int:
    """Set what becomes of doubtful mails."""
    return await QUERIES["set_uncertain"].run(db, team_id=team, uncertain=uncertain)


async def set_new_leads_percent(db: Db, team: TeamId, percent: int) -> int:
    """Write how much of each sender's day new leads keep, 0 to 100."""
    return await QUERIES["set_new_leads_percent"].run(db, team_id=team, percent=percent)


async def set_limit(db: Db, team: TeamId, limit: int) -> int:
    """Write how many mails all its senders together send in 24 hours; 0 = any number."""
    return await QUERIES["set_limit"].run(db, team_id=team, limit=limit)


async def set_paused(db: Db, team: TeamId, paused_at: datetime | None) -> int:
    """Write since when a team is paused; gives whether that changed (0 or 1)."""
    return await QUERIES["set_paused"].run(db, team_id=team, paused_at=paused_at)


async def rename(db: Db, team: TeamId, name: str) -> int:
    """Give a team another name."""
    return await QUERIES["rename"].run(db, team_id=team, name=name)


async def lock(db: Db, team: TeamId) -> None:
    """Wait for others who change what the whole team shares: its hooks, its contact rules."""
    await QUERIES["lock"].run(db, team_id=team)


async def set_has_hooks(db: Db, team: TeamId, *, has_hooks: bool) -> None:
    """Set whether activities of the team wait to be told."""
    await QUERIES["set_has_hooks"].run(db, team_id=team, has_hooks=has_hooks)
