"""`pomelo receive`: one mail on standard input, as a mail server's pipe delivers it.

A mail server gives a mail back to its writer when the command fails, so only a wrong set-up
ends with 64 or 67; whatever the mail is, the command ends with 0, and with 75 it is kept.
"""

import asyncio
import sys
import traceback
from typing import Annotated, BinaryIO, Final

import msgspec
import typer

from pomelo import inbound, senders
from pomelo.base import addresses
from pomelo.base.addresses import AddressInvalid
from pomelo.base.db import Db
from pomelo.base.errors import Invalid, NotFound, PomeloError
from pomelo.cli import choose
from pomelo.cli.choose import TeamOption
from pomelo.cli.house import House, run
from pomelo.cli.output import JsonOption, show_json
from pomelo.inbound import MailKind, Parsed, Reader, Received, Unreadable
from pomelo.senders import Sender
from pomelo.teams import TeamNotFound
from pomelo.tracking import Signer

READ_BYTES: Final = 50 * 1024 * 1024
PIECE_BYTES: Final = 1024 * 1024

# sysexits(3), which mail servers follow.
USAGE: Final = 64
NO_USER: Final = 67
AGAIN_LATER: Final = 75


class SenderUnknown(NotFound):
    """No sender has this address; `pomelo sender list` shows those that there are."""


class ShownMail(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What became of a mail, for programs.

    Attributes:
        is_ours: It belongs to a mail that was sent to a lead.
        is_new: It was not received before.
        matched_by: The rule by which it was found to be ours.
        activity: What has happened to the lead by it.
    """

    kind: MailKind
    is_ours: bool
    is_new: bool
    matched_by: str | None
    message_id: str | None
    lead_id: str | None
    activity: str | None


def receive(
    sender: Annotated[
        str, typer.Option(metavar="ADDRESS", help="The sender whose mailbox the mail came to.")
    ],
    team: TeamOption = "",
    as_json: JsonOption = False,
) -> None:
    """Take in one mail: a reply, a bounce, an out-of-office answer, an unsubscribe mail.

    It is read from standard input. What belongs to no mail of ours leaves no trace. Ends with
    0 whatever the mail is, with 75 when the database is away, with 67 when no sender has that
    address.

    Examples:
        pomelo receive --sender jared@piedpiper.com < reply.eml
        pomelo receive --sender jared@piedpiper.com --json < bounce.eml
    """
    try:
        key = addresses.parse(sender).key
        mail = asyncio.run(_read(read_all(sys.stdin.buffer)))
        received = run(lambda house: _receive(house, key, team, mail))
    except PomeloError as error:
        typer.echo(f"pomelo: {error}", err=True)
        raise typer.Exit(_status(error)) from None
    except Exception:  # a fault of ours must not send the mail back to who wrote it
        traceback.print_exc()
        raise typer.Exit(AGAIN_LATER) from None
    if as_json:
        show_json(_shown(received))
    else:
        typer.echo(_told(received))


def read_all(source: BinaryIO) -> bytes:
    """Read a mail; past 50 MB it is taken from the pipe and thrown away."""
    raw = source.read(READ_BYTES)
    while source.read(PIECE_BYTES):
        pass
    return raw


async def _read(raw: bytes) -> Parsed | Unreadable:
    reader = Reader()
    try:
        return await reader.read(raw)
    finally:
        await reader.close()


async def _receive(house: House, key: str, team: str, mail: Parsed | Unreadable) -> Received:
    """Give the mail to the sender; of several teams' senders it concerns one at most."""
    received = [await _give(house, one, mail) for one in await _senders(house, key, team)]
    return max(received, key=lambda one: one.rule is not None)


async def _give(house: House, sender: Sender, mail: Parsed | Unreadable) -> Received:
    signer = Signer(house.vault.signing_secret())

    async def work(db: Db) -> Received:
        now = house.clock.now()
        return await inbound.receive(db, sender.team_id, sender.id, mail, signer=signer, now=now)

    try:
        return await house.database.retrying(work)
    except Invalid:  # it holds what PostgreSQL cannot keep; that must not come back for ever
        mail = Unreadable("cannot be stored", mail.digest, mail.size_bytes)
        return await house.database.retrying(work)


async def _senders(house: House, key: str, team: str) -> list[Sender]:
    async with house.database.transaction(readonly=True) as db:
        wanted = (await choose.team(db, team)).id if team else None
        everywhere = await senders.list_everywhere(db, key)
    found = [one for one in everywhere if wanted in (None, one.team_id)]
    if not found:
        raise SenderUnknown
    return found


def _status(error: PomeloError) -> int:
    """Tell a mail server what to do: keep the mail, unless the command itself is wrong."""
    if isinstance(error, AddressInvalid):
        return USAGE
    return NO_USER if isinstance(error, SenderUnknown | TeamNotFound) else AGAIN_LATER


def _shown(received: Received) -> ShownMail:
    return ShownMail(
        kind=received.kind,
        is_ours=received.rule is not None,
        is_new=received.is_new,
        matched_by=received.rule,
        message_id=received.message_id,
        lead_id=received.lead_id,
        activity=received.activity,
    )


def _told(received: Received) -> str:
    kind = received.kind.replace("_", " ")
    if not received.is_new:
        return f"{kind}: received before, nothing changed."
    if received.kind is MailKind.UNREADABLE:
        return f"{kind}: it could not be read within the limits, and was counted."
    if received.rule is None:
        return "not ours: it belongs to no mail that was sent, and was not kept."
    happened = received.activity or "nothing has happened by it"
    return f"{kind}: for {received.lead_id or 'a removed lead'} ({received.rule}); {happened}."
