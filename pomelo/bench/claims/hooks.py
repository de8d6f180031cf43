"""How soon a team's hook hears of things while another team's hooks never get an answer."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from statistics import quantiles
from typing import Final

from pomelo import activities, hooks
from pomelo.activities import Fact
from pomelo.base import clock
from pomelo.base.ids import HookId, LeadId
from pomelo.bench.ground import Ground
from pomelo.bench.receiver import SILENT, Receiver, receiving
from pomelo.bench.runs import Better, Row, Size, compared, turns
from pomelo.bench.stock import Stock, make_campaign, make_team
from pomelo.cli.house import House
from pomelo.hooks import NewHook
from pomelo.leads import ActivityType

BAR: Final = 2.0
HOOKS: Final = 20
# So many of them are told something at a time: what a team may hold of a worker.
HELD: Final = 15
EACH_SECONDS: Final = 0.025
A_SECOND: Final = int(1 / EACH_SECONDS)


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Measure the time from an activity to its receiver, the 99th percentile, in milliseconds."""
    amount = A_SECOND * size.seconds
    async with ground.house() as house, receiving() as receiver:
        ours, silent = await make_team(house), await make_team(house, "silent")
        rounds = 2 * size.rounds + 1
        people = await _people(ground, house, ours, first=1, amount=rounds * amount)
        strangers = await _people(
            ground, house, silent, first=rounds * amount + 1, amount=size.rounds
        )
        await _add_hook(house, ours, receiver.url())

        async def alone() -> float:
            some = list(islice(people, amount))
            return await _tell(house, ours, receiver, some)

        async def beside() -> float:
            async with _silence(house, silent, receiver, next(strangers)):
                return await alone()

        async with ground.server("worker"):
            await alone()  # once for nothing
            measured = await turns(beside, alone, rounds=size.rounds)
    return [compared("hooks", "ms", *measured, bar=BAR, better=Better.LOWER)]


async def _people(
    ground: Ground, house: House, stock: Stock, *, first: int, amount: int
) -> Iterator[LeadId]:
    campaign = await make_campaign(house, stock, [])
    last = first + amount - 1
    await ground.script("leads.psql", team=stock.team, campaign=campaign, first=first, last=last)
    async with house.database.transaction(readonly=True) as db:
        found = await db.fetch("SELECT id FROM leads WHERE campaign_id = $1", campaign)
    return iter([row[0] for row in found])


async def _add_hook(house: House, stock: Stock, url: str) -> HookId:
    new, now = NewHook(target_url=url, type="emailsSent"), house.clock.now()
    async with house.database.transaction() as db:
        hook, _ = await hooks.add(db, stock.team, new, vault=house.vault, now=now)
    return hook.id


@asynccontextmanager
async def _silence(
    house: House, stock: Stock, receiver: Receiver, lead: LeadId
) -> AsyncIterator[None]:
    """Have many hooks wait for an answer."""
    made = [await _add_hook(house, stock, receiver.url(SILENT)) for _ in range(HOOKS)]
    await _happen(house, stock, lead)
    await receiver.holds(HELD)
    yield
    async with house.database.transaction() as db:
        for hook in made:
            await hooks.remove(db, stock.team, hook)
    receiver.hang_up()


async def _tell(house: House, stock: Stock, receiver: Receiver, people: Sequence[LeadId]) -> float:
    """Let things happen at a steady pace; gives how long the slowest of a hundred took."""
    happened = {}
    for lead in people:
        activity = await _happen(house, stock, lead)
        happened[activity] = clock.monotonic()
        await asyncio.sleep(EACH_SECONDS)
    await receiver.has_heard(happened)
    took = [receiver.heard_at[activity] - at for activity, at in happened.items()]
    return quantiles(took, n=100)[-1] * 1000


async def _happen(house: House, stock: Stock, lead: LeadId) -> str:
    fact = Fact(
        team_id=stock.team, type=ActivityType.EMAILS_SENT, lead_id=lead, at=house.clock.now()
    )
    async with house.database.transaction() as db:
        (recorded,) = await activities.record(db, [fact])
    assert recorded is not None, "its lead is there"
    return recorded.id
