"""`pomelo team`: teams of this installation."""

from typing import Annotated, Final

import typer

from pomelo import teams
from pomelo.api.team import LIMIT_AT_MOST, ShownTeam, TeamChanges, apply, checked_name, show, switch
from pomelo.base import addresses
from pomelo.base.db import Db
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json, show_table
from pomelo.cli.team_rules import rules
from pomelo.teams import Team, Uncertain

app: Final = typer.Typer(name="team", help="Teams: make, list and set up.", no_args_is_help=True)

app.command("rules")(rules)

FIRST_TEAM: Final = "My team"
# Who owns a team when nobody was named; mail is never sent there.
OWNER: Final = "Owner"
OWNER_EMAIL: Final = "owner@localhost"


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the team is called.")],
    user_name: Annotated[str, typer.Option(help="Its first user.")] = OWNER,
    user_email: Annotated[str, typer.Option(help="That user's address.")] = OWNER_EMAIL,
    as_json: JsonOption = False,
) -> None:
    """Make a team and its first user.

    Each team has its own keys, senders, campaigns and unsubscribes, and sees nothing of others.

    Examples:
        pomelo team create "Pied Piper"
        pomelo team create "Pied Piper" --user-name "Jared Dunn" --user-email jared@piedpiper.com
    """
    made = run(lambda house: _create(house, name, user_name, user_email))
    if as_json:
        show_json(made)
    else:
        typer.echo(f'Made the team "{made.name}" ({made.id}).')
        typer.echo(f"Next: pomelo key create --name first --team {made.id}")


async def _create(house: House, name: str, user_name: str, user_email: str) -> ShownTeam:
    async with house.database.transaction() as db:
        made, _ = await teams.create(
            db,
            checked_name(name),
            user_name=user_name,
            user_email=addresses.parse(user_email).given,
            now=house.clock.now(),
        )
        return await show(db, made.id, has_users=True)


async def create_first(db: Db, house: House) -> Team:
    """Make the team of an installation that has none."""
    made, _ = await teams.create(
        db, FIRST_TEAM, user_name=OWNER, user_email=OWNER_EMAIL, now=house.clock.now()
    )
    return made


@app.command("list")
def list_all(as_json: JsonOption = False) -> None:
    """List the teams of this installation, with their users in --json.

    Examples:
        pomelo team list
        pomelo team list --json
    """
    found = run(_list_all)
    if as_json:
        show_json(found)
        return
    rows = [
        (one.id, one.name, one.uncertain, one.created_at, "yes" if one.paused else None)
        for one in found
    ]
    show_table(("id", "name", "uncertain mails", "created", "paused"), rows, str(choose.NoTeam()))


async def _list_all(house: House) -> list[ShownTeam]:
    async with house.database.transaction(readonly=True) as db:
        return [await show(db, one.id, has_users=True) for one in await teams.list_all(db)]


@app.command("set")
def change(
    team: TeamOption = "",
    uncertain: Annotated[
        Uncertain | None,
        typer.Option(
            help="A mail of unknown fate: hold it for a person, or resend it, perhaps twice."
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=LIMIT_AT_MOST,
            help="Mails in any 24 hours of all senders together; 0 = no limit.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Another name.")] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Change what a team wants.

    Examples:
        pomelo team set --uncertain resend
        pomelo team set --limit 500
        pomelo team set --team "Pied Piper" --name "Pied Piper Inc"
    """
    changes = TeamChanges(name=name, uncertain=uncertain, limit_per_day=limit)
    changed = run(lambda house: _change(house, team, changes))
    if as_json:
        show_json(changed)
    else:
        typer.echo(
            f'"{changed.name}" ({changed.id}), uncertain mails: {changed.uncertain}, '
            f"mails in any 24 hours: {changed.limit_per_day or 'no limit'}."
        )


async def _change(house: House, wanted: str, changes: TeamChanges) -> ShownTeam:
    async def write(db: Db) -> ShownTeam:
        team = (await choose.team(db, wanted)).id
        await apply(db, team, changes, now=house.clock.now())
        return await show(db, team, has_users=True)

    return await house.database.retrying(write)


@app.command()
def pause(team: TeamOption = "", as_json: JsonOption = False) -> None:
    """Hold every campaign of a team at once.

    No step of any lead is begun from then on. What a person sends by hand still goes, and
    replies are still heard.

    Examples:
        pomelo team pause
        pomelo team pause --team "Pied Piper"
    """
    _say_switched(run(lambda house: _switch(house, team, paused=True)), as_json=as_json)


@app.command()
def resume(team: TeamOption = "", as_json: JsonOption = False) -> None:
    """Let a paused team's campaigns go on, each where it was.

    Limits, gaps and hours are obeyed as before, so nothing goes out in a burst.

    Examples:
        pomelo team resume
    """
    _say_switched(run(lambda house: _switch(house, team, paused=False)), as_json=as_json)


async def _switch(house: House, wanted: str, *, paused: bool) -> ShownTeam:
    async def write(db: Db) -> ShownTeam:
        team = (await choose.team(db, wanted)).id
        await switch(db, team, paused=paused, now=house.clock.now())
        return await show(db, team, has_users=True)

    return await house.database.retrying(write)


def _say_switched(team: ShownTeam, *, as_json: bool) -> None:
    if as_json:
        show_json(team)
    else:
        state = "is paused" if team.paused else "goes on"
        typer.echo(f'"{team.name}" ({team.id}) {state}.')
