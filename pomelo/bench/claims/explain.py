"""What `explain` takes while a million leads wait."""

from collections.abc import Sequence
from typing import Final

from pomelo import insight
from pomelo.base import clock
from pomelo.base.ids import CampaignId
from pomelo.bench import limits
from pomelo.bench.ground import Ground
from pomelo.bench.runs import Better, Row, Size, compared, turns
from pomelo.bench.stock import Stock, make_campaign, make_senders, make_team
from pomelo.cli.house import House

SENDERS: Final = 10
ASKED: Final = 50
MOST_MS: Final = 50.0
CAMPAIGN_BAR: Final = 5.0


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Measure a lead, a sender, and the campaign beside a plain count of its leads."""
    async with ground.house() as house:
        stock = await make_team(house)
        by = await make_senders(house, stock, SENDERS, 2525)
        campaign = await make_campaign(house, stock, by)
        await ground.script(
            "leads.psql", team=stock.team, campaign=campaign, first=1, last=size.leads
        )
        async with house.database.transaction(readonly=True) as db:
            people = [row[0] for row in await db.fetch("SELECT id FROM leads LIMIT $1", ASKED)]
        return [
            await _in_ms(house, stock, "explain lead", people),
            await _in_ms(house, stock, "explain sender", by),
            await _campaign(ground, house, stock, campaign=campaign, size=size),
        ]


async def _in_ms(house: House, stock: Stock, name: str, asked: Sequence[str]) -> Row:
    took = [await _explain(house, stock, one) * 1000 for one in asked]
    return compared(name, "ms", took, [MOST_MS], bar=1.0, better=Better.LOWER)


async def _campaign(
    ground: Ground, house: House, stock: Stock, *, campaign: CampaignId, size: Size
) -> Row:
    async def ours() -> float:
        return await _explain(house, stock, campaign)

    async def limit() -> float:
        return await limits.count(ground, "leads", campaign)

    measured = await turns(ours, limit, rounds=size.rounds)
    return compared("explain campaign", "s", *measured, bar=CAMPAIGN_BAR, better=Better.LOWER)


async def _explain(house: House, stock: Stock, asked: str) -> float:
    """Explain something, and give the seconds it took."""
    now = house.clock.now()
    began = clock.monotonic()
    async with house.database.transaction(readonly=True) as db:
        await insight.explain(db, stock.team, asked, now=now, heard_since=now)
    return clock.monotonic() - began
