"""`pomelo sender`: the mailboxes that mail goes out from."""

from typing import Final

import typer

from pomelo import senders
from pomelo.api.email_accounts import remove
from pomelo.api.sender_shapes import MailSender
from pomelo.api.sender_views import show
from pomelo.base.db import Db
from pomelo.base.moments import Moment, moment
from pomelo.cli import choose
from pomelo.cli.choose import SenderArgument, TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json, show_table
from pomelo.cli.passwords import PASSWORDS
from pomelo.cli.sender_add import add
from pomelo.cli.sender_check import check
from pomelo.cli.sender_connect import connect
from pomelo.cli.sender_dkim import dkim
from pomelo.cli.sender_move import move
from pomelo.cli.sender_set import change

app: Final = typer.Typer(
    name="sender", help="Senders: add, list, check and change.", no_args_is_help=True
)


app.command(epilog=PASSWORDS)(add)
app.command()(check)
app.command()(connect)
app.command()(move)
app.command()(dkim)
app.command("set", epilog=PASSWORDS)(change)


@app.command("list")
def list_all(team: TeamOption = "", as_json: JsonOption = False) -> None:
    """List a team's senders: what they sent, and which are paused and why.

    Examples:
        pomelo sender list
        pomelo sender list --json
    """
    found, now = run(lambda house: _list(house, team))
    if as_json:
        show_json(found)
        return
    rows = [
        (
            one.email,
            one.id,
            f"{one.sent_in_24_hours} of {one.limit_today or 'any'}",
            _gap(one),
            one.replies or "not said",
            one.next_send_at,
            _paused(one, now),
        )
        for one in found
    ]
    titles = ("address", "id", "sent in 24 h", "gap (s)", "replies", "may send at", "paused for")
    show_table(titles, rows, "No sender yet; `pomelo sender add --help` shows how to add one.")


async def _list(house: House, wanted: str) -> tuple[list[MailSender], Moment]:
    now = house.clock.now()
    async with house.database.transaction(readonly=True) as db:
        team = await choose.team(db, wanted)
        return await show(db, await senders.list_of_team(db, team.id), now=now), moment(now)


def _gap(sender: MailSender) -> str:
    longest = sender.gap_seconds + sender.gap_jitter_seconds
    return (
        f"{sender.gap_seconds}"
        if longest == sender.gap_seconds
        else f"{sender.gap_seconds} to {longest}"
    )


def _paused(sender: MailSender, now: Moment) -> str | None:
    if sender.paused:
        is_over = sender.paused.until is not None and sender.paused.until <= now
        tries = " (over, it tries again)" if is_over else ""
        return f"{sender.paused.reason}{tries}: {sender.paused.reply}"
    return "new leads: too many bounces" if sender.new_leads_stopped_at else None


@app.command()
def lift(sender: SenderArgument, team: TeamOption = "", as_json: JsonOption = False) -> None:
    """End a sender's pause; if what paused it is still there, the next mail pauses it again.

    It ends the brake on bounces too: those that came back before count no more.

    Examples:
        pomelo sender lift jared@piedpiper.com
    """
    lifted = run(lambda house: _lift(house, team, sender))
    if as_json:
        show_json(lifted)
    else:
        typer.echo(f"{lifted.email} may send again from {lifted.next_send_at} on.")


async def _lift(house: House, team: str, wanted: str) -> MailSender:
    now = house.clock.now()
    async with house.database.transaction() as db:
        sender = await choose.sender_of(db, team, wanted)
        lifted = await senders.lift(db, sender.team_id, sender.id, now=now)
        return (await show(db, [lifted], now=now))[0]


@app.command("remove")
def delete(sender: SenderArgument, team: TeamOption = "") -> None:
    """Delete a sender and its passwords; its campaigns go on with their other senders.

    Leads that it wrote to wait, because nobody else continues its conversations unasked.

    Examples:
        pomelo sender remove jared@piedpiper.com
    """
    run(lambda house: _delete(house, team, sender))
    typer.echo(f"{sender} is deleted.")


async def _delete(house: House, team: str, wanted: str) -> None:
    async def work(db: Db) -> None:
        sender = await choose.sender_of(db, team, wanted)
        await remove(db, sender.team_id, sender.id, now=house.clock.now())

    await house.database.retrying(work)
