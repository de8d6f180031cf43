"""`pomelo key`: the keys that programs call the API with."""

from typing import Annotated, Final

import msgspec
import typer

from pomelo import teams
from pomelo.api.answers import moment
from pomelo.base.db import Db
from pomelo.base.ids import KeyId, TeamId
from pomelo.base.sql import Query
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json, show_table
from pomelo.cli.team import create_first
from pomelo.teams import ApiKey, Team

app: Final = typer.Typer(name="key", help="API keys: make, list and revoke.", no_args_is_help=True)

# Two first commands at once make one team.
_LOCK: Final = Query("lock_teams", "LOCK TABLE teams IN SHARE ROW EXCLUSIVE MODE")


class MadeKey(msgspec.Struct, frozen=True, rename="camel"):
    """A key just made, for programs; it is shown nowhere else and never again."""

    id: KeyId = msgspec.field(name="_id")
    team_id: TeamId
    team_name: str
    key: str

    def __repr__(self) -> str:
        return f"MadeKey({self.id}, ***)"


class ShownKey(msgspec.Struct, frozen=True, rename="camel"):
    """A key, for programs: its last letters, never all of it."""

    id: KeyId = msgspec.field(name="_id")
    name: str
    ends_with: str
    created_at: str
    revoked_at: str | None


@app.command()
def create(
    name: Annotated[str, typer.Option(help="What the key is for.")],
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Make an API key; it is printed alone, as the last line, and never shown again.

    Works beside a running server. Where there is no team yet, this makes one as well.

    Examples:
        pomelo key create --name n8n
        KEY=$(pomelo key create --name script | tail -n 1)
        curl --user ":$KEY" http://127.0.0.1:8080/api/team
    """
    made = run(lambda house: _create(house, name, team))
    if as_json:
        show_json(made)
    else:
        typer.echo(
            f'A key of "{made.team_name}" ({made.team_id}); keep it, it is shown once:', err=True
        )
        typer.echo(made.key)


async def _create(house: House, name: str, wanted: str) -> MadeKey:
    async with house.database.transaction() as db:
        team = await _team_or_first(db, house, wanted)
        made = await teams.create_key(db, team.id, name=name, now=house.clock.now())
    return MadeKey(made.id, team.id, team.name, made.text)


async def _team_or_first(db: Db, house: House, wanted: str) -> Team:
    if not wanted:
        await _LOCK.run(db)
        if not await teams.list_all(db):
            return await create_first(db, house)
    return await choose.team(db, wanted)


@app.command("list")
def list_all(team: TeamOption = "", as_json: JsonOption = False) -> None:
    """List a team's keys, revoked ones too; of each only the last letters are known.

    Examples:
        pomelo key list
    """
    found = run(lambda house: _list(house, team))
    if as_json:
        show_json(found)
        return
    rows = [
        (key.id, key.name, f"…{key.ends_with}", key.created_at, key.revoked_at) for key in found
    ]
    show_table(
        ("id", "name", "ends with", "created", "revoked"),
        rows,
        "No key yet; `pomelo key create --name NAME` makes one.",
    )


async def _list(house: House, wanted: str) -> list[ShownKey]:
    async with house.database.transaction(readonly=True) as db:
        team = await choose.team(db, wanted)
        return [_shown(key) for key in await teams.list_keys(db, team.id)]


def _shown(key: ApiKey) -> ShownKey:
    revoked_at = None if key.revoked_at is None else moment(key.revoked_at)
    return ShownKey(key.id, key.name, key.hint, moment(key.created_at), revoked_at)


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="The key's id (key_…).")],
    team: TeamOption = "",
) -> None:
    """End a key: a second later nobody can call with it any more.

    Examples:
        pomelo key revoke key_5Tq7yQyPQnLcKT2vE
    """
    run(lambda house: _revoke(house, team, KeyId(key)))
    typer.echo(f"{key} is revoked.")


async def _revoke(house: House, wanted: str, key: KeyId) -> None:
    async with house.database.transaction() as db:
        team = await choose.team(db, wanted)
        await teams.revoke_key(db, team.id, key, now=house.clock.now())
