"""`pomelo sender`: the mailboxes that mail goes out from."""

from typing import Annotated, Final, TypeAlias

import typer

from pomelo import inbound, senders
from pomelo.api.email_accounts import remove
from pomelo.api.sender_shapes import MailSender
from pomelo.api.senders import show
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.cli import choose
from pomelo.cli.choose import SenderArgument, TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json, show_table
from pomelo.cli.passwords import StdinOption, read_password
from pomelo.cli.sender_add import (
    DomainGapOption,
    GapOption,
    JitterOption,
    LimitOption,
    RampOption,
    RepliesOption,
    add,
)
from pomelo.cli.sender_check import check
from pomelo.cli.sender_connect import connect
from pomelo.cli.sender_dkim import dkim
from pomelo.cli.sender_move import move
from pomelo.senders import Changes, SavesSentCopy, Sender

app: Final = typer.Typer(
    name="sender", help="Senders: add, list, check and change.", no_args_is_help=True
)
SentOption: TypeAlias = Annotated[
    str | None, typer.Option(help='Name of its Sent folder; "" lets it be found.')
]
JunkOption: TypeAlias = Annotated[
    str | None, typer.Option(help='Name of its Junk folder; "" lets it be found.')
]
CopyOption: TypeAlias = Annotated[
    SavesSentCopy | None, typer.Option(help="Who puts what it sent into its Sent folder.")
]
PasswordOption: TypeAlias = Annotated[
    bool, typer.Option("--password", help="Set a new SMTP password; you are asked for it.")
]


class NothingToChange(Invalid):
    """Say what to change; `pomelo sender set --help` shows what can be."""


app.command()(add)
app.command()(check)
app.command()(connect)
app.command()(move)
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
            f"{one.sent_in_24_hours} of {one.limit_today or 'any'}",
            _gap(one),
            one.replies or "not said",
            one.next_send_at,
            _paused(one),
        )
        for one in found
    ]
    titles = ("address", "id", "sent in 24 h", "gap (s)", "replies", "may send at", "paused for")
    show_table(titles, rows, "No sender yet; `pomelo sender add --help` shows how to add one.")


async def _list(house: House, wanted: str) -> list[MailSender]:
    async with house.database.transaction(readonly=True) as db:
        team = await choose.team(db, wanted)
        return await show(db, await senders.list_of_team(db, team.id), now=house.clock.now())


def _gap(sender: MailSender) -> str:
    longest = sender.gap_seconds + sender.gap_jitter_seconds
    return (
        f"{sender.gap_seconds}"
        if longest == sender.gap_seconds
        else f"{sender.gap_seconds} to {longest}"
    )


def _paused(sender: MailSender) -> str | None:
    if sender.paused:
        return f"{sender.paused.reason}: {sender.paused.reply}"
    return "new leads: too many bounces" if sender.new_leads_stopped_at else None


@app.command("set")
def change(
    sender: SenderArgument,
    *,
    name: Annotated[str | None, typer.Option(help="Shown before the address.")] = None,
    limit: LimitOption = None,
    gap: GapOption = None,
    jitter: JitterOption = None,
    domain_gap: DomainGapOption = None,
    ramp: RampOption = None,
    replies: RepliesOption = None,
    sent_folder: SentOption = None,
    junk_folder: JunkOption = None,
    sent_copy: CopyOption = None,
    password: PasswordOption = False,
    password_stdin: StdinOption = False,
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Change what is named of a sender; a new password ends a pause for a refused log-in.

    Examples:
        pomelo sender set jared@piedpiper.com --limit 40 --gap 300 --jitter 120 --ramp 5
        pomelo sender set jared@piedpiper.com --password
        pomelo sender set jared@piedpiper.com --replies none
    """
    changes = Changes(
        name=name, limit_per_day=limit, gap_seconds=gap, gap_jitter_seconds=jitter,
        domain_gap_seconds=domain_gap, ramp_per_day=ramp, replies=replies,
        sent_folder=sent_folder, junk_folder=junk_folder, saves_sent_copy=sent_copy,
    )  # fmt: skip
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

    async def work(db: Db) -> MailSender:
        sender = await _chosen(db, team, wanted)
        changed = await senders.change(db, sender.team_id, sender.id, changes, now=now)
        read = inbound.read_elsewhere if changes.names_folders else inbound.read_anew
        await read(db, sender.team_id, sender.id, now=now)
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

    return await house.database.retrying(work)


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
