"""What can be done with bulk edits: begin one, follow it, cancel it."""

from datetime import datetime
from typing import Final

from pomelo import campaigns
from pomelo.base import ids, jobs
from pomelo.base.db import Db
from pomelo.base.ids import BulkEditId, CampaignId, TeamId, UserId
from pomelo.bulk import store
from pomelo.bulk.errors import EditEnded, EditNotFound, SenderElsewhere, SenderUnasked
from pomelo.bulk.model import Action, BulkEdit, EditStatus, NewEdit
from pomelo.bulk.turns import take_turn

JOB: Final = "bulk_edit"
# A campaign's edits that are listed.
LISTED: Final = 100


async def start(db: Db, team: TeamId, new: NewEdit, user: UserId, *, now: datetime) -> BulkEdit:
    """Do one thing to many leads of a campaign.

    The first of them have it when this returns; a job does the rest after the commit.

    Raises:
        CampaignNotFound: The team has none of that id.
        SenderElsewhere: They are to go to a sender that the campaign does not have.
        SenderUnasked: They are to go nowhere.
    """
    await campaigns.get(db, team, new.campaign_id)
    if new.to is not None:
        if new.action is not Action.MOVE:
            raise SenderUnasked
        own = await campaigns.list_senders(db, team, new.campaign_id)
        if new.to not in {sender.id for sender in own}:
            raise SenderElsewhere
    begun = await store.insert(db, team, ids.bulk_edit(), new, user, now=now)
    edit = await take_turn(db, begun, now=now)
    if edit.status is EditStatus.RUNNING:
        await jobs.enqueue(db, JOB, f"{team} {edit.id}".encode())
    return edit


async def go_on(db: Db, team: TeamId, edit: BulkEditId, *, now: datetime) -> BulkEdit:
    """Take the next turn of an edit, unless it has ended.

    Raises:
        EditNotFound: The team has none of that id.
    """
    running = await store.lock(db, team, edit)
    return await get(db, team, edit) if running is None else await take_turn(db, running, now=now)


async def get(db: Db, team: TeamId, edit: BulkEditId) -> BulkEdit:
    """Get how far an edit is.

    Raises:
        EditNotFound: The team has none of that id.
    """
    found = await store.find(db, team, edit)
    if found is None:
        raise EditNotFound
    return found


async def list_of_campaign(db: Db, team: TeamId, campaign: CampaignId) -> list[BulkEdit]:
    """List the last edits of a campaign, newest first.

    Raises:
        CampaignNotFound: The team has none of that id.
    """
    await campaigns.get(db, team, campaign)
    return await store.list_of_campaign(db, team, campaign, LISTED)


async def cancel(db: Db, team: TeamId, edit: BulkEditId, *, now: datetime) -> BulkEdit:
    """End an edit; what it did stays done.

    Raises:
        EditNotFound: The team has none of that id.
        EditEnded: It is over.
    """
    ended = await store.cancel(db, team, edit, now=now)
    if ended is None:
        await get(db, team, edit)
        raise EditEnded
    return ended
