"""One lead is paused while 100,000 of another campaign are, beside the same alone."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from statistics import quantiles
from typing import Final

from pomelo import activities, bulk
from pomelo.base import clock
from pomelo.base.ids import CampaignId, LeadId
from pomelo.bench.ground import Ground
from pomelo.bench.runs import Better, Row, Size, compared, turns
from pomelo.bench.stock import Stock, make_campaign, make_senders, make_team
from pomelo.bulk import Action, EditStatus, NewEdit
from pomelo.cli.house import House

BAR: Final = 3.0
LEADS: Final = 100_000
PAUSES: Final = 200


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Measure how long the slowest of 20 pauses takes, in milliseconds."""
    amount = min(LEADS, size.leads)
    async with ground.house() as house:
        stock = await make_team(house)
        senders = await make_senders(house, stock, 1, 2525)
        many, few = [await make_campaign(house, stock, senders) for _ in range(2)]
        await ground.script("leads.psql", team=stock.team, campaign=many, first=1, last=amount)
        last = amount + PAUSES
        await ground.script(
            "leads.psql", team=stock.team, campaign=few, first=amount + 1, last=last
        )
        people = await _people(house, few)

        async def ours() -> float:
            async with _edited(house, stock, many):
                return await _pause_each(house, stock, people)

        async def alone() -> float:
            return await _pause_each(house, stock, people)

        measured = await turns(ours, alone, rounds=size.rounds)
    return [compared("bulk", "ms", *measured, bar=BAR, better=Better.LOWER)]


async def _people(house: House, campaign: CampaignId) -> list[LeadId]:
    async with house.database.transaction(readonly=True) as db:
        return [
            row[0]
            for row in await db.fetch("SELECT id FROM leads WHERE campaign_id = $1", campaign)
        ]


async def _pause_each(house: House, stock: Stock, people: list[LeadId]) -> float:
    """Pause leads one by one, then let them go on; gives how long the slowest of 20 takes."""
    took = []
    for verb in (activities.pause, activities.resume):
        for lead in people:
            began = clock.monotonic()
            async with house.database.transaction() as db:
                await verb(db, stock.team, [lead], now=house.clock.now())
            took.append(clock.monotonic() - began)
    return quantiles(took, n=20)[-1] * 1000


@asynccontextmanager
async def _edited(house: House, stock: Stock, campaign: CampaignId) -> AsyncIterator[None]:
    """Have all leads of a campaign paused and resumed over and over meanwhile."""
    work = asyncio.create_task(_edit(house, stock, campaign))
    try:
        yield
    finally:
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work


async def _edit(house: House, stock: Stock, campaign: CampaignId) -> None:
    while True:
        for action in (Action.PAUSE, Action.RESUME):
            new, now = NewEdit(campaign, action), house.clock.now()
            async with house.database.transaction() as db:
                edit = await bulk.start(db, stock.team, new, stock.user, now=now)
            while edit.status is EditStatus.RUNNING:
                async with house.database.transaction() as db:
                    edit = await bulk.go_on(db, stock.team, edit.id, now=house.clock.now())
