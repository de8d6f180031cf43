"""Numbers of campaigns: a few grouped statements, however many leads and campaigns there are."""

from collections.abc import Sequence

from pomelo import sequences
from pomelo.base.db import EVER, NEVER, Db
from pomelo.base.ids import CampaignId, TeamId
from pomelo.leads import ActivityType
from pomelo.stats import store
from pomelo.stats.figures import BOUNCED, by_campaign, campaign_stats, first_times
from pomelo.stats.model import CampaignStats, LeadTally, Report, Wanted


async def list_stats(
    db: Db, team: TeamId, campaigns: Sequence[CampaignId], wanted: Wanted
) -> list[CampaignStats]:
    """Count what happened in campaigns in a span, in their order."""
    await store.read_whole(db)
    leads = await store.tally_leads(db, team, campaigns, wanted)
    known = {one.campaign_id: one for one in leads}
    counted = await store.tally(db, team, campaigns, wanted)
    has_bounces = any(tally.type in BOUNCED for tally in counted)
    returned = await store.tally_returned(db, team, campaigns, wanted) if has_bounces else []
    tallies = by_campaign(counted)
    return [
        campaign_stats(
            campaign,
            known.get(campaign) or _nobody(campaign),
            happened=tallies.get(campaign, []),
            returned={one.step_id: one.returned for one in returned if one.campaign_id == campaign},
            steps=await sequences.list_steps(db, team, campaign),
        )
        for campaign in campaigns
    ]


async def list_reports(db: Db, team: TeamId, campaigns: Sequence[CampaignId]) -> list[Report]:
    """Count what happened in campaigns since their beginning, in their order."""
    always = Wanted(EVER, NEVER, tuple(ActivityType))
    await store.read_whole(db)
    leads = await store.tally_leads(db, team, campaigns, always)
    known = {one.campaign_id: one for one in leads}
    tallies = by_campaign(await store.tally(db, team, campaigns, always))
    return [
        Report(
            campaign,
            known.get(campaign) or _nobody(campaign),
            first_times(tallies.get(campaign, [])),
        )
        for campaign in campaigns
    ]


def _nobody(campaign: CampaignId) -> LeadTally:
    return LeadTally(campaign, *[0] * 12)
