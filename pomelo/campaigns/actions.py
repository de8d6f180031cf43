"""What can be done with campaigns: making, finding, changing, starting and pausing them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec.structs import replace

from pomelo import schedules
from pomelo import senders as mailboxes
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, SenderId, TeamId, UserId
from pomelo.campaigns import statuses, store
from pomelo.campaigns.errands import hold_errands, start_errands
from pomelo.campaigns.errors import (
    AlreadyRunning,
    CampaignArchived,
    CampaignNotFound,
    LastSender,
    NotRunning,
    SenderMissing,
)
from pomelo.campaigns.model import (
    Campaign,
    CampaignChanges,
    CampaignSender,
    CampaignState,
    NewCampaign,
)
from pomelo.campaigns.readiness import wake
from pomelo.campaigns.statuses import CampaignFacts, Status
from pomelo.campaigns.values import checked_labels, checked_name
from pomelo.schedules import ScheduleValues


async def create(
    db: Db, team: TeamId, user: UserId, new: NewCampaign, *, now: datetime
) -> Campaign:
    """Make a campaign: paused, a draft, with a schedule of its own in its time zone.

    Args:
        db: The open transaction.
        team: Whose campaign.
        user: Who makes it.
        new: What it is called and how it is set.
        now: When it happens.

    Raises:
        CampaignInvalid: Its name or labels.
        ZoneUnknown: Its time zone.

    Source:
        API reference 3.8 and A7.
    """
    schedules.parse_zone(new.timezone)
    valid = replace(new, name=checked_name(new.name), labels=checked_labels(new.labels))
    campaign = await store.insert(db, team, ids.campaign(), user, valid, now=now)
    schedule = await schedules.create(
        db, team, user, ScheduleValues(timezone=new.timezone), now=now
    )
    await store.attach_schedule(db, team, campaign.id, schedule.id)
    return campaign


async def get(db: Db, team: TeamId, campaign: CampaignId) -> Campaign:
    """Get a campaign.

    Raises:
        CampaignNotFound: The team has none of that id.
    """
    return _found(await store.find(db, team, campaign))


async def lock(db: Db, team: TeamId, campaign: CampaignId) -> Campaign:
    """Get a campaign and keep it as it is until the transaction ends.

    Raises:
        CampaignNotFound: The team has none of that id.
    """
    return _found(await store.lock(db, team, campaign))


async def list_page(
    db: Db,
    team: TeamId,
    *,
    offset: int,
    limit: int,
    status: Status | None = None,
    created_by: UserId | None = None,
    is_newest_first: bool = False,
    finished: Collection[CampaignId] = (),
) -> tuple[list[Campaign], int]:
    """List some of a team's campaigns.

    Args:
        db: The open transaction.
        team: Whose.
        offset: How many to pass over.
        limit: How many at most.
        status: Only those with this status.
        created_by: Only those that this user made.
        is_newest_first: The order; oldest first if not.
        finished: Which campaigns have nothing left to do; needed with `status` only.

    Returns:
        The page, and how many there are in all.
    """
    if status is None:
        order = store.list_newest if is_newest_first else store.list_oldest
        page = await order(db, team, created_by, offset=offset, limit=limit)
        return page, await store.count(db, team, created_by)
    facts = await store.list_facts(db, team, None, created_by)
    fitting = [one.id for one in facts if statuses.status(one, finished) is status]
    if is_newest_first:
        fitting.reverse()
    return await store.list_by_ids(db, team, fitting[offset : offset + limit]), len(fitting)


async def facts_of(
    db: Db, team: TeamId, campaigns: Sequence[CampaignId] | None = None
) -> dict[CampaignId, CampaignFacts]:
    """Find what the status of campaigns comes from; of all the team's when none are named."""
    return {facts.id: facts for facts in await store.list_facts(db, team, campaigns, None)}


