"""`pomelo sender add`: a mailbox to send from, its password never among the arguments."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Final, TypeAlias

import typer
from msgspec import structs

from pomelo import senders
from pomelo.api.email_accounts import check_hosts
from pomelo.api.sender_shapes import (
    GAP_SECONDS_AT_MOST,
    LIMIT_AT_MOST,
    RAMP_AT_MOST,
    MailSender,
)
from pomelo.api.sender_views import show
from pomelo.base import addresses
from pomelo.base.addresses import Address
from pomelo.base.errors import Invalid
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json
from pomelo.cli.passwords import IMAP, StdinOption, find_given, read_password
from pomelo.senders import IMAPS, LogIn, NewSender, Preset, Replies, Server, TlsMode, protection

SUBMISSION: Final = 587
SUBMISSIONS: Final = 465

AddressArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="ADDRESS", help="What the mail is sent from.")
]
HostOption: TypeAlias = Annotated[
    str,
    typer.Option(
        help="Its SMTP server; by default its provider's, where that is known. A private one, "
        "127.0.0.1 too, must be allowed first."
    ),
]
PortOption: TypeAlias = Annotated[
    int | None, typer.Option(min=1, max=65535, help="By default 465 with --tls tls, else 587.")
]
TlsOption: TypeAlias = Annotated[
    TlsMode | None,
    typer.Option(help="By default what is usual on the port; `none` only on this machine."),
]
LoginOption: TypeAlias = Annotated[
    str | None, typer.Option(help='By default the address; "" means no log-in.')
]
NameOption: TypeAlias = Annotated[str, typer.Option(help="Shown before the address.")]
LimitOption: TypeAlias = Annotated[
    int | None, typer.Option(min=0, max=LIMIT_AT_MOST, help="Mails in any 24 hours; 0 = no limit.")
]
GapOption: TypeAlias = Annotated[
    int | None,
    typer.Option(min=0, max=GAP_SECONDS_AT_MOST, help="Least seconds between two mails."),
]
JitterOption: TypeAlias = Annotated[
    int | None,
    typer.Option(min=0, max=GAP_SECONDS_AT_MOST, help="Up to so many seconds more, at random."),
]
DomainGapOption: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=0, max=GAP_SECONDS_AT_MOST, help="Least seconds between two mails to one domain."
    ),
]
RampOption: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=RAMP_AT_MOST,
        help="Mails in its first 24 hours, and so many more in each later; 0 = no ramp.",
    ),
]
ImapHostOption: TypeAlias = Annotated[
    str, typer.Option(help="Its IMAP server; without --host, by default its provider's.")
]
RepliesOption: TypeAlias = Annotated[
    Replies | None,
    typer.Option(
        help="Where replies are read: by imap (the default where its IMAP server is known), from "
        "the pipe `pomelo receive`, or not at all (none)."
    ),
]
ImapPortOption: TypeAlias = Annotated[int, typer.Option(min=1, max=65535, help="Its port.")]
UserOption: TypeAlias = Annotated[
    str, typer.Option(help="Address of the user it belongs to; by default the team's first.")
]


class HostNotKnown(Invalid):
    """Nothing is known of this mailbox's provider; say where its mail goes out with --host."""


class PasswordUseless(Invalid):
    """This provider takes no passwords; connect the mailbox with `pomelo sender connect`."""


def add(
    address: AddressArgument,
    *,
    host: HostOption = "",
    port: PortOption = None,
    tls: TlsOption = None,
    login: LoginOption = None,
    password_stdin: StdinOption = False,
    name: NameOption = "",
    limit: LimitOption = 50,
    gap: GapOption = 0,
    jitter: JitterOption = 0,
    domain_gap: DomainGapOption = 0,
    ramp: RampOption = 0,
    imap_host: ImapHostOption = "",
    imap_port: ImapPortOption = IMAPS,
    replies: RepliesOption = None,
    user: UserOption = "",
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Add a mailbox to send from. You are asked for its password; it is no argument.

    Examples:
        pomelo sender add jared@gmail.com
        pomelo sender add jared@piedpiper.com --host smtp.piedpiper.com
        pass pp | pomelo sender add a@pp.com --host mx.pp.com --password-stdin
        pomelo sender add test@localhost --host 127.0.0.1 --port 1025 --login ""
    """
    preset = None if host else asyncio.run(_find_preset(addresses.parse(address)))
    login = address if login is None else login
    password = read_password(from_stdin=password_stdin) if login else ""
    make = partial(
        NewSender, address=addresses.parse(address), name=name, replies=replies,
        smtp=_smtp(host, port, tls=tls, login=login, password=password, preset=preset),
        imap=_imap(imap_host, imap_port, login, password, preset=preset),
        limit_per_day=limit or 0, gap_seconds=gap or 0, gap_jitter_seconds=jitter or 0,
        domain_gap_seconds=domain_gap or 0, ramp_per_day=ramp or 0,
    )  # fmt: skip
    _tell(run(lambda house: _add(house, team, user, make)), as_json=as_json)


def _tell(added: MailSender, *, as_json: bool) -> None:
    if as_json:
        show_json(added)
    else:
        typer.echo(f"Added {added.email} ({added.id}). Next: pomelo sender check {added.email}")


async def _find_preset(address: Address) -> Preset:
    """Find a mailbox's provider, and say what to know before its password is asked for."""
    preset = await senders.find_preset(address)
    if preset is None:
        raise HostNotKnown
    advice = senders.advice(preset, address.given)
    if preset.log_ins == (LogIn.OAUTH,):
        raise PasswordUseless(f"{advice}.")
    if advice:
        typer.echo(f"Note: {advice}.", err=True)
    return preset


def _smtp(
    host: str,
    port: int | None,
    *,
    tls: TlsMode | None,
    login: str,
    password: str,
    preset: Preset | None,
) -> Server:
    if preset is not None:
        return structs.replace(preset.smtp, login=login, password=password)
    port = port or (SUBMISSIONS if tls is TlsMode.TLS else SUBMISSION)
    return Server(host, port, tls or protection(host, port), login, password)


def _imap(
    host: str, port: int, login: str, password: str, *, preset: Preset | None
) -> Server | None:
    """Give where the mailbox is read: with the same log-in, and perhaps another password."""
    own = find_given(IMAP, password)
    if not host:
        return None if preset is None else structs.replace(preset.imap, login=login, password=own)
    return Server(host, port, protection(host, port), login, own)


async def _add(house: House, team: str, user: str, make: Callable[..., NewSender]) -> MailSender:
    async with house.database.transaction(readonly=True) as db:
        owner = await choose.user(db, (await choose.team(db, team)).id, user)
    new, now = make(user_id=owner.id), house.clock.now()
    await check_hosts((new.smtp, new.imap), house.guard, house.clock)
    async with house.database.transaction() as db:
        added = await senders.add(db, owner.team_id, new, vault=house.vault, now=now)
        return (await show(db, [added], now=now))[0]
