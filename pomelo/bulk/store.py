"""Bulk edits in the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import BulkEditId, CampaignId, TeamId, UserId
from pomelo.base.sql import load
from pomelo.bulk.model import BulkEdit, NewEdit, Place

QUERIES: Final = load(__package__ or "")


async def insert(
    db: Db, team: TeamId, edit: BulkEditId, new: NewEdit, user: UserId, *, now: datetime
) -> BulkEdit:
    """Insert an edit, with how many leads it is for."""
    return await QUERIES["insert"].one(
        db,
        BulkEdit,
        team_id=team,
        id=edit,
        campaign_id=new.campaign_id,
        action=new.action,
        states=None if new.states is None else sorted(new.states),
        to_sender_id=new.to,
        created_by=user,
        now=now,
    )


async def find(db: Db, team: TeamId, edit: BulkEditId) -> BulkEdit | None:
    """Find an edit."""
    return await QUERIES["find"].row(db, BulkEdit, team_id=team, id=edit)


async def list_of_campaign(
    db: Db, team: TeamId, campaign: CampaignId, limit: int
) -> list[BulkEdit]:
    """List a campaign's edits, newest first."""
    return await QUERIES["list_of_campaign"].rows(
        db, BulkEdit, team_id=team, campaign_id=campaign, limit=limit
    )


async def lock(db: Db, team: TeamId, edit: BulkEditId) -> BulkEdit | None:
    """Lock an edit that is under way; nothing when it is not."""
    return await QUERIES["lock"].row(db, BulkEdit, team_id=team, id=edit)


async def list_next(db: Db, edit: BulkEdit, amount: int) -> list[Place]:
    """List the leads whose turn is next; those that came in after it began are not meant."""
    return await QUERIES["list_next"].rows(
        db,
        Place,
        team_id=edit.team_id,
        campaign_id=edit.campaign_id,
        states=edit.states,
        after_at=edit.after_at,
        after_id=edit.after_id,
        until=edit.created_at,
        amount=amount,
    )


async def go_on(
    db: Db, edit: BulkEdit, places: Sequence[Place], *, is_last: bool, now: datetime
) -> BulkEdit:
    """Write how far an edit is."""
    last = places[-1] if places else None
    return await QUERIES["go_on"].one(
        db,
        BulkEdit,
        team_id=edit.team_id,
        id=edit.id,
        amount=len(places),
        after_at=last.created_at if last else None,
        after_id=last.id if last else None,
        is_last=is_last,
        now=now,
    )


async def cancel(db: Db, team: TeamId, edit: BulkEditId, *, now: datetime) -> BulkEdit | None:
    """End an edit that is under way; nothing when it is not."""
    return await QUERIES["cancel"].row(db, BulkEdit, team_id=team, id=edit, now=now)
