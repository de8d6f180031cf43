"""When a campaign's steps that are no mail are looked for: one row a campaign.

They need no sender, so what holds senders back does not hold them.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, TeamId
from pomelo.campaigns.store import QUERIES, notify
from pomelo.schedules import Window


class CampaignRef(msgspec.Struct, frozen=True):
    """A campaign of any team, for batches over teams."""

    team_id: TeamId
    campaign_id: CampaignId


class Hours(msgspec.Struct, frozen=True):
    """When a campaign may do things."""

    team_id: TeamId
    campaign_id: CampaignId
    windows: tuple[Window, ...]


async def hours_of(
    db: Db, campaigns: Sequence[tuple[TeamId, CampaignId]]
) -> dict[tuple[TeamId, CampaignId], tuple[Window, ...]]:
    """Read the hours of campaigns, of any teams; one without any is missing."""
    found = await QUERIES["hours_of"].rows(
        db,
        Hours,
        team_ids=[team for team, _ in campaigns],
        campaign_ids=[campaign for _, campaign in campaigns],
    )
    return {(one.team_id, one.campaign_id): one.windows for one in found}


async def start_errands(
    db: Db, team: TeamId, campaigns: Sequence[CampaignId], *, now: datetime
) -> None:
    """Begin to look for what the leads of running campaigns are due to get."""
    await QUERIES["start_errands"].run(db, team_id=team, ids=campaigns, now=now)


async def hold_errands(db: Db, team: TeamId, campaigns: Sequence[CampaignId]) -> None:
    """Look no more."""
    await QUERIES["hold_errands"].run(db, team_id=team, ids=campaigns)


async def wake_errands(
    db: Db, team: TeamId, campaigns: Sequence[CampaignId], *, at: datetime
) -> None:
    """Look at running campaigns at an instant, if not before."""
    if await QUERIES["wake_errands"].rows(db, str, team_id=team, ids=campaigns, at=at):
        await notify(db)


async def claim_errands(
    db: Db, *, worker: str, amount: int, now: datetime, until: datetime
) -> list[CampaignRef]:
    """Claim campaigns that are to be looked at; until then nobody else does."""
    return await QUERIES["claim_errands"].rows(
        db, CampaignRef, worker=worker, amount=amount, now=now, until=until
    )


async def release_errands(
    db: Db, looks: Sequence[tuple[CampaignRef, datetime]], *, worker: str
) -> None:
    """Let go of campaigns, each to be looked at again then."""
    await QUERIES["release_errands"].run(
        db,
        worker=worker,
        team_ids=[ref.team_id for ref, _ in looks],
        campaign_ids=[ref.campaign_id for ref, _ in looks],
        next_ats=[at for _, at in looks],
    )
