"""`pomelo sender move`: give a sender's leads to another one."""

from typing import Annotated

import typer

from pomelo.api.sender_moves import ShownMove, carry_out
from pomelo.base.db import Db
from pomelo.base.ids import SenderId
from pomelo.cli import choose
from pomelo.cli.choose import SenderArgument, TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json
from pomelo.leads import Move


def move(
    sender: SenderArgument,
    *,
    to: Annotated[
        str, typer.Option(metavar="ADDRESS", help="By default any of the campaign's.")
    ] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Only say what it would do.")] = False,
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Give the leads that a sender wrote to, and that have something to come, to another one.

    A sender that was deleted is named by its id.

    Examples:
        pomelo sender move jared@piedpiper.com --to monica@piedpiper.com --preview
        pomelo sender move jared@piedpiper.com --to monica@piedpiper.com
    """
    done = run(lambda house: _move(house, team, sender, to, is_preview=preview))
    if as_json:
        show_json(done)
        return
    verb = "would go" if preview else "go"
    typer.echo(f"{done.moved} of {done.leads} leads {verb} to {to or 'any other sender'}.")
    if done.in_doubt:
        typer.echo(f"{done.in_doubt} stay: it is not known whether their last mail went out.")


async def _move(house: House, team: str, wanted: str, to: str, *, is_preview: bool) -> ShownMove:
    async def work(db: Db) -> ShownMove:
        chosen = await choose.team(db, team)
        new = (await choose.sender(db, chosen.id, to)).id if to else None
        old = SenderId(wanted)
        if not wanted.startswith(choose.ID_PREFIX):
            old = (await choose.sender(db, chosen.id, wanted)).id
        what = Move(chosen.id, old, new)
        return await carry_out(db, what, is_preview=is_preview, now=house.clock.now())

    return await house.database.retrying(work)
