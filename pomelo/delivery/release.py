"""Letting go of a sender: when it is to be looked at again, and its campaigns too."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo import campaigns, leads, senders
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, SenderId, TeamId
from pomelo.campaigns import NextLook, ReadyRow
from pomelo.delivery.desk import Desk
from pomelo.delivery.plan import Shift
from pomelo.senders import Released

# Nobody is forgotten for longer, whatever wake-up was missed.
LOOK_AGAIN_SECONDS: Final = 15.0


async def release(db: Db, desk: Desk, shifts: Sequence[Shift], *, now: datetime) -> None:
    """Let go of senders; what they rest already they rest on.

    Args:
        db: The open transaction.
        desk: The worker's tools.
        shifts: The senders and what they could do.
        now: When it happens.
    """
    if not shifts:
        return
    latest = now + desk.span(LOOK_AGAIN_SECONDS)
    rows = [row for shift in shifts for row in shift.rows]
    braked = [shift.sender.id for shift in shifts if shift.sender.new_leads_stopped_at]
    due = await leads.next_due(db, [_key(row) for row in rows], without_new=braked, now=now)
    looks = [_look(row, min(due.get(_key(row), latest), latest)) for row in rows]
    looks += [_look(row, opens or latest) for shift in shifts for row, opens in shift.closed]
    await campaigns.set_next(db, looks)
    refs = [(shift.sender.team_id, shift.sender.id) for shift in shifts]
    nexts = await campaigns.next_of_senders(db, refs)
    released = [
        Released(
            team_id=shift.sender.team_id,
            id=shift.sender.id,
            may_send_at=shift.full_until or now,
            next_at=min(nexts.get(ref, latest), latest),
        )
        for shift, ref in zip(shifts, refs, strict=True)
    ]
    await senders.release(db, worker=desk.worker, released=released)


Key = tuple[TeamId, CampaignId, SenderId]


def _key(row: ReadyRow) -> Key:
    return row.team_id, row.campaign_id, row.sender_id


def _look(row: ReadyRow, at: datetime) -> NextLook:
    return NextLook(
        team_id=row.team_id, campaign_id=row.campaign_id, sender_id=row.sender_id, next_at=at
    )
