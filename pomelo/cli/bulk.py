"""`pomelo bulk`: one thing done to many leads of a campaign, with its progress."""

from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pomelo import bulk as edits
from pomelo import leads
from pomelo.api.bulk import ShownEdit, show
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId
from pomelo.bulk import Action, BulkEdit, EditStatus, NewEdit
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json


def bulk(
    action: Annotated[Action, typer.Argument(help="What is done to each lead.")],
    campaign: Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its id (cam_…).")],
    *,
    state: Annotated[
        str, typer.Option(help="Only leads in these states, joined by commas.")
    ] = leads.ALL,
    to: Annotated[
        str, typer.Option(metavar="ADDRESS", help="move: to which sender; by default any.")
    ] = "",
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Pause, resume, skip, launch or move all leads of a campaign.

    Stopped by Ctrl-C, it goes on in a worker; DELETE /api/bulk/{id} cancels it.

    Examples:
        pomelo bulk pause cam_A1B2C3D4E5F6G7H8I
        pomelo bulk review cam_A1B2C3D4E5F6G7H8I
        pomelo bulk move cam_A1B2C3D4E5F6G7H8I --to monica@piedpiper.com --state contacted,hooked
    """
    states = leads.parse_states(state)
    new = NewEdit(CampaignId(campaign), action, states)
    done = run(lambda house: _carry_out(house, team, new, to))
    if as_json:
        show_json(done)
    else:
        typer.echo(f"{action}: went through {done.done} of {done.total} leads ({done.id}).")


async def _carry_out(house: House, wanted: str, new: NewEdit, to: str) -> ShownEdit:
    edit = await house.database.retrying(lambda db: _start(db, house, wanted, new, to))
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with bar:
        task = bar.add_task(str(new.action), total=edit.total, completed=edit.done)
        while edit.status is EditStatus.RUNNING:
            edit = await _go_on(house, edit)
            bar.update(task, completed=edit.done)
    return show(edit)


async def _go_on(house: House, edit: BulkEdit) -> BulkEdit:
    now = house.clock.now()
    return await house.database.retrying(lambda db: edits.go_on(db, edit.team_id, edit.id, now=now))


async def _start(db: Db, house: House, wanted: str, new: NewEdit, to: str) -> BulkEdit:
    team = await choose.team(db, wanted)
    user = await choose.user(db, team.id, "")
    sender = (await choose.sender(db, team.id, to)).id if to else None
    meant = NewEdit(new.campaign_id, new.action, new.states, sender)
    return await edits.start(db, team.id, meant, user.id, now=house.clock.now())
