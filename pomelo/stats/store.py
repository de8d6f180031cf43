"""Numbers in the database: one function a query."""

from collections.abc import Sequence
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, TeamId
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
    types = None if EVERYTHING.issubset(wanted.types) else wanted.types
    asked = _asked(team, campaigns, wanted)
    return await QUERIES["tally"].rows(db, Tally, types=types, **asked)


async def tally_returned(
    db: Db, team: TeamId, campaigns: Sequence[CampaignId], wanted: Wanted
) -> list[Returned]:
    """Count mails that came back after they had been sent, by step."""
    asked = _asked(team, campaigns, wanted)
    return await QUERIES["tally_returned"].rows(db, Returned, **asked)


async def tally_leads(
    db: Db, team: TeamId, campaigns: Sequence[CampaignId], wanted: Wanted
) -> list[LeadTally]:
    """Count campaigns' leads; a campaign without any is missing."""
    asked = _asked(team, campaigns, wanted)
    return await QUERIES["tally_leads"].rows(db, LeadTally, **asked)


def _asked(team: TeamId, campaigns: Sequence[CampaignId], wanted: Wanted) -> dict[str, object]:
    """Give what all figures are asked by."""
    return {
        "team_id": team,
        "campaign_ids": campaigns,
        "since": wanted.since,
        "until": wanted.until,
        "sender_ids": wanted.senders,
    }
