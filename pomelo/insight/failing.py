"""Which leads' step could not be carried out: they go on by themselves once it is mended."""

from collections.abc import Sequence
from typing import Final

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, TeamId
from pomelo.insight import store
from pomelo.insight.causes import Cause
from pomelo.insight.model import Failing
from pomelo.insight.rules import ENDED

FAILING: Final = {
    Cause.TEMPLATE_FAILING: "could not be written to: something that the text names is missing",
    Cause.CALL_FAILING: "could not go on: the call of the step was refused, or failed for a day",
}


async def failing_warnings(
    db: Db, team: TeamId, ids: Sequence[CampaignId] | None = None
) -> dict[CampaignId, list[str]]:
    """Say of how many leads of each campaign a step failed; without ids of all the team's."""
    found: dict[CampaignId, list[str]] = {}
    for failing in await store.count_failing(db, team, ids):
        found.setdefault(failing.campaign_id, []).append(_warning(failing))
    return found


def _warning(failing: Failing) -> str:
    leads = "1 lead" if failing.count == 1 else f"{failing.count} leads"
    what = FAILING[ENDED[failing.stopped_by]]
    return f"{leads} {what}; see `pomelo explain {failing.campaign_id}`."