async def change(db: Db, team: TeamId, campaign: CampaignId, changes: CampaignChanges) -> Campaign:
    """Change a campaign; what is not named stays. Archiving one that runs pauses it.

    Raises:
        CampaignNotFound: The team has none of that id.
        CampaignInvalid: Its name or labels.
        ZoneUnknown: Its time zone.

    Source:
        API reference A9.
    """
    if changes.timezone is not None:
        schedules.parse_zone(changes.timezone)
    if changes.name is not None:
        changes = replace(changes, name=checked_name(changes.name))
    if changes.labels is not None:
        changes = replace(changes, labels=checked_labels(changes.labels))
    written = _found(await store.update(db, team, campaign, changes))
    if written.is_archived:
        await _hold(db, team, campaign)
    return written


async def start(db: Db, team: TeamId, campaign: CampaignId, *, now: datetime) -> Campaign:
    """Switch a campaign on: from now on its senders look for leads that are due.

    `sequences.start_campaign` looks at the steps first.

    Raises:
        CampaignNotFound: The team has none of that id.
        AlreadyRunning: It runs.
        CampaignArchived: It was put away.
        SenderMissing: Nobody could send.

    Source:
        API reference 1.6 and A11.
    """
    check_startable(await lock(db, team, campaign))
    if not await list_senders(db, team, campaign):
        raise SenderMissing
    started = _found(await store.start(db, team, campaign, now))
    await store.release_senders(db, team, [campaign], now)
    await start_errands(db, team, [campaign], now=now)
    await wake(db, team, [campaign], at=now)
    return started


def check_startable(campaign: Campaign) -> None:
    """Refuse to start what runs or was put away.

    Raises:
        AlreadyRunning: It runs.
        CampaignArchived: It was put away.
    """
    if campaign.state is CampaignState.RUNNING:
        raise AlreadyRunning
    if campaign.is_archived:
        raise CampaignArchived


async def pause(db: Db, team: TeamId, campaign: CampaignId) -> Campaign:
    """Switch a campaign off: once this is committed, no mail of it is begun any more.

    Raises:
        CampaignNotFound: The team has none of that id.
        NotRunning: It does not run.

    Source:
        API reference 1.6 and A10.
    """
    paused = await store.pause(db, team, campaign)
    if paused is None:
        await get(db, team, campaign)
        raise NotRunning
    await _hold(db, team, campaign)
    return paused


async def set_senders(
    db: Db, team: TeamId, campaign: CampaignId, senders: Sequence[SenderId], *, now: datetime
) -> list[SenderId]:
    """Choose the mailboxes a campaign sends from, instead of those it had.

    Args:
        db: The open transaction.
        team: Whose campaign.
        campaign: Which.
        senders: All its mailboxes from now on; a deleted one is passed over.
        now: When it happens.

    Returns:
        The mailboxes it has no longer; leads that were written to from there wait.

    Raises:
        CampaignNotFound: The team has none of that id.
        LastSender: It runs, and would be left without any.
    """
    locked = await lock(db, team, campaign)
    those = {one.id for one in await list_senders(db, team, campaign)}
    await mailboxes.lock(db, team, those.difference(senders))
    removed = await store.remove_other_senders(db, team, campaign, senders)
    # The wait after a mail is over for nobody who is taken off and put back.
    await mailboxes.rest(db, [(team, one.sender_id, one.may_send_at) for one in removed])
    await store.add_senders(db, team, campaign, senders, now=now)
    if locked.state is CampaignState.RUNNING:
        if not await list_senders(db, team, campaign):
            raise LastSender
        await wake(db, team, [campaign], at=now)
    return [one.sender_id for one in removed]


async def list_senders(db: Db, team: TeamId, campaign: CampaignId) -> list[CampaignSender]:
    """List a campaign's mailboxes, deleted ones left out."""
    return await store.senders_of(db, team, [campaign])


async def senders_of(
    db: Db, team: TeamId, campaigns: Sequence[CampaignId] | None = None
) -> list[CampaignSender]:
    """List the mailboxes of many campaigns; of all the team's when none are named."""
    return await store.senders_of(db, team, campaigns)


async def _hold(db: Db, team: TeamId, campaign: CampaignId) -> None:
    await store.hold_senders(db, team, [campaign])
    await hold_errands(db, team, [campaign])


def _found(campaign: Campaign | None) -> Campaign:
    if campaign is None:
        raise CampaignNotFound
    return campaign
