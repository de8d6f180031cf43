"""Campaigns made ready to be shown: what belongs to many of them is read in one go each."""

from collections.abc import Sequence as Many
from datetime import datetime

import msgspec
from msgspec.structs import asdict

from pomelo import campaigns, insight, leads, sequences, teams
from pomelo.api import campaign_settings
from pomelo.api.answers import moment
from pomelo.api.campaign_shapes import (
    CampaignDetail,
    Creator,
    Mailbox,
    SenderCampaign,
    SendUser,
    ShownCampaign,
    ShownSender,
    TeamSender,
)
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, SequenceId, TeamId, UserId
from pomelo.campaigns import Campaign, CampaignFacts, CampaignSender, Status
from pomelo.senders import hearing_warning


class Surroundings(msgspec.Struct, frozen=True):
    """What is shown of campaigns beside their own row."""

    facts: dict[CampaignId, CampaignFacts]
    finished: set[CampaignId]
    sequence_ids: dict[CampaignId, SequenceId]
    schedule_ids: dict[CampaignId, tuple[str, ...]]
    senders: list[CampaignSender]
    failing: dict[CampaignId, list[str]]
    emails: dict[UserId, str]


async def show(
    db: Db, team: TeamId, found: Many[Campaign], *, heard_since: datetime
) -> list[ShownCampaign]:
    """Show campaigns of a team, in the same order."""
    around = await _surroundings(db, team, [campaign.id for campaign in found])
    return [_shown(campaign, around, heard_since) for campaign in found]


async def show_detail(db: Db, campaign: Campaign, *, heard_since: datetime) -> CampaignDetail:
    """Show a campaign with all its settings."""
    around = await _surroundings(db, campaign.team_id, [campaign.id])
    fields = asdict(_shown(campaign, around, heard_since)) | campaign_settings.shown(campaign)
    return CampaignDetail(**fields, send_users=_send_users(around.senders))


async def show_senders(db: Db, team: TeamId, wanted: Status | None) -> list[TeamSender]:
    """Show which users send for which campaigns.

    Args:
        db: The open transaction.
        team: Whose.
        wanted: Only campaigns with this status.
    """
    finished = await leads.finished_campaigns(db, team)
    words = {
        facts.id: SenderCampaign(facts.id, facts.name, campaigns.status(facts, finished))
        for facts in (await campaigns.facts_of(db, team)).values()
    }
    users: dict[UserId, dict[CampaignId, SenderCampaign]] = {}
    for sender in await campaigns.senders_of(db, team):
        campaign = words[sender.campaign_id]
        if wanted in (None, campaign.status):
            users.setdefault(sender.user_id, {})[campaign.id] = campaign
    return [TeamSender(user, list(found.values())) for user, found in users.items()]


async def _surroundings(db: Db, team: TeamId, ids: list[CampaignId]) -> Surroundings:
    return Surroundings(
        facts=await campaigns.facts_of(db, team, ids),
        finished=await leads.finished_campaigns(db, team, ids),
        sequence_ids=await sequences.main_ids(db, team, ids),
        schedule_ids=await campaigns.schedule_ids_of(db, team, ids),
        senders=await campaigns.senders_of(db, team, ids),
        failing=await insight.failing_warnings(db, team, ids),
        emails={user.id: user.email for user in await teams.list_users(db, team)},
    )


def _shown(campaign: Campaign, around: Surroundings, heard_since: datetime) -> ShownCampaign:
    facts = around.facts[campaign.id]
    errors = campaigns.errors(facts)
    mailboxes = [one for one in around.senders if one.campaign_id == campaign.id]
    amiss = (hearing_warning(sender.hearing, heard_since) for sender in mailboxes)
    return ShownCampaign(
        id=campaign.id,
        name=campaign.name,
        emoji=campaign_settings.kept(campaign).emoji,
        labels=campaign.labels,
        created_at=moment(campaign.created_at),
        created_by=campaign.created_by,
        state=campaign.state,
        status=campaigns.status(facts, around.finished),
        archived=campaign.is_archived,
        sequence_id=around.sequence_ids.get(campaign.id),
        schedule_ids=around.schedule_ids.get(campaign.id, ()),
        timezone=campaign.timezone,
        team_id=campaign.team_id,
        has_error=bool(errors),
        errors=errors,
        warnings=[*filter(None, amiss), *around.failing.get(campaign.id, ())],
        creator=Creator(campaign.created_by, around.emails.get(campaign.created_by, "")),
        senders=[ShownSender(one.user_id, one.email, one.id) for one in mailboxes],
    )


def _send_users(senders: Many[CampaignSender]) -> list[SendUser]:
    users: dict[UserId, list[Mailbox]] = {}
    for sender in senders:
        users.setdefault(sender.user_id, []).append(Mailbox(sender.id, sender.email))
    return [SendUser(user, mailboxes) for user, mailboxes in users.items()]
