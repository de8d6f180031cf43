"""`pomelo sender`: the mailboxes that mail goes out from."""

from typing import Annotated, Final

import msgspec
import typer

from pomelo import senders
from pomelo.api.email_accounts import Tested, remove, servers_of, try_servers
from pomelo.api.senders import MailSender, show
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.cli import choose
from pomelo.cli.checkup import count_received
from pomelo.cli.choose import SenderArgument, TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json, show_table
from pomelo.cli.passwords import StdinOption, read_password
from pomelo.cli.sender_add import GapOption, LimitOption, add
from pomelo.cli.sender_dkim import dkim
from pomelo.senders import Changes, Sender
from pomelo.smtp import MailAccess

app: Final = typer.Typer(
    name="sender", help="Senders: add, list, check and change.", no_args_is_help=True
)
FAILED: Final = 1
DEAF: Final = (
    "No mail has come back for it yet: until its mail is piped into `pomelo receive`, replies are "
    "not seen and do not stop sequences."
)


class Checked(msgspec.Struct, frozen=True):
    """What a check found, for programs."""

    sender: MailSender
    connection: Tested
    warnings: list[str]


class NothingToChange(Invalid):
    """Say what to change; `pomelo sender set --help` shows what can be."""


app.command()(add)
app.command()(dkim)


@app.command("list")
def list_all(team: TeamOption = "", as_json: JsonOption = False) -> None:
    """List a team's senders: what they sent, and which are paused and why.

    Examples:
        pomelo sender list
        pomelo sender list --json
    """
    found = run(lambda house: _list(house, team))
    if as_json:
        show_json(found)
        return
    rows = [
        (
            one.email,
            one.id,
            f"{one.sent_in_24_hours} of {one.limit_per_day or 'any'}",
            one.gap_seconds,
            one.next_send_at,
            one.paused and f"{one.paused.reason}: {one.paused.reply}",
        )
        for one in found
    ]
    titles = ("address", "id", "sent in 24 h", "gap (s)", "may send at", "paused for")
    show_table(titles, rows, "No sender yet; `pomelo sender add --help` shows how to add one.")


async def _list(house: House, wanted: str) -> list[MailSender]:
    async with house.database.transaction(readonly=True) as db:
        team = await choose.team(db, wanted)
        return await show(db, await senders.list_of_team(db, team.id), now=house.clock.now())


@app.command()
def check(sender: SenderArgument, team: TeamOption = "", as_json: JsonOption = False) -> None:
    """Connect to a sender's servers and log in, and tell what is unwise about its settings.

    Sends nothing. Ends with 1 when mail cannot be handed over.

    Examples:
        pomelo sender check jared@piedpiper.com
    """
    found = run(lambda house: _check(house, team, sender))
    if as_json:
        show_json(found)
    else:
        _show_check(found)
    if not found.connection.smtp.success:
        raise typer.Exit(FAILED)


async def _check(house: House, team: str, wanted: str) -> Checked:
    access = MailAccess(vault=house.vault, guard=house.guard)
    async with house.database.transaction(readonly=True) as db:
        sender = await _chosen(db, team, wanted)
        shown = (await show(db, [sender], now=house.clock.now()))[0]
        servers = await servers_of(db, sender.team_id, sender.id, house.vault)
        received = await count_received(db, sender.team_id)
    is_deaf = any(one.id == sender.id and one.mails == 0 for one in received)
    return Checked(
        sender=shown,
        connection=await try_servers(servers, access),
        warnings=[*shown.warnings, *([DEAF] if is_deaf else [])],
    )


def _show_check(found: Checked) -> None:
    sender, connection = found.sender, found.connection
    typer.echo(f"SMTP    {connection.smtp.error or 'connected and logged in'}")
    typer.echo(f"IMAP    {connection.imap.error or 'connected and logged in'}")
    limit = f"{sender.limit_per_day} mails" if sender.limit_per_day else "any number of mails"
    typer.echo(f"Limit   {limit} in 24 hours ({sender.sent_in_24_hours} sent)")
    typer.echo(f"Gap     {sender.gap_seconds} s between two mails")
    if sender.paused:
        typer.echo(f"Paused  for {sender.paused.reason}: {sender.paused.reply}")
    for warning in found.warnings:
        typer.echo(f"Note    {warning}")


@app.command("set")
def change(
    sender: SenderArgument,
    *,
    name: Annotated[str | None, typer.Option(help="Shown before the address.")] = None,
    limit: LimitOption = None,
    gap: GapOption = None,
    password: Annotated[
        bool, typer.Option("--password", help="Set a new SMTP password; you are asked for it.")
    ] = False,
    password_stdin: StdinOption = False,
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Change a sender's name, limit, gap or password; what is not named stays.

    A new password ends a pause for a refused log-in.

    Examples:
        pomelo sender set jared@piedpiper.com --limit 40 --gap 300
        pomelo sender set jared@piedpiper.com --password
    """
    changes = Changes(name=name, limit_per_day=limit, gap_seconds=gap)
    new = read_password(from_stdin=password_stdin) if password or password_stdin else None
    if new is None and changes == Changes():
        raise NothingToChange
    changed = run(lambda house: _change(house, team, sender, changes, password=new))
    if as_json:
        show_json(changed)
    else:
        typer.echo(f"Changed {changed.email}.")


async def _change(
    house: House, team: str, wanted: str, changes: Changes, *, password: str | None
) -> MailSender:
    now = house.clock.now()
    async with house.database.transaction() as db:
        sender = await _chosen(db, team, wanted)
        changed = await senders.change(db, sender.team_id, sender.id, changes, now=now)
        if password is not None:
            changed = await senders.set_log_in(
                db,
                sender.team_id,
                sender.id,
                login=None,
                password=password,
                vault=house.vault,
                now=now,
            )
        return (await show(db, [changed], now=now))[0]


@app.command()
def lift(sender: SenderArgument, team: TeamOption = "", as_json: JsonOption = False) -> None:
    """End a sender's pause; if what paused it is still there, the next mail pauses it again.

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
        sender = await _chosen(db, team, wanted)
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
        sender = await _chosen(db, team, wanted)
        await remove(db, sender.team_id, sender.id, now=house.clock.now())

    await house.database.retrying(work)


async def _chosen(db: Db, team: str, wanted: str) -> Sender:
    return await choose.sender(db, (await choose.team(db, team)).id, wanted)
