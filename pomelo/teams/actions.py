"""What can be done with teams, users and keys."""

from datetime import datetime

from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import KeyId, TeamId, UserId
from pomelo.teams import keys, store
from pomelo.teams.errors import KeyNameMissing, KeyNotFound, TeamNotFound, UserBlocked, UserNotFound
from pomelo.teams.model import ApiKey, Caller, NewKey, Team, Uncertain, User


async def create(
    db: Db, name: str, *, user_name: str, user_email: str, now: datetime
) -> tuple[Team, User]:
    """Make a team and its first user, the owner."""
    team = await store.insert_team(db, ids.team(), name, now=now)
    user = await store.insert_user(db, team.id, ids.user(), user_name, user_email, now=now)
    return team, user


async def create_key(
    db: Db, team: TeamId, *, user: UserId | None = None, name: str, now: datetime
) -> NewKey:
    """Make an API key.

    Args:
        db: The open transaction.
        team: Whose key.
        user: The user it acts for; the team's first one when left out.
        name: What the key is for, for people.
        now: When it happens.

    Returns:
        The key; its text is kept nowhere.

    Raises:
        TeamNotFound: There is no such team.
        UserNotFound: The team has no such user.
        KeyNameMissing: Nothing of its name can be seen, or it holds a control character.
    """
    if not name.strip() or not name.isprintable():
        raise KeyNameMissing
    owner = await _first_user(db, team) if user is None else await get_user(db, team, user)
    key = NewKey(id=ids.key(), text=keys.new())
    await store.insert_key(
        db, team, owner.id, key.id,
        name=name, hashed=keys.digest(key.text), hint=key.text[-keys.HINT_LETTERS :], now=now,
    )  # fmt: skip
    return key


async def _first_user(db: Db, team: TeamId) -> User:
    users = await store.list_users(db, team)
    if not users:
        raise TeamNotFound
    return users[0]


async def list_keys(db: Db, team: TeamId) -> list[ApiKey]:
    """List a team's keys, oldest first, revoked ones too."""
    return await store.list_keys(db, team)


async def revoke_key(db: Db, team: TeamId, key: KeyId, *, now: datetime) -> None:
    """End a key; requests with it are refused within a second.

    Raises:
        KeyNotFound: The team has no such key.
    """
    if not await store.revoke_key(db, team, key, now=now):
        raise KeyNotFound


async def authenticate(db: Db, digest: bytes) -> Caller | None:
    """Find out who calls.

    Args:
        db: The open transaction.
        digest: SHA-256 of the key that came.

    Returns:
        The caller, or None when no live key has that hash.

    Raises:
        UserBlocked: The key's user may not call any more.
    """
    owner = await store.find_owner(db, digest)
    if owner is None:
        return None
    if owner.is_blocked:
        raise UserBlocked
    return Caller(team=owner.team_id, user=owner.user_id, key=owner.id)


async def get(db: Db, team: TeamId) -> Team:
    """Get a team.

    Raises:
        TeamNotFound: There is none of that id.
    """
    found = await store.find_team(db, team)
    if found is None:
        raise TeamNotFound
    return found


async def list_all(db: Db) -> list[Team]:
    """List all teams of the installation, oldest first."""
    return await store.list_teams(db)


async def list_users(db: Db, team: TeamId) -> list[User]:
    """List a team's users, oldest first."""
    return await store.list_users(db, team)


async def get_user(db: Db, team: TeamId, user: UserId) -> User:
    """Get a user of a team.

    Raises:
        UserNotFound: The team has no such user.
    """
    found = await store.find_user(db, team, user)
    if found is None:
        raise UserNotFound
    return found


async def set_uncertain(db: Db, team: TeamId, uncertain: Uncertain) -> None:
    """Choose what becomes of mails whose fate is unknown.

    Raises:
        TeamNotFound: There is no such team.
    """
    if not await store.set_uncertain(db, team, uncertain):
        raise TeamNotFound


async def rename(db: Db, team: TeamId, name: str) -> None:
    """Give a team another name.

    Raises:
        TeamNotFound: There is no such team.
    """
    if not await store.rename(db, team, name):
        raise TeamNotFound
