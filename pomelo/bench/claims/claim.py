"""Claiming due steps while a million leads wait, beside the same while ten thousand do."""

from datetime import timedelta
from typing import Final

from pomelo import leads
from pomelo.base import clock
from pomelo.base.ids import CampaignId, SenderId
from pomelo.bench.ground import Ground
from pomelo.bench.runs import Better, Row, Size, compared, turns
from pomelo.bench.stock import Stock, make_campaign, make_senders, make_team
from pomelo.cli.house import House
from pomelo.leads import Claimed, NextStep, Want

BAR: Final = 0.8
FEW: Final = 10_000
SENDERS: Final = 10
A_SENDER: Final = 50
LEASE: Final = timedelta(seconds=60)


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Measure claims of 10 senders at once, 50 leads each, a transaction a claim."""
    async with ground.house() as house:
        stock = await make_team(house)
        by = await make_senders(house, stock, SENDERS, 2525)
        many = await make_campaign(house, stock, by)
        few = await make_campaign(house, stock, by)
        await ground.script("leads.psql", team=stock.team, campaign=few, first=1, last=FEW)
        await ground.script(
            "leads.psql", team=stock.team, campaign=many, first=FEW + 1, last=FEW + size.leads
        )
        return [await _in_turns(house, stock, by, size, many=many, few=few)]


async def _in_turns(
    house: House,
    stock: Stock,
    by: list[SenderId],
    size: Size,
    *,
    many: CampaignId,
    few: CampaignId,
) -> Row:
    async def ours() -> float:
        return await _claims(house, stock, many, by, seconds=size.seconds)

    async def limit() -> float:
        return await _claims(house, stock, few, by, seconds=size.seconds)

    measured = await turns(ours, limit, rounds=size.rounds)
    return compared("claim", "leads/s", *measured, bar=BAR, better=Better.HIGHER)


async def _claims(
    house: House, stock: Stock, campaign: CampaignId, by: list[SenderId], *, seconds: int
) -> float:
    """Claim over and over, and give the leads a second; only the claims are timed.

    Between them what was claimed is due again behind all others, so as many wait as before.
    """
    wants = [Want(stock.team, campaign, sender, A_SENDER) for sender in by]
    spent, taken = 0.0, 0
    give_up_at = clock.monotonic() + seconds
    while clock.monotonic() < give_up_at:
        now = house.clock.now()
        began = clock.monotonic()
        async with house.database.transaction() as db:
            claimed = await leads.claim_due(db, wants, now=now, until=now + LEASE)
        spent += clock.monotonic() - began
        taken += len(claimed)
        await _put_back(house, claimed)
    return taken / spent


async def _put_back(house: House, claimed: list[Claimed]) -> None:
    nexts = [
        NextStep(
            team_id=lead.team_id,
            id=lead.id,
            fence=lead.fence,
            sender_id=lead.sender_id,
            after=None,
            due_at=house.clock.now(),
        )
        for lead in claimed
    ]
    async with house.database.transaction() as db:
        await leads.schedule_next(db, nexts)
