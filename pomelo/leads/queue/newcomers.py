"""Where leads wait that nobody has written to."""

from collections.abc import Iterable
from datetime import datetime

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, TeamId
from pomelo.leads.store import QUERIES


async def awaited_in(
    db: Db, campaigns: Iterable[tuple[TeamId, CampaignId]], *, now: datetime
) -> set[CampaignId]:
    """Find those of some campaigns in which a lead without a sender could be written to now."""
    asked = list(dict.fromkeys(campaigns))
    found = await QUERIES["list_awaited"].rows(
        db,
        CampaignId,
        team_ids=[team for team, _ in asked],
        campaign_ids=[campaign for _, campaign in asked],
        now=now,
    )
    return set(found)
