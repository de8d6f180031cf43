"""Numbers in the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, SenderId, TeamId
from pomelo.base.sql import load
from pomelo.leads import ActivityType
from pomelo.stats.model import LeadTally, Returned, Tally, Wanted

QUERIES: Final = load(__package__ or "")
# Who wants all types is given them without a look at the type of each.
EVERYTHING: Final = frozenset(ActivityType)


async def read_whole(db: Db) -> None:
    """Let PostgreSQL read tables as they lie where that is faster, in this transaction."""
    await QUERIES["read_whole"].run(db)


async def tally(
    db: Db, team: TeamId, campaigns: Sequence[CampaignId], wanted: Wanted
) -> list[Tally]:
    """Count what happened in campaigns, by step and type."""
    return await QUERIES["tally"].rows(
        db,
        Tally,
        team_id=team,
        campaign_ids=campaigns,
        since=wanted.since,
        until=wanted.until,
        types=None if EVERYTHING.issubset(wanted.types) else wanted.types,
        sender_ids=wanted.senders,
    )


async def tally_returned(
    db: Db, team: TeamId, campaigns: Sequence[CampaignId], wanted: Wanted
) -> list[Returned]:
    """Count mails that came back after they had been sent, by step."""
    return await QUERIES["tally_returned"].rows(
        db,
        Returned,
        team_id=team,
        campaign_ids=campaigns,
        since=wanted.since,
        until=wanted.until,
        sender_ids=wanted.senders,
    )


async def tally_leads(
    db: Db,
    team: TeamId,
    campaigns: Sequence[CampaignId],
    *,
    since: datetime,
    until: datetime,
    senders: Sequence[SenderId] | None,
) -> list[LeadTally]:
    """Count campaigns' leads; a campaign without any is missing."""
    return await QUERIES["tally_leads"].rows(
        db,
        LeadTally,
        team_id=team,
        campaign_ids=campaigns,
        since=since,
        until=until,
        sender_ids=senders,
    )
