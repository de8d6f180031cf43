"""The statistics of a campaign of 100,000 leads, beside one sequential count of its activities."""

from datetime import timedelta
from typing import Final

from pomelo import stats
from pomelo.base import clock
from pomelo.bench import limits
from pomelo.bench.children import ChildFailed
from pomelo.bench.ground import Ground
from pomelo.bench.runs import Better, Row, Size, compared, turns
from pomelo.bench.stock import make_campaign, make_senders, make_team
from pomelo.leads import ActivityType
from pomelo.stats import Wanted

BAR: Final = 3.0
LEADS: Final = 100_000
MONTH: Final = timedelta(days=30)
# From the sixth time on PostgreSQL may keep a statement's plan: what is measured is the plan kept.
ASKED_BEFORE: Final = 6


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Measure the figures of a campaign, all types and a month long."""
    amount = min(LEADS, size.leads)
    async with ground.house() as house:
        stock = await make_team(house)
        (sender,) = await make_senders(house, stock, 1, 2525)
        campaign = await make_campaign(house, stock, [sender])
        values = {"team": stock.team, "campaign": campaign}
        await ground.script("leads.psql", **values, first=1, last=amount)
        await ground.script("activities.psql", **values, sender=sender)
        now = house.clock.now()
        wanted = Wanted(now - MONTH, now, tuple(ActivityType))

        async def ours() -> float:
            began = clock.monotonic()
            async with house.database.transaction(readonly=True) as db:
                (told,) = await stats.list_stats(db, stock.team, [campaign], wanted)
            took = clock.monotonic() - began
            if told.messages_sent != amount:
                raise ChildFailed(f"{told.messages_sent} of {amount} mails were counted.")
            return took

        async def limit() -> float:
            return await limits.count(ground, "activities", campaign, how=limits.SEQUENTIALLY)

        for _ in range(ASKED_BEFORE):
            await ours()
        measured = await turns(ours, limit, rounds=size.rounds)
    return [compared("stats", "s", *measured, bar=BAR, better=Better.LOWER)]
