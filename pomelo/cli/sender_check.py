"""`pomelo sender check`: whether a sender can be trusted, and what to do where it cannot."""

from typing import Annotated, Final

import msgspec
import typer

from pomelo import senders
from pomelo.api.email_accounts import Tested, try_sender
from pomelo.api.sender_shapes import MailSender
from pomelo.api.sender_views import show
from pomelo.base.ids import SenderId, TeamId
from pomelo.cli import choose
from pomelo.cli.checkup import count_received
from pomelo.cli.choose import SenderArgument, TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json
from pomelo.cli.parts import checkup, freshness
from pomelo.inbound import CheckFinding, Level
from pomelo.senders import Replies, Sender, hearing_warning

FAILED: Final = 1
WORDS: Final = {Level.PASS: "ok", Level.WARN: "warn", Level.FAIL: "FAIL"}
LOGGED_IN: Final = "connected and logged in"
CONNECTED: Final = "connected, without a log-in"
DEAF: Final = (
    "No mail has come back for it yet: until its mail is piped into `pomelo receive`, replies are "
    "not seen and do not stop sequences."
)


class Checked(msgspec.Struct, frozen=True):
    """What a check found, for programs."""

    sender: MailSender
    connection: Tested
    warnings: list[str]


def check(
    sender: SenderArgument,
    *,
    wait: Annotated[
        float, typer.Option(min=0, max=600, help="Seconds that the test mail has to come back.")
    ] = 60.0,
    mail: Annotated[
        bool, typer.Option("--mail/--no-mail", help="Send a test mail to the sender itself.")
    ] = True,
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Check a sender: its log-ins, a mail to itself, its domain, and what is unwise about it.

    Where its mailbox can be read, a test mail is sent to it and must come back. Ends with 1 when
    mail cannot be handed over, its mailbox cannot be read, or the mail did not come back.

    Examples:
        pomelo sender check jared@piedpiper.com
        pomelo sender check jared@piedpiper.com --wait 300
    """
    found = run(lambda house: _check(house, team, sender, wait=wait if mail else None))
    if as_json:
        show_json(found)
    else:
        _show(found)
    if not found.connection.is_fit():
        raise typer.Exit(FAILED)


async def _check(house: House, team: str, wanted: str, *, wait: float | None) -> Checked:
    async with house.database.transaction(readonly=True) as db:
        found = await choose.sender(db, (await choose.team(db, team)).id, wanted)
    connection = await try_sender(
        house.database,
        found.team_id,
        found.id,
        checkup=checkup(house),
        wait=wait,
        now=house.clock.now(),
    )
    return await _told(house, found.team_id, found.id, connection)


async def _told(house: House, team: TeamId, sender: SenderId, connection: Tested) -> Checked:
    """Show the sender as it is after the check, which may have taught something."""
    async with house.database.transaction(readonly=True) as db:
        found = await senders.get(db, team, sender)
        shown = (await show(db, [found], now=house.clock.now()))[0]
        received = await count_received(db, team)
    mails = next((one.mails for one in received if one.id == sender), 0)
    return Checked(shown, connection, [*shown.warnings, *_deafness(house, found, mails)])


def _deafness(house: House, sender: Sender, mails: int) -> list[str]:
    said = hearing_warning(sender.hearing, freshness(house).since(house.clock))
    is_deaf = sender.replies is Replies.PIPE and mails == 0
    return [*([DEAF] if is_deaf else []), *([said] if said else [])]


def _show(found: Checked) -> None:
    sender, connection = found.sender, found.connection
    entered = LOGGED_IN if sender.smtp.login else CONNECTED
    typer.echo(f"SMTP    {connection.smtp.error or entered}")
    typer.echo(f"IMAP    {connection.imap.error or LOGGED_IN}")
    limit = f"{sender.limit_per_day} mails" if sender.limit_per_day else "any number of mails"
    typer.echo(f"Limit   {limit} in 24 hours ({sender.sent_in_24_hours} sent)")
    typer.echo(f"Gap     {sender.gap_seconds} s between two mails")
    if sender.paused:
        typer.echo(f"Paused  for {sender.paused.reason}: {sender.paused.reply}")
        typer.echo(f"        {sender.paused.what_to_do}")
    for warning in found.warnings:
        typer.echo(f"Note    {warning}")
    for one in connection.findings:
        _show_finding(one)


def _show_finding(one: CheckFinding) -> None:
    typer.echo(f"\n{WORDS[one.level]:4}  {one.subject}: {one.text}")
    typer.echo(f"      Why: {one.why}")
    if one.level is not Level.PASS:
        typer.echo(f"      Do:  {one.what_to_do}")
