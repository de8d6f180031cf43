"""Mails that came back, in the database: one function a query."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import LeadId, MailId, MessageId, SenderId, TeamId
from pomelo.base.sql import load
from pomelo.inbound.model import MailKind, MatchRule

QUERIES: Final = load(__package__ or "")


class Entry(Struct, frozen=True, kw_only=True):
    """What is kept of a mail: never what it says.

    Attributes:
        sender_id: To whose mailbox it came.
        identity: Its Message-ID, or the SHA-256 of its bytes.
    """

    team_id: TeamId
    sender_id: SenderId
    identity: str
    kind: MailKind
    rule: MatchRule | None = None
    message_id: MessageId | None = None
    lead_id: LeadId | None = None


class Recent(Struct, frozen=True):
    """A mail that was sent to somebody not long ago."""

    id: MessageId
    subject: str


async def insert(db: Db, entry: Entry, *, now: datetime) -> bool:
    """Insert a mail; false when it was received before."""
    added = await QUERIES["insert"].row(
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
        now=now,
    )
    return added is not None


async def list_recent(
    db: Db, team: TeamId, sender: SenderId, address_key: str, *, since: datetime
) -> list[Recent]:
    """List what a sender has written to somebody since then, newest first."""
    return await QUERIES["list_recent"].rows(
        db, Recent, team_id=team, sender_id=sender, address_key=address_key, since=since
    )
