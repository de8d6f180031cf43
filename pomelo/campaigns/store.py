"""Campaigns in the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import asdict

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, ScheduleId, SenderId, TeamId, UserId
from pomelo.base.sql import load
from pomelo.campaigns.model import (
    Campaign,
    CampaignChanges,
    CampaignName,
    CampaignSender,
    EarliestLook,
    NewCampaign,
    NextLook,
    ReadyRow,
    Resting,
    SchedulesUsed,
    SenderRef,
    SenderSchedule,
)
from pomelo.campaigns.statuses import CampaignFacts
from pomelo.schedules import LeadZones, Schedule

QUERIES: Final = load(__package__ or "")


async def insert(
    db: Db, team: TeamId, campaign: CampaignId, user: UserId, new: NewCampaign, *, now: datetime
) -> Campaign:
    """Insert a campaign."""
    return await QUERIES["insert"].one(
        db, Campaign, team_id=team, id=campaign, created_by=user, now=now, **asdict(new)
    )


async def find(db: Db, team: TeamId, campaign: CampaignId) -> Campaign | None:
    """Find a campaign by its id."""
    return await QUERIES["find"].row(db, Campaign, team_id=team, id=campaign)


async def lock(db: Db, team: TeamId, campaign: CampaignId) -> Campaign | None:
    """Find a campaign and keep others from changing it."""
    return await QUERIES["lock"].row(db, Campaign, team_id=team, id=campaign)


async def lock_many(db: Db, team: TeamId, ids: Sequence[CampaignId] | None) -> None:
    """Keep others from changing campaigns; None = all of the team's."""
    await QUERIES["lock_many"].run(db, team_id=team, ids=ids)


async def list_oldest(
    db: Db, team: TeamId, created_by: UserId | None, *, offset: int, limit: int
) -> list[Campaign]:
    """List a page of campaigns, oldest first."""
    return await QUERIES["list_oldest"].rows(
        db, Campaign, team_id=team, created_by=created_by, skip=offset, amount=limit
    )


async def list_newest(
    db: Db, team: TeamId, created_by: UserId | None, *, offset: int, limit: int
) -> list[Campaign]:
    """List a page of campaigns, newest first."""
    return await QUERIES["list_newest"].rows(
        db, Campaign, team_id=team, created_by=created_by, skip=offset, amount=limit
    )


async def list_by_ids(db: Db, team: TeamId, ids: Sequence[CampaignId]) -> list[Campaign]:
    """List campaigns in the order of their ids."""
    return await QUERIES["list_by_ids"].rows(db, Campaign, team_id=team, ids=ids)


async def count(db: Db, team: TeamId, created_by: UserId | None) -> int:
    """Count a team's campaigns."""
    return await QUERIES["count"].one(db, int, team_id=team, created_by=created_by)


async def list_facts(
    db: Db, team: TeamId, ids: Sequence[CampaignId] | None, created_by: UserId | None
) -> list[CampaignFacts]:
    """List what the status of campaigns comes from, oldest first."""
    return await QUERIES["list_facts"].rows(
        db, CampaignFacts, team_id=team, ids=ids, created_by=created_by
    )


async def update(
    db: Db, team: TeamId, campaign: CampaignId, changes: CampaignChanges
) -> Campaign | None:
    """Change the columns that have a new value."""
    return await QUERIES["update"].row(db, Campaign, team_id=team, id=campaign, **asdict(changes))


async def start(db: Db, team: TeamId, campaign: CampaignId, now: datetime) -> Campaign | None:
    """Switch a paused campaign on."""
    return await QUERIES["start"].row(db, Campaign, team_id=team, id=campaign, now=now)


async def pause(db: Db, team: TeamId, campaign: CampaignId) -> Campaign | None:
    """Switch a running campaign off."""
    return await QUERIES["pause"].row(db, Campaign, team_id=team, id=campaign)


