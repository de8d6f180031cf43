"""`pomelo sender set`: change what is named of a sender, its log-ins among it."""

from typing import Annotated, Final, TypeAlias

import msgspec
import typer

from pomelo import inbound, senders
from pomelo.api.email_accounts import check_hosts
from pomelo.api.sender_shapes import MailSender
from pomelo.api.sender_views import show
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.cli import choose
from pomelo.cli.choose import SenderArgument, TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json
from pomelo.cli.passwords import IMAP, SMTP, StdinOption, find_given, read_password
from pomelo.cli.sender_add import (
    DomainGapOption,
    GapOption,
    JitterOption,
    LimitOption,
    RampOption,
    RepliesOption,
)
from pomelo.senders import Changes, SavesSentCopy, Sender, Server

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
    bool,
    typer.Option(
        "--password",
        help="Set a new password, for IMAP too where it is read by the same name; you are asked.",
    ),
]
ImapHostOption: TypeAlias = Annotated[
    str, typer.Option(help="Where it is read from now on; you are asked for the password there.")
]
ImapPortOption: TypeAlias = Annotated[
    int | None, typer.Option(min=1, max=65535, help="By default as it was on that host, else 993.")
]
ImapLoginOption: TypeAlias = Annotated[
    str, typer.Option(help="By default as it was on that host, else the name that it sends by.")
]
ImapPasswordOption: TypeAlias = Annotated[
    bool, typer.Option("--imap-password", help="Set a new password for IMAP alone.")
]


class NothingToChange(Invalid):
    """Say what to change; `pomelo sender set --help` shows what can be."""


class NewImap(msgspec.Struct, frozen=True):
    """What is said of where a mailbox is read; empty: as it was."""

    host: str = ""
    port: int | None = None
    login: str = ""

    def server(self, known: Sender, password: str) -> Server:
        """Give what a connection needs."""
        return senders.imap_server(
            known, password=password, host=self.host, port=self.port, login=self.login
        )


UNSAID: Final = NewImap()


class Secrets(msgspec.Struct, frozen=True):
    """New passwords; None: as it was."""

    smtp: str | None = None
    imap: str | None = None


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
    imap_host: ImapHostOption = "",
    imap_port: ImapPortOption = None,
    imap_login: ImapLoginOption = "",
    imap_password: ImapPasswordOption = False,
    password_stdin: StdinOption = False,
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Change what is named of a sender; a new password ends a pause for a refused log-in.

    Examples:
        pomelo sender set jared@piedpiper.com --limit 40 --gap 300 --jitter 120 --ramp 5
        pomelo sender set jared@piedpiper.com --password
        pomelo sender set jared@piedpiper.com --imap-host imap.piedpiper.com
    """
    changes = Changes(
        name=name, limit_per_day=limit, gap_seconds=gap, gap_jitter_seconds=jitter,
        domain_gap_seconds=domain_gap, ramp_per_day=ramp, replies=replies,
        sent_folder=sent_folder, junk_folder=junk_folder, saves_sent_copy=sent_copy,
    )  # fmt: skip
    imap = NewImap(imap_host, imap_port, imap_login)
    secrets = _ask(imap, smtp=password, own=imap_password, from_stdin=password_stdin)
    if (changes, secrets) == (Changes(), Secrets()):
        raise NothingToChange
    changed = run(lambda house: _change(house, team, sender, changes, imap=imap, secrets=secrets))
    _tell(changed, as_json=as_json)


def _tell(changed: MailSender, *, as_json: bool) -> None:
    if as_json:
        show_json(changed)
    else:
        typer.echo(f"Changed {changed.email}.")


def _ask(imap: NewImap, *, smtp: bool, own: bool, from_stdin: bool) -> Secrets:
    """Ask for the passwords that are wanted: another server has another one."""
    own = own or imap != UNSAID
    smtp = smtp or (from_stdin and not own)
    return Secrets(
        read_password(from_stdin=from_stdin, of=SMTP) if smtp else None,
        read_password(from_stdin=from_stdin, of=IMAP) if own else None,
    )


async def _change(
    house: House, team: str, wanted: str, changes: Changes, *, imap: NewImap, secrets: Secrets
) -> MailSender:
    now = house.clock.now()
    async with house.database.transaction(readonly=True) as db:
        known = await choose.sender_of(db, team, wanted)
    server = imap.server(known, secrets.imap or "") if imap != UNSAID else None
    await check_hosts((server,), house.guard, house.clock)

    async def work(db: Db) -> MailSender:
        await _set_secrets(db, house, known, secrets, server)
        changed = await senders.change(db, known.team_id, known.id, changes, now=now)
        is_elsewhere = server is not None or changes.names_folders
        read = inbound.read_elsewhere if is_elsewhere else inbound.read_anew
        await read(db, known.team_id, known.id, now=now)
        return (await show(db, [changed], now=now))[0]

    return await house.database.retrying(work)


async def _set_secrets(
    db: Db, house: House, known: Sender, secrets: Secrets, server: Server | None
) -> None:
    """Set new passwords; one for both where both go by one name, unless each is said."""
    team, sender, vault = known.team_id, known.id, house.vault
    imap = secrets.imap
    if secrets.smtp is not None:
        await senders.set_log_in(
            db, team, sender, login=None, password=secrets.smtp, vault=vault, now=house.clock.now()
        )
        if imap is None and known.shares_log_in:
            imap = find_given(IMAP, secrets.smtp)
    if server is not None:
        await senders.set_imap(db, team, sender, server, vault=vault)
    elif imap is not None:
        await senders.set_imap_password(db, team, sender, imap, vault=vault)
