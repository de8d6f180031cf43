"""What explaining reads: one function a query; nothing is locked or written."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, LeadId, SenderId, TeamId
from pomelo.base.sql import load
from pomelo.insight.model import Failing, Group, House, LeadFacts, Row

QUERIES: Final = load(__package__ or "")


async def find_lead(db: Db, team: TeamId, lead: LeadId) -> LeadFacts | None:
    """Read a lead and its campaign."""
    return await QUERIES["find_lead"].row(db, LeadFacts, team_id=team, lead_id=lead)


async def house(db: Db) -> House:
    """Read what is true of the installation."""
    return await QUERIES["house"].row(db, House) or House("", False)


async def rows_of(
    db: Db, team: TeamId, *, campaign: CampaignId | None = None, sender: SenderId | None = None
) -> list[Row]:
    """Read when senders may write for campaigns again."""
    return await QUERIES["rows_of"].rows(
        db, Row, team_id=team, campaign_id=campaign, sender_id=sender
    )


async def group_leads(db: Db, team: TeamId, campaign: CampaignId, *, now: datetime) -> list[Group]:
    """Count a campaign's leads by where they stand."""
    return await QUERIES["group_leads"].rows(db, Group, team_id=team, campaign_id=campaign, now=now)


async def count_failing(
    db: Db, team: TeamId, ids: Sequence[CampaignId] | None = None
) -> list[Failing]:
    """Count campaigns' leads whose step failed; without ids those of all the team's."""
    return await QUERIES["count_failing"].rows(
        db, Failing, team_id=team, ids=None if ids is None else list(ids)
    )