async def attach_schedule(db: Db, team: TeamId, campaign: CampaignId, schedule: ScheduleId) -> None:
    """Give a campaign one more schedule."""
    await QUERIES["attach_schedule"].run(
        db, team_id=team, campaign_id=campaign, schedule_id=schedule
    )


async def detach_schedule(db: Db, team: TeamId, schedule: ScheduleId) -> None:
    """Take a schedule from all campaigns."""
    await QUERIES["detach_schedule"].run(db, team_id=team, schedule_id=schedule)


async def lock_users_of_schedule(db: Db, team: TeamId, schedule: ScheduleId) -> list[CampaignName]:
    """Lock the campaigns that use a schedule."""
    return await QUERIES["lock_users_of_schedule"].rows(
        db, CampaignName, team_id=team, schedule_id=schedule
    )


async def list_with_sole_schedule(db: Db, team: TeamId, schedule: ScheduleId) -> list[CampaignName]:
    """List the campaigns that have only this schedule."""
    return await QUERIES["list_with_sole_schedule"].rows(
        db, CampaignName, team_id=team, schedule_id=schedule
    )


async def list_users_of_schedule(db: Db, team: TeamId, schedule: ScheduleId) -> list[CampaignId]:
    """List the campaigns that use a schedule."""
    found: list[str] = await QUERIES["list_users_of_schedule"].rows(
        db, str, team_id=team, schedule_id=schedule
    )
    return [CampaignId(one) for one in found]


async def set_lead_zones(db: Db, team: TeamId, campaign: CampaignId, zones: LeadZones) -> int:
    """Write on whose clocks the hours are read; 0 when it is so already."""
    return await QUERIES["set_lead_zones"].run(db, team_id=team, id=campaign, zones=zones)


async def renew_hours(db: Db, team: TeamId, ids: Sequence[CampaignId]) -> int:
    """Count that hours are others."""
    return await QUERIES["renew_hours"].run(db, team_id=team, ids=list(ids))


async def set_sender_schedule(db: Db, team: TeamId, sender: SenderId, schedule: ScheduleId) -> None:
    """Write whose hours a sender keeps."""
    await QUERIES["set_sender_schedule"].run(
        db, team_id=team, sender_id=sender, schedule_id=schedule
    )


async def end_sender_schedule(db: Db, team: TeamId, sender: SenderId) -> None:
    """Let a sender send at any hour."""
    await QUERIES["end_sender_schedule"].run(db, team_id=team, sender_id=sender)


async def list_sender_schedules(
    db: Db, team: TeamId, ids: Sequence[SenderId]
) -> list[SenderSchedule]:
    """List whose hours senders keep; those without any are missing."""
    return await QUERIES["list_sender_schedules"].rows(
        db, SenderSchedule, team_id=team, ids=list(ids)
    )


async def list_keepers_of_schedule(db: Db, team: TeamId, schedule: ScheduleId) -> list[str]:
    """List the addresses of senders that keep a schedule's hours."""
    return await QUERIES["list_keepers_of_schedule"].rows(
        db, str, team_id=team, schedule_id=schedule
    )


async def list_of_sender(db: Db, team: TeamId, sender: SenderId) -> list[CampaignId]:
    """List the campaigns that a sender sends."""
    found = await QUERIES["list_of_sender"].rows(db, str, team_id=team, sender_id=sender)
    return [CampaignId(campaign) for campaign in found]


async def schedules_of(db: Db, team: TeamId, campaign: CampaignId) -> list[Schedule]:
    """List a campaign's schedules, oldest first."""
    return await QUERIES["schedules_of"].rows(db, Schedule, team_id=team, campaign_id=campaign)


async def schedule_ids_of(db: Db, team: TeamId, ids: Sequence[CampaignId]) -> list[SchedulesUsed]:
    """List the schedules of many campaigns."""
    return await QUERIES["schedule_ids_of"].rows(db, SchedulesUsed, team_id=team, ids=ids)


