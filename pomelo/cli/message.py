"""`pomelo message`: mails whose fate is unknown, and what a person says became of them."""

from typing import Annotated, Final

import typer

from pomelo import delivery
from pomelo.api.messages import BECOMES, ShownMessage, list_shown, shown
from pomelo.base.ids import MessageId
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json, show_table
from pomelo.messages import Resolution

app: Final = typer.Typer(
    name="message", help="Mails in doubt: list and resolve.", no_args_is_help=True
)
LISTED: Final = 1000


@app.command("list")
def list_doubtful(team: TeamOption = "", as_json: JsonOption = False) -> None:
    """List mails that were handed over whole, but whose server's answer never came.

    Nobody knows whether it took them. Pomelo sends none of them again unasked, and their
    leads wait. It looks for them in the Sent folders of mailboxes that it reads, and counts as
    sent what it finds; of the others it says what it found, and a person resolves them.

    Examples:
        pomelo message list
        pomelo message resolve msg_5Tq7yQyPQnLcKT2vE sent
    """
    found = run(lambda house: _list(house, team))
    if as_json:
        show_json(found)
        return
    rows = [(m.id, m.sender_email, m.lead_email, m.message_id, m.created_at) for m in found]
    show_table(("id", "from", "to", "Message-ID", "created"), rows, "No mail is in doubt.")
    for mail in found:
        typer.echo(f"{mail.id}: {mail.note}")


async def _list(house: House, wanted: str) -> list[ShownMessage]:
    async with house.database.transaction(readonly=True) as db:
        team = await choose.team(db, wanted)
        return await list_shown(db, team.id, 0, LISTED)


@app.command()
def resolve(
    message: Annotated[str, typer.Argument(metavar="ID", help="The mail's id (msg_…).")],
    resolution: Annotated[
        Resolution,
        typer.Argument(
            metavar="sent|resend", help="sent: it arrived; resend: send the same mail again."
        ),
    ],
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Say what became of a mail in doubt; its lead then goes on.

    Examples:
        pomelo message resolve msg_5Tq7yQyPQnLcKT2vE sent
        pomelo message resolve msg_5Tq7yQyPQnLcKT2vE resend
    """
    resolved = run(lambda house: _resolve(house, team, MessageId(message), resolution))
    if as_json:
        show_json(resolved)
    else:
        said = "counts as sent" if resolution is Resolution.SENT else "will be sent again"
        typer.echo(f"The mail to {resolved.lead_email} {said}.")


async def _resolve(
    house: House, wanted: str, message: MessageId, resolution: Resolution
) -> ShownMessage:
    async with house.database.transaction() as db:
        team = await choose.team(db, wanted)
        mail = await delivery.resolve(db, team.id, message, resolution, now=house.clock.now())
    return shown(mail, BECOMES[resolution])
