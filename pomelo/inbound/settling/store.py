"""Doubts and what is known of them, in the database: one function a query."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from msgspec import Struct

from pomelo.base.db import Db
from pomelo.base.ids import LeadId, MessageId, SenderId, TeamId
from pomelo.base.sql import load
from pomelo.inbound.settling.outlooks import Outlook

QUERIES: Final = load(__package__ or "")


class Doubt(Struct, frozen=True):
    """A mail in doubt; `has_copy`: it lies in its sender's Sent folder."""

    team_id: TeamId
    id: MessageId
    lead_id: LeadId
    data_at: datetime
    has_copy: bool


class Sought(Struct, frozen=True):
    """A mail that is to be looked for now; `looks` counts how often it was."""

    team_id: TeamId
    message_id: MessageId
    began_at: datetime
    looks: int


async def has_doubts(db: Db) -> bool:
    """Tell whether there is anything to settle, or a doubt that ended."""
    return await QUERIES["has_doubts"].one(db, bool)


async def retire(db: Db) -> int:
    """Forget doubts that have ended."""
    return await QUERIES["retire_doubts"].run(db)


async def enrol(db: Db, *, now: datetime) -> int:
    """Let every mail in doubt be looked for."""
    return await QUERIES["enrol_doubts"].run(db, now=now)


async def list_doubts(db: Db) -> list[Doubt]:
    """List the mails in doubt of all teams."""
    return await QUERIES["list_doubts"].rows(db, Doubt)


async def list_wanted(db: Db, senders: Collection[SenderId], *, now: datetime) -> list[SenderId]:
    """List those of some senders whose Sent folder is to be looked into now."""
    return await QUERIES["list_wanted"].rows(db, SenderId, sender_ids=list(senders), now=now)


async def list_due(
    db: Db, team: TeamId, sender: SenderId, *, amount: int, now: datetime
) -> list[Sought]:
    """List what is to be looked for now in one Sent folder."""
    return await QUERIES["list_due"].rows(
        db, Sought, team_id=team, sender_id=sender, amount=amount, now=now
    )


async def note_look(
    db: Db, sought: Sought, *, look_at: datetime | None, looked_at: datetime | None
) -> int:
    """Write that a mail was looked for, when that look began if it was one, and the next."""
    return await QUERIES["note_look"].run(
        db,
        team_id=sought.team_id,
        message_id=sought.message_id,
        began_at=sought.began_at,
        look_at=look_at,
        looked_at=looked_at,
    )


async def list_outlooks(db: Db, team: TeamId, messages: Collection[MessageId]) -> list[Outlook]:
    """List what is known of where a team's mails are looked for."""
    return await QUERIES["list_outlooks"].rows(
        db, Outlook, team_id=team, message_ids=list(messages)
    )
