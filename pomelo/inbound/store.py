"""Mails that came back, in the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import ActivityId, LeadId, MailId, MessageId, SenderId, TeamId
from pomelo.base.sql import load
from pomelo.inbound.effects import Said
from pomelo.inbound.model import MailKind, MatchRule

QUERIES: Final = load(__package__ or "")


class Entry(Struct, frozen=True, kw_only=True):
    """What is kept of a mail.

    Attributes:
        sender_id: To whose mailbox it came.
        identity: Its Message-ID, or the SHA-256 of its bytes.
        said: What it says, where somebody answers.
    """

    team_id: TeamId
    sender_id: SenderId
    identity: str
    kind: MailKind
    rule: MatchRule | None = None
    message_id: MessageId | None = None
    lead_id: LeadId | None = None
    said: Said = Said()


class Recent(Struct, frozen=True):
    """A mail that was sent to somebody not long ago."""

    id: MessageId
    subject: str


class Threaded(Struct, frozen=True):
    """A mail that a provider keeps in some conversation, and whom it was for."""

    id: MessageId
    lead_id: LeadId
    address_key: str


async def insert(db: Db, entry: Entry, *, now: datetime) -> MailId | None:
    """Insert a mail; gives nothing when it was received before."""
    return await QUERIES["insert"].row(
        db,
        MailId,
        team_id=entry.team_id,
        id=ids.mail(),
        sender_id=entry.sender_id,
        identity=entry.identity,
        kind=entry.kind,
        matched_by=entry.rule or "",
        message_id=entry.message_id,
        lead_id=entry.lead_id,
        header_id=entry.said.header_id,
        thread_ids=entry.said.thread_ids,
        from_address=entry.said.from_address,
        subject=entry.said.subject,
        text=entry.said.text,
        now=now,
    )


async def tie(db: Db, team: TeamId, mail: MailId, activity: ActivityId | None) -> int:
    """Note what has happened by a mail."""
    return await QUERIES["tie"].run(db, team_id=team, id=mail, activity_id=activity)


async def list_recent(
    db: Db, team: TeamId, sender: SenderId, address_key: str, *, since: datetime
) -> list[Recent]:
    """List what a sender has written to somebody since then, newest first."""
    return await QUERIES["list_recent"].rows(
        db, Recent, team_id=team, sender_id=sender, address_key=address_key, since=since
    )


async def insert_threads(
    db: Db, team: TeamId, sender: SenderId, message: MessageId, threads: Sequence[str]
) -> int:
    """Note in which conversations of a mailbox a mail lies."""
    return await QUERIES["insert_threads"].run(
        db, team_id=team, sender_id=sender, message_id=message, threads=list(threads)
    )


async def list_threaded(
    db: Db, team: TeamId, sender: SenderId, threads: Sequence[str]
) -> list[Threaded]:
    """List what a sender wrote in some conversations of its mailbox, newest first."""
    return await QUERIES["list_threaded"].rows(
        db, Threaded, team_id=team, sender_id=sender, threads=list(threads)
    )
