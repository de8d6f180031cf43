"""Mails to be put into Sent folders, in the database: one function a query."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from pomelo.base.db import Db
from pomelo.base.ids import MessageId, SenderId, TeamId
from pomelo.base.sql import load

QUERIES: Final = load(__package__ or "")


class Due(Struct, frozen=True):
    """A mail to be put into its sender's Sent folder; `attempts` is our claim's number."""

    team_id: TeamId
    message_id: MessageId
    sender_id: SenderId
    attempts: int
    created_at: datetime
    header_id: str
    sent_at: datetime


class GivenUp(Struct, frozen=True):
    """A sender of whose mails some are in no Sent folder, and why the last of them."""

    email: str
    mails: int
    trouble: str


async def enrol_copies(db: Db, *, amount: int, now: datetime) -> int:
    """Make rows of sent mails whose bytes were kept."""
    return await QUERIES["enrol_copies"].run(db, amount=amount, now=now)


async def claim_copies(
    db: Db,
    *,
    worker: str,
    senders: int,
    amount: int,
    busy: Collection[SenderId],
    now: datetime,
    until: datetime,
) -> list[Due]:
    """Take due mails of some senders until the lease ends, but none of the busy ones."""
    return await QUERIES["claim_copies"].rows(
        db,
        Due,
        worker=worker,
        senders=senders,
        amount=amount,
        busy=list(busy),
        now=now,
        until=until,
    )


async def bytes_of(db: Db, due: Due, worker: str) -> bytes | None:
    """Read a mail's bytes; nothing when it is not ours any more."""
    return await QUERIES["bytes_of"].row(
        db,
        bytes,
        team_id=due.team_id,
        message_id=due.message_id,
        attempts=due.attempts,
        worker=worker,
    )


async def finish_copy(db: Db, due: Due, worker: str) -> int:
    """Take a mail off the list, if it is still ours."""
    return await QUERIES["finish_copy"].run(
        db,
        team_id=due.team_id,
        message_id=due.message_id,
        attempts=due.attempts,
        worker=worker,
    )


async def postpone(
    db: Db, left: Sequence[Due], worker: str, *, next_at: datetime, trouble: str
) -> int:
    """Let mails of one team be tried again at a moment."""
    return await QUERIES["postpone"].run(
        db,
        team_id=left[0].team_id,
        message_ids=[due.message_id for due in left],
        worker=worker,
        next_at=next_at,
        trouble=trouble,
    )


async def give_up(db: Db, left: Sequence[Due], worker: str, *, trouble: str, now: datetime) -> int:
    """Let mails of one team be, with a note why."""
    return await QUERIES["give_up"].run(
        db,
        team_id=left[0].team_id,
        message_ids=[due.message_id for due in left],
        worker=worker,
        trouble=trouble,
        now=now,
    )


async def list_given_up(db: Db) -> list[GivenUp]:
    """List the senders of whose mails some were given up."""
    return await QUERIES["list_given_up"].rows(db, GivenUp)
