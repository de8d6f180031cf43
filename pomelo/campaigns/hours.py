"""Which schedules a campaign sends by. It always has one: without hours it would write at night."""

from collections.abc import Sequence
from datetime import datetime

from pomelo import schedules
from pomelo import senders as mailboxes
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, ScheduleId, SenderId, TeamId, UserId
from pomelo.campaigns import store
from pomelo.campaigns.actions import get
from pomelo.campaigns.errors import ScheduleInUse
from pomelo.campaigns.readiness import wake
from pomelo.schedules import LeadZones, Schedule, ScheduleChanges


async def attach_schedule(
    db: Db, team: TeamId, campaign: CampaignId, schedule: ScheduleId, *, now: datetime
) -> None:
    """Give a campaign one more schedule; any of them allows sending, the longest gap counts.

    Raises:
        CampaignNotFound: The team has no such campaign.
        ScheduleNotFound: The team has no such schedule.

    Source:
        API reference A27.
    """
    await get(db, team, campaign)
    await schedules.lock(db, team, schedule)
    await store.attach_schedule(db, team, campaign, schedule)
    await _renew(db, team, [campaign], now)


async def schedules_of(db: Db, team: TeamId, campaign: CampaignId) -> list[Schedule]:
    """List a campaign's schedules, oldest first.

    Raises:
        CampaignNotFound: The team has no such campaign.

    Source:
        API reference A26.
    """
    await get(db, team, campaign)
    return await store.schedules_of(db, team, campaign)


async def schedule_ids_of(
    db: Db, team: TeamId, campaigns: Sequence[CampaignId]
) -> dict[CampaignId, tuple[str, ...]]:
    """List the schedules of many campaigns, by campaign."""
    found = await store.schedule_ids_of(db, team, campaigns)
    return {one.campaign_id: one.schedule_ids for one in found}


async def change_schedule(
    db: Db, team: TeamId, schedule: ScheduleId, changes: ScheduleChanges, *, now: datetime
) -> Schedule:
    """Change a schedule and let the campaigns that use it look at the new hours at once.

    Raises:
        ScheduleNotFound: The team has none of that id.
        Invalid: What it would say (`schedules.change` tells which).
    """
    changed = await schedules.change(db, team, schedule, changes)
    await _renew(db, team, await store.list_users_of_schedule(db, team, schedule), now)
    return changed


async def delete_schedule(
    db: Db, team: TeamId, schedule: ScheduleId, user: UserId, *, now: datetime
) -> None:
    """Delete a schedule; campaigns that have another one go on by that.

    Raises:
        ScheduleNotFound: The team has none of that id.
        ScheduleInUse: A campaign would be left without any, or a sender keeps its hours.

    Source:
        API reference A25.
    """
    await schedules.lock(db, team, schedule)
    users = await store.lock_users_of_schedule(db, team, schedule)
    keepers = await store.list_keepers_of_schedule(db, team, schedule)
    if keepers:
        raise ScheduleInUse(f"The sender {keepers[0]} keeps these hours; give it others first.")
    alone = await store.list_with_sole_schedule(db, team, schedule)
    if alone:
        raise ScheduleInUse(
            f"The campaign “{alone[0].name}” ({alone[0].id}) has no other schedule; "
            "attach another one to it first."
        )
    await store.detach_schedule(db, team, schedule)
    await schedules.delete(db, team, schedule, user, now=now)
    await _renew(db, team, [campaign.id for campaign in users], now)


async def set_lead_zones(
    db: Db, team: TeamId, campaign: CampaignId, zones: LeadZones, *, now: datetime
) -> None:
    """Say on whose clocks a campaign's hours are read; its leads are looked at anew.

    Raises:
        GuessingMissing: Zones are to be guessed, and this server knows no phone numbers.
    """
    if zones is LeadZones.GUESS:
        schedules.check_guessing()
    if await store.set_lead_zones(db, team, campaign, zones):
        await _look_anew(db, team, [campaign], now)


async def move_lead(db: Db, team: TeamId, campaign: CampaignId, *, now: datetime) -> None:
    """Let nobody write to a lead by the clocks of where it was.

    Raises:
        CampaignNotFound: The team has no such campaign.
    """
    if (await get(db, team, campaign)).lead_zones is not LeadZones.OFF:
        await _look_anew(db, team, [campaign], now)


async def set_sender_hours(
    db: Db, team: TeamId, sender: SenderId, schedule: ScheduleId | None, *, now: datetime
) -> None:
    """Let a sender send only in a schedule's hours, beside its campaigns'; None ends that.

    Raises:
        ScheduleNotFound: The team has no such schedule.
    """
    if schedule is None:
        await store.end_sender_schedule(db, team, sender)
    else:
        await schedules.lock(db, team, schedule)
        await store.set_sender_schedule(db, team, sender, schedule)
    await mailboxes.let_go(db, team, [sender], now=now)
    await wake(db, team, await store.list_of_sender(db, team, sender), at=now)


async def sender_hours(
    db: Db, team: TeamId, senders: Sequence[SenderId]
) -> dict[SenderId, ScheduleId]:
    """Tell whose hours senders keep, by sender."""
    found = await store.list_sender_schedules(db, team, senders)
    return {one.sender_id: one.schedule_id for one in found}


async def _renew(db: Db, team: TeamId, campaigns: Sequence[CampaignId], now: datetime) -> None:
    """Let whatever waits by earlier hours be looked at again."""
    await store.lock_many(db, team, campaigns)
    await store.renew_hours(db, team, campaigns)
    await _look_anew(db, team, campaigns, now)


async def _look_anew(db: Db, team: TeamId, campaigns: Sequence[CampaignId], now: datetime) -> None:
    """Let what is on its way by earlier hours be claimed no more, and look at the new ones."""
    found = await store.senders_of(db, team, campaigns)
    await mailboxes.let_go(db, team, {one.id for one in found}, now=now)
    await wake(db, team, campaigns, at=now)