async def senders_of(
    db: Db, team: TeamId, ids: Sequence[CampaignId] | None
) -> list[CampaignSender]:
    """List the mailboxes of many campaigns, or of all."""
    return await QUERIES["senders_of"].rows(db, CampaignSender, team_id=team, ids=ids)


async def add_senders(
    db: Db, team: TeamId, campaign: CampaignId, senders: Sequence[SenderId], *, now: datetime
) -> None:
    """Give a campaign mailboxes that it does not have yet."""
    await QUERIES["add_senders"].run(
        db, team_id=team, campaign_id=campaign, sender_ids=senders, now=now
    )


async def remove_other_senders(
    db: Db, team: TeamId, campaign: CampaignId, senders: Sequence[SenderId]
) -> list[Resting]:
    """Take all mailboxes but these from a campaign; gives those taken."""
    return await QUERIES["remove_other_senders"].rows(
        db, Resting, team_id=team, campaign_id=campaign, sender_ids=senders
    )


async def hold(db: Db, team: TeamId, *, is_held: bool) -> list[CampaignId]:
    """Hold all campaigns of a team, or let them go; gives those of which that changed."""
    found: list[str] = await QUERIES["hold"].rows(db, str, team_id=team, is_held=is_held)
    return [CampaignId(one) for one in found]


async def release_senders(db: Db, team: TeamId, ids: Sequence[CampaignId], now: datetime) -> None:
    """Let the mailboxes of running campaigns look for work, each after its gap."""
    await QUERIES["release_senders"].run(db, team_id=team, ids=ids, now=now)


async def hold_senders(db: Db, team: TeamId, ids: Sequence[CampaignId]) -> None:
    """Let no mailbox look for work in campaigns."""
    await QUERIES["hold_senders"].run(db, team_id=team, ids=ids)


async def wake(db: Db, team: TeamId, ids: Sequence[CampaignId], at: datetime) -> list[SenderId]:
    """Move next looks into running campaigns forward; gives their mailboxes."""
    found: list[str] = await QUERIES["wake"].rows(db, str, team_id=team, ids=ids, at=at)
    return [SenderId(one) for one in found]


async def begin_with(db: Db, team: TeamId, campaign: CampaignId, *, with_mail: bool) -> None:
    """Write whether a campaign's first step is a mail."""
    await QUERIES["begin_with"].run(db, team_id=team, id=campaign, with_mail=with_mail)


async def count_numbered(db: Db, team: TeamId, campaign: CampaignId, amount: int) -> int:
    """Take numbers for steps; gives the last one that was taken before."""
    return await QUERIES["count_numbered"].one(db, int, team_id=team, id=campaign, amount=amount)


async def notify(db: Db) -> None:
    """Tell workers at COMMIT that something is due."""
    await QUERIES["notify"].run(db)


async def ready_rows(db: Db, senders: Sequence[SenderRef], now: datetime) -> list[ReadyRow]:
    """List the campaigns in which these mailboxes may look for work."""
    return await QUERIES["ready_rows"].rows(db, ReadyRow, now=now, **_arrays(senders))


async def set_next(db: Db, looks: Sequence[NextLook]) -> None:
    """Write next looks, of any teams."""
    await QUERIES["set_next"].run(
        db,
        team_ids=[look.team_id for look in looks],
        campaign_ids=[look.campaign_id for look in looks],
        sender_ids=[look.sender_id for look in looks],
        next_ats=[look.next_at for look in looks],
        may_send_ats=[look.may_send_at for look in looks],
        serveds=[look.served for look in looks],
    )


async def next_of_senders(db: Db, senders: Sequence[SenderRef]) -> list[EarliestLook]:
    """Find the first next look of each mailbox that has one."""
    return await QUERIES["next_of_senders"].rows(db, EarliestLook, **_arrays(senders))


def _arrays(senders: Sequence[SenderRef]) -> dict[str, object]:
    return {
        "team_ids": [sender.team_id for sender in senders],
        "sender_ids": [sender.id for sender in senders],
    }
