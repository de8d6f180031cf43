"""Figures are counted as fast the hundredth time as the first."""

from datetime import datetime

from pomelo import stats
from pomelo.base.db import EVER, Db
from pomelo.leads import ActivityType
from pomelo.stats import Wanted
from pomelo.stats.store import QUERIES
from tests import make

ASKED = [QUERIES["tally"].text, QUERIES["tally_leads"].text]
KEPT = "SELECT generic_plans FROM pg_prepared_statements WHERE statement = ANY ($1)"


async def test_figures_are_planned_for_the_campaigns_and_days_that_are_asked_for(
    db: Db, now: datetime
) -> None:
    team = await make.team(db)
    campaign = await make.running_campaign(db, team.id, await make.sender(db, team.id))
    await make.lead(db, campaign)

    for _ in range(7):  # a plan for any values is considered from the sixth time on
        await stats.list_stats(db, team.id, [campaign.id], Wanted(EVER, now, tuple(ActivityType)))
        await stats.list_reports(db, team.id, [campaign.id])

    assert [row[0] for row in await db.fetch(KEPT, ASKED)] == [0, 0]
