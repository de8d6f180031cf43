"""Leads of one sender go to another: when a mailbox is lost, or has too much to do.

Their conversations go on from there. Whose last mail is in doubt stays, for only the sender of
that mail can settle it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo import campaigns
from pomelo.base import jobs
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, LeadId, SenderId, TeamId
from pomelo.base.walks import Walk
from pomelo.leads.store import QUERIES, lock

JOB: Final = "move_sender"
# Leads looked at in one transaction; a tenth of a second when all of them are the sender's.
AT_ONCE: Final = 2_000


class Move(msgspec.Struct, frozen=True):
    """Whose leads go to whom: to another sender, or (None) to any of their campaign's."""

    team: TeamId
    sender: SenderId
    to: SenderId | None
    after: str = ""


class Movable(msgspec.Struct, frozen=True):
    """What a move would do.

    Attributes:
        is_known: The team has the sender, or had it.
        leads: The sender's, that have something to come.
        moved: Of these, who would go: their campaign has the other sender.
        in_doubt: Of these, whose last mail is in doubt, so that they stay.
    """

    is_known: bool
    leads: int
    moved: int
    in_doubt: int


class _Moved(msgspec.Struct, frozen=True):
    """One turn: the campaigns of who went, and the last lead that was looked at."""

    campaigns: list[CampaignId]
    last: str | None


async def preview_move(db: Db, move: Move) -> Movable:
    """Count what a move would do; nothing is changed."""
    return await QUERIES["count_movable"].one(
        db, Movable, team_id=move.team, sender_id=move.sender, to=move.to
    )


async def move_sender(db: Db, move: Move, *, now: datetime) -> None:
    """Give a sender's leads to another.

    In a small team at once, otherwise the first of them; a job does the rest after the commit.
    """
    last = await _move(db, move, now)
    if last is not None:
        rest = msgspec.structs.replace(move, after=last)
        await jobs.enqueue(db, JOB, msgspec.json.encode(rest))


async def give(
    db: Db, team: TeamId, people: Sequence[LeadId], to: SenderId | None, *, now: datetime
) -> list[CampaignId]:
    """Give leads to a sender of their campaign, or to any of them; says whose campaigns they are.

    As in a move, who has nothing to come or whose last mail is in doubt stays as it is.
    """
    await lock(db, [(team, lead) for lead in people])
    given = await QUERIES["give"].rows(db, str, team_id=team, ids=list(people), to=to, now=now)
    return [CampaignId(one) for one in sorted(set(given))]


class Moving(Walk):
    """Moves in the background what a call did not wait for."""

    name = JOB

    async def turn(self, db: Db, payload: bytes, now: datetime) -> bytes | None:
        """Move some of a sender's leads."""
        move = msgspec.json.decode(payload, type=Move)
        last = await _move(db, move, now)
        if last is None:
            return None
        return msgspec.json.encode(msgspec.structs.replace(move, after=last))


async def _move(db: Db, move: Move, now: datetime) -> str | None:
    moved = await QUERIES["move_sender"].one(
        db,
        _Moved,
        team_id=move.team,
        sender_id=move.sender,
        to=move.to,
        after=move.after,
        amount=AT_ONCE,
        now=now,
    )
    if moved.campaigns:
        await campaigns.wake(db, move.team, moved.campaigns, at=now)
    return moved.last
