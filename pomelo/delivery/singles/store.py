"""The queue of single mails, in the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import LeadId, MessageId, SenderId, TeamId
from pomelo.base.sql import load
from pomelo.delivery.model import Before
from pomelo.delivery.singles.model import Queued

QUERIES: Final = load(__package__ or "")


async def enqueue(
    db: Db,
    team: TeamId,
    message: MessageId,
    *,
    copies: Sequence[str],
    shown: dict[str, object],
    now: datetime,
) -> None:
    """Let a mail be sent as soon as somebody comes to it."""
    await QUERIES["enqueue"].run(
        db, team_id=team, message_id=message, copies=list(copies), shown=shown, now=now
    )


async def claim(
    db: Db,
    *,
    amount: int,
    busy: Sequence[SenderId],
    full: Sequence[TeamId],
    now: datetime,
    until: datetime,
) -> list[Queued]:
    """Claim what may be sent now, of senders that are not busy and teams that have room."""
    return await QUERIES["claim_singles"].rows(
        db, Queued, amount=amount, busy=list(busy), full=list(full), now=now, until=until
    )


async def renew(db: Db, claims: Sequence[Queued], *, until: datetime) -> int:
    """Keep claims."""
    return await QUERIES["renew_singles"].run(
        db,
        team_ids=[one.team_id for one in claims],
        message_ids=[one.message_id for one in claims],
        fences=[one.fence for one in claims],
        until=until,
    )


async def hold(db: Db, claim: Queued, *, now: datetime) -> bool:
    """Keep a mail ours until the transaction ends; false when it is not ours any more."""
    held = await QUERIES["hold_single"].row(
        db,
        MessageId,
        team_id=claim.team_id,
        message_id=claim.message_id,
        fence=claim.fence,
        now=now,
    )
    return held is not None


async def wait(db: Db, claim: Queued, due_at: datetime | None) -> int:
    """Let a mail wait for an instant, or without one for a person."""
    return await QUERIES["wait_single"].run(
        db,
        team_id=claim.team_id,
        message_id=claim.message_id,
        fence=claim.fence,
        due_at=due_at,
    )


async def find(db: Db, team: TeamId, message: MessageId) -> Queued | None:
    """Find a mail's place in the queue, and lock it."""
    return await QUERIES["find_single"].row(db, Queued, team_id=team, message_id=message)


async def end(db: Db, claim: Queued) -> int:
    """Take a mail from the queue: its fate is known."""
    return await QUERIES["end_single"].run(
        db, team_id=claim.team_id, message_id=claim.message_id, fence=claim.fence
    )


async def list_lost(db: Db, *, now: datetime) -> list[Queued]:
    """List mails that a worker began and never settled, and lock them."""
    return await QUERIES["list_lost_singles"].rows(db, Queued, now=now)


async def is_rehearsal(db: Db) -> bool:
    """Tell whether every mail of the installation goes to its operator."""
    return bool(await QUERIES["mode"].row(db, str))


async def find_before(db: Db, team: TeamId, lead: LeadId, position: int) -> Before | None:
    """Find the mail into whose thread a step of a lead's would go."""
    return await QUERIES["find_before"].row(
        db, Before, team_id=team, lead_id=lead, position=position
    )
