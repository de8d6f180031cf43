"""Claiming due steps: however many leads wait, are held back, or have a sender that is blocked."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from pomelo import leads, senders
from pomelo.base import clock
from pomelo.base.ids import CampaignId, SenderId
from pomelo.bench.ground import Ground
from pomelo.bench.runs import Better, Measure, Row, Size, compared, turns
from pomelo.bench.stock import Stock, make_campaign, make_senders, make_team
from pomelo.cli.house import House
from pomelo.leads import Claimed, NextStep, Want
from pomelo.senders import PausedFor, Released, Sender

BAR: Final = 0.8
FEW: Final = 10_000
# Due leads, of which nine of ten are held back.
QUEUE: Final = 1_000_000
A_SCRIPT: Final = 1_000_000
SENDERS: Final = 500
# Senders of one claim, and the leads of each.
AT_ONCE: Final = 10
A_SENDER: Final = 50
LEASE: Final = timedelta(seconds=60)
WORKER: Final = "bench"


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Measure claims of 10 senders at once of 500, of which half are blocked."""
    async with ground.house() as house:
        stock = await make_team(house)
        by = await make_senders(house, stock, SENDERS, 2525)
        many, few, held, free = [await make_campaign(house, stock, by) for _ in range(4)]
        queue, last = min(size.leads, QUEUE), 0
        for campaign, amount in (
            (few, FEW), (many, size.leads), (free, queue // 10), (held, queue),
        ):  # fmt: skip
            await _fill(ground, stock, campaign, first=last + 1, last=last + amount)
            last += amount
        await _block_half(house, stock, by)
        await ground.script("hold.psql", campaign=held)
        return [
            await _row("claim", house, stock, size, ours=many, limit=few),
            await _row("claim held", house, stock, size, ours=held, limit=free),
        ]


async def _fill(
    ground: Ground, stock: Stock, campaign: CampaignId, *, first: int, last: int
) -> None:
    """Fill a campaign with people, a million at a time: one script has ten minutes."""
    for start in range(first, last + 1, A_SCRIPT):
        until = min(start + A_SCRIPT - 1, last)
        await ground.script(
            "leads.psql", team=stock.team, campaign=campaign, first=start, last=until
        )


async def _block_half(house: House, stock: Stock, by: Sequence[SenderId]) -> None:
    async with house.database.transaction() as db:
        for sender in by[::2]:
            await senders.pause(
                db,
                stock.team,
                sender,
                reason=PausedFor.SENDER,
                reply="",
                until=None,
                now=house.clock.now(),
            )


async def _row(
    name: str, house: House, stock: Stock, size: Size, *, ours: CampaignId, limit: CampaignId
) -> Row:
    def of(campaign: CampaignId) -> Measure:
        return lambda: _claims(house, stock, campaign, seconds=size.seconds)

    measured = await turns(of(ours), of(limit), rounds=size.rounds)
    return compared(name, "leads/s", *measured, bar=BAR, better=Better.HIGHER)


async def _claims(house: House, stock: Stock, campaign: CampaignId, *, seconds: int) -> float:
    """Claim over and over, and give the leads a second; only the claims are timed.

    Between them what was claimed is due again behind all others, so as many wait as before.
    """
    spent, taken = 0.0, 0
    give_up_at = clock.monotonic() + seconds
    while clock.monotonic() < give_up_at:
        now = house.clock.now()
        began = clock.monotonic()
        async with house.database.transaction() as db:
            ready = await senders.claim_ready(
                db, worker=WORKER, now=now, until=now + LEASE, amount=AT_ONCE
            )
            wants = [Want(stock.team, campaign, sender.id, A_SENDER) for sender in ready]
            claimed = await leads.claim_due(db, wants, now=now, until=now + LEASE)
        spent += clock.monotonic() - began
        taken += len(claimed)
        await _put_back(house, ready, claimed)
    return taken / spent


async def _put_back(house: House, ready: Sequence[Sender], claimed: Sequence[Claimed]) -> None:
    now = house.clock.now()
    nexts = [
        NextStep(
            team_id=lead.team_id,
            id=lead.id,
            fence=lead.fence,
            sender_id=lead.sender_id,
            after=None,
            due_at=now,
        )
        for lead in claimed
    ]
    free = [Released(sender.team_id, sender.id, may_send_at=now, next_at=now) for sender in ready]
    async with house.database.transaction() as db:
        await leads.schedule_next(db, nexts)
        await senders.release(db, worker=WORKER, released=free)
