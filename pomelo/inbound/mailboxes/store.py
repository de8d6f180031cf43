"""Mailboxes and how far they were read, in the database: one function a query."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from pomelo.base.db import Db
from pomelo.base.ids import SenderId, TeamId
from pomelo.base.sql import load
from pomelo.inbound.mailboxes.model import Mailbox, Mark

QUERIES: Final = load(__package__ or "")


class Troubled(Struct, frozen=True):
    """A mailbox that cannot be read, and why."""

    sender_id: SenderId
    trouble: str


async def enrol(db: Db, *, now: datetime) -> int:
    """Give every sender that needs one a mailbox."""
    return await QUERIES["enrol"].run(db, now=now)


async def retire(db: Db) -> int:
    """Take the mailboxes of senders away that need none."""
    return await QUERIES["retire"].run(db)


async def claim(
    db: Db,
    *,
    worker: str,
    now: datetime,
    until: datetime,
    amount: int,
    busy: Collection[SenderId],
) -> list[Mailbox]:
    """Take due mailboxes for a worker until its lease ends, but none that it has."""
    return await QUERIES["claim"].rows(
        db, Mailbox, worker=worker, now=now, until=until, amount=amount, busy=list(busy)
    )


async def renew(db: Db, mailboxes: Sequence[Mailbox], *, until: datetime) -> list[SenderId]:
    """Keep mailboxes longer; gives those that are still ours."""
    return await QUERIES["renew"].rows(
        db,
        SenderId,
        team_ids=[one.team_id for one in mailboxes],
        sender_ids=[one.sender_id for one in mailboxes],
        fences=[one.fence for one in mailboxes],
        until=until,
    )


async def hold(db: Db, mailbox: Mailbox) -> bool:
    """Keep a mailbox ours until the transaction ends; false when it is not any more."""
    held = await QUERIES["hold"].row(
        db,
        SenderId,
        team_id=mailbox.team_id,
        sender_id=mailbox.sender_id,
        fence=mailbox.fence,
    )
    return held is not None


async def release(
    db: Db,
    mailbox: Mailbox,
    *,
    next_at: datetime,
    failures: int,
    trouble: str,
    now: datetime,
) -> int:
    """Let go of a mailbox until a moment."""
    return await QUERIES["release"].run(
        db,
        team_id=mailbox.team_id,
        sender_id=mailbox.sender_id,
        fence=mailbox.fence,
        next_at=next_at,
        failures=failures,
        trouble=trouble,
        now=now,
    )


async def set_well(db: Db, mailbox: Mailbox) -> int:
    """Forget what was wrong with a mailbox."""
    return await QUERIES["set_well"].run(db, team_id=mailbox.team_id, sender_id=mailbox.sender_id)


async def release_all(db: Db, worker: str, *, now: datetime) -> int:
    """Let go of all that a worker has."""
    return await QUERIES["release_all"].run(db, worker=worker, now=now)


async def read_anew(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> int:
    """Let a mailbox be connected anew at once: its log-in, its server or folders changed."""
    return await QUERIES["read_anew"].run(db, team_id=team, sender_id=sender, now=now)


async def read_elsewhere(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> None:
    """Let another mailbox be read in place of the one before, from its beginning."""
    await read_anew(db, team, sender, now=now)
    await QUERIES["forget_marks"].run(db, team_id=team, sender_id=sender)


async def list_troubled(db: Db) -> list[Troubled]:
    """List the mailboxes of all teams that cannot be read."""
    return await QUERIES["list_troubled"].rows(db, Troubled)


async def find_mark(db: Db, mailbox: Mailbox, name: str) -> Mark | None:
    """Find how far a folder was read."""
    return await QUERIES["find_mark"].row(
        db, Mark, team_id=mailbox.team_id, sender_id=mailbox.sender_id, name=name
    )


async def first_sent_at(db: Db, mailbox: Mailbox) -> datetime | None:
    """Give when its sender began its first mail, if it did."""
    return await QUERIES["first_sent_at"].row(
        db, datetime, team_id=mailbox.team_id, sender_id=mailbox.sender_id
    )


async def set_mark(db: Db, mailbox: Mailbox, name: str, mark: Mark) -> int:
    """Write how far a folder was read."""
    return await QUERIES["set_mark"].run(
        db,
        team_id=mailbox.team_id,
        sender_id=mailbox.sender_id,
        name=name,
        uid_validity=mark.uid_validity,
        last_uid=mark.last_uid,
        highest_modseq=mark.highest_modseq,
        stuck_uid=mark.stuck_uid,
        stuck_times=mark.stuck_times,
    )


async def has_written(
    db: Db, mailbox: Mailbox, address_key: str, subjects: Sequence[str], *, since: datetime
) -> bool:
    """Tell whether a sender wrote to an address since then, or of one of some subjects."""
    return await QUERIES["has_written"].one(
        db,
        bool,
        team_id=mailbox.team_id,
        sender_id=mailbox.sender_id,
        address_key=address_key,
        subjects=list(subjects),
        since=since,
    )


async def insert_copy(
    db: Db,
    team: TeamId,
    sender: SenderId,
    *,
    header_id: str,
    effective_id: str,
    now: datetime,
) -> bool:
    """Write that a mail of ours lies in a Sent folder; false when that was known."""
    added = await QUERIES["insert_copy"].row(
        db,
        str,
        team_id=team,
        sender_id=sender,
        header_id=header_id,
        effective_id=effective_id,
        now=now,
    )
    return added is not None
