"""`pomelo preview`: a step as one lead would get it, what is missing in it and what is amiss."""

from contextlib import suppress
from typing import Annotated

import typer

from pomelo import delivery
from pomelo.api.step_previews import PreviewShown, shown
from pomelo.base.ids import StepId
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json
from pomelo.delivery import Pen, StepView
from pomelo.sequences import StepNotFound


def preview(
    step: Annotated[str, typer.Argument(metavar="STEP", help="The step's id (stp_…).")],
    lead: Annotated[str, typer.Option(help="A lead of its campaign: its id (lea_…) or address.")],
    *,
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show a step as a lead would get it: a mail, a task or a call. Nothing is sent.

    Examples:
        pomelo preview stp_5Tq7yQyPQnLcKT2vE --lead richard@piedpiper.com
        pomelo preview stp_5Tq7yQyPQnLcKT2vE --lead richard@piedpiper.com --json
    """
    found = run(lambda house: _preview(house, team, StepId(step), lead))
    if as_json:
        show_json(found)
        return
    for line in _lines(found):
        typer.echo(line)


async def _preview(house: House, wanted: str, step: StepId, lead: str) -> PreviewShown:
    pen, now = Pen(house.vault, house.public_url), house.clock.now()
    async with house.database.transaction(readonly=True) as db:
        team = (await choose.team(db, wanted)).id
        for person in await choose.people(db, team, lead):
            wish = StepView(person.campaign_id, step, person.id)
            with suppress(StepNotFound):  # it may be a step of another campaign of theirs
                return shown(await delivery.preview(db, pen, team, wish, now=now))
    raise choose.NoSuchStep


def _lines(found: PreviewShown) -> list[str]:
    heads = {
        "From": f"{found.sender_name} <{found.sender_email}>".strip() if found.subject else None,
        "Subject": found.subject,
        "Title": found.title,
        "Call": f"{found.method} {found.url}" if found.url else None,
    }
    return [
        *(f"{name}: {value}" for name, value in heads.items() if value),
        "",
        found.text or found.message or "",
        "",
        *(f"Missing: {name}" for name in found.missing),
        *(f"Warning: {said}" for said in found.warnings),
    ]
