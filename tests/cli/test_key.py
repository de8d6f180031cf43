"""`pomelo key`: one command from nothing to a key that works, and none is shown twice."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pomelo import teams
from pomelo.base.db import Database
from pomelo.teams import keys
from tests import make
from tests.cli.conftest import Pomelo


@pytest.fixture
def empty_home() -> Iterator[Path]:
    """A data directory that nobody has used."""
    folder = Path(tempfile.mkdtemp(prefix="pomelo-cli-", dir="/var/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


async def in_process(home: Path, *arguments: str) -> tuple[int, str, str]:
    """Run the command as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from pomelo.cli import main; main()",
        *arguments,
        env={**os.environ, "POMELO_DATA_DIR": str(home)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_two_first_commands_at_once_make_two_keys_of_one_team(empty_home: Path) -> None:
    made = await asyncio.gather(
        *(in_process(empty_home, "key", "create", "--name", name) for name in ("one", "two"))
    )

    status, listed, _ = await in_process(empty_home, "team", "list", "--json")
    (team,) = msgspec.json.decode(listed)
    for ended, out, err in made:
        assert ended == 0, err
        assert keys.is_well_formed(out.splitlines()[-1])
        assert team["_id"] in err
    assert (status, team["name"]) == (0, "My team")


async def test_the_key_is_the_last_line_alone_and_works(pomelo: Pomelo, database: Database) -> None:
    said = await pomelo("key", "create", "--name", "n8n")

    key = said.out.splitlines()[-1]
    async with database.transaction() as db:
        caller = await teams.authenticate(db, keys.digest(key))
        (team,) = await teams.list_all(db)
    assert said.status == 0
    assert caller is not None
    assert caller.team == team.id


@pytest.mark.parametrize("name", ["", "  ", "a\x1b[1m"])
async def test_a_key_without_a_name_is_not_made(pomelo: Pomelo, name: str) -> None:
    said = await pomelo("key", "create", "--name", name)
    teams_made = await pomelo("team", "list", "--json")

    assert (said.status, said.out) == (1, "")
    assert "A key needs a name" in said.err
    assert teams_made.json == []


async def test_json_brings_the_key_as_well(pomelo: Pomelo) -> None:
    said = await pomelo("key", "create", "--name", "n8n", "--json")

    assert keys.is_well_formed(said.json["key"])
    assert said.json["teamName"] == "My team"


async def test_a_list_shows_no_more_than_how_a_key_ends(pomelo: Pomelo) -> None:
    key = (await pomelo("key", "create", "--name", "n8n")).out.strip()

    (listed,) = (await pomelo("key", "list", "--json")).json
    shown = (await pomelo("key", "list")).out

    assert (listed["name"], listed["endsWith"], listed["revokedAt"]) == ("n8n", key[-4:], None)
    assert "n8n" in shown
    assert key not in shown


async def test_a_revoked_key_finds_nobody(pomelo: Pomelo, database: Database) -> None:
    key = (await pomelo("key", "create", "--name", "n8n")).out.strip()
    (listed,) = (await pomelo("key", "list", "--json")).json

    said = await pomelo("key", "revoke", listed["_id"])

    async with database.transaction() as db:
        assert await teams.authenticate(db, keys.digest(key)) is None
    assert said.status == 0
    assert (await pomelo("key", "list", "--json")).json[0]["revokedAt"]


async def test_a_key_that_is_not_there_cannot_be_revoked(pomelo: Pomelo) -> None:
    await pomelo("key", "create", "--name", "n8n")

    said = await pomelo("key", "revoke", "key_nobody")

    assert said.status == 1
    assert said.err == "pomelo: There is no such key; `pomelo key list` shows a team's keys.\n"


async def test_among_several_teams_one_must_be_named(pomelo: Pomelo, database: Database) -> None:
    async with database.transaction() as db:
        await make.team(db, "Pied Piper")
        hooli = await make.team(db, "Hooli")

    unclear = await pomelo("key", "create", "--name", "n8n")
    by_name = await pomelo("key", "create", "--name", "n8n", "--team", "Hooli", "--json")
    by_id = await pomelo("key", "create", "--name", "n8n", "--team", hooli.id, "--json")

    assert (unclear.status, unclear.out) == (1, "")
    assert "say which with --team" in unclear.err
    assert by_name.json["teamId"] == by_id.json["teamId"] == hooli.id


async def test_a_team_that_is_not_there_is_not_made(pomelo: Pomelo) -> None:
    said = await pomelo("key", "create", "--name", "n8n", "--team", "Hooli")

    assert said.status == 1
    assert "There is no team yet" in said.err
