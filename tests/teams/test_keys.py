"""API keys: shown once, kept as hashes, ended within a second."""

from datetime import datetime

import pytest

from pomelo import teams
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import KeyId
from pomelo.teams import keys
from tests import make


async def test_a_key_finds_its_team_and_user(db: Db, now: datetime) -> None:
    team, user = await make.team_and_user(db)
    key = await teams.create_key(db, team.id, name="n8n", now=now)

    caller = await teams.authenticate(db, keys.digest(key.text))

    assert caller == teams.Caller(team=team.id, user=user.id, key=key.id)


async def test_a_revoked_key_finds_nobody(db: Db, now: datetime) -> None:
    team = await make.team(db)
    key = await teams.create_key(db, team.id, name="n8n", now=now)

    await teams.revoke_key(db, team.id, key.id, now=now)

    assert await teams.authenticate(db, keys.digest(key.text)) is None


async def test_a_blocked_users_key_is_refused(db: Db, now: datetime) -> None:
    team = await make.team(db)
    key = await teams.create_key(db, team.id, name="n8n", now=now)
    await db.execute("UPDATE users SET is_blocked = true")

    with pytest.raises(teams.UserBlocked, match="User linked to this API key is blocked"):
        await teams.authenticate(db, keys.digest(key.text))


async def test_another_teams_key_cannot_be_revoked(db: Db, now: datetime) -> None:
    team, other = await make.team(db), await make.team(db, "Hooli")
    key = await teams.create_key(db, team.id, name="n8n", now=now)

    with pytest.raises(teams.KeyNotFound):
        await teams.revoke_key(db, other.id, key.id, now=now)


async def test_a_key_is_kept_nowhere_but_as_a_hash(db: Db, now: datetime) -> None:
    team = await make.team(db)
    key = await teams.create_key(db, team.id, name="n8n", now=now)

    rows = await db.fetch("SELECT to_jsonb(k)::text AS row FROM api_keys k")

    assert key.text not in rows[0]["row"]
    assert key.text not in repr(key)
    assert (await teams.list_keys(db, team.id))[0].hint == key.text[-4:]


async def test_a_key_of_an_unknown_team_is_not_made(db: Db, now: datetime) -> None:
    with pytest.raises(teams.TeamNotFound):
        await teams.create_key(db, ids.team(), name="n8n", now=now)


def test_a_mistyped_key_is_recognised() -> None:
    key = keys.new()

    assert keys.is_well_formed(key)
    assert not keys.is_well_formed(key[:-1] + ("2" if key[-1] != "2" else "3"))
    assert not keys.is_well_formed(KeyId("pml_"))
