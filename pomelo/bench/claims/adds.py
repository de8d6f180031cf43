"""Leads added over HTTP, each durable when it is answered, beside pgbench with the same rows."""

import base64
from typing import Final

import msgspec

from pomelo.bench import limits
from pomelo.bench.ground import Ground
from pomelo.bench.runs import Better, Row, Size, compared, turns
from pomelo.bench.stock import VARIABLES, Stock, make_campaign, make_team
from pomelo.cli.house import House

BAR: Final = 1.0


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Measure adding leads: 64 connections by wrk, against 32 clients of pgbench."""
    async with ground.house() as house:
        stock = await make_team(house)
        async with ground.server():
            return [await _in_turns(ground, house, stock, size)]


async def _in_turns(ground: Ground, house: House, stock: Stock, size: Size) -> Row:
    campaign = await make_campaign(house, stock, [])
    body = msgspec.json.encode(VARIABLES).decode()
    number = iter(range(100))

    async def ours() -> float:
        load = await limits.wrk(
            ground.url,
            "adds.lua",
            f"/api/campaigns/{campaign}/leads/",
            f"turn{next(number)}",
            basic(stock.key),
            body,
            seconds=size.seconds,
        )
        return load.requests / load.seconds

    async def limit() -> float:
        values = {"team": stock.team, "campaign": campaign, "variables": body}
        return await limits.pgbench(ground, "adds.pgbench", values, seconds=size.seconds)

    await ours()  # once for nothing: plans, caches, and a heap that has begun to grow
    measured = await turns(ours, limit, rounds=size.rounds)
    return compared("adds", "leads/s", *measured, bar=BAR, better=Better.HIGHER)


def basic(key: str) -> str:
    """Write a key as HTTP Basic."""
    return "Basic " + base64.b64encode(f":{key}".encode()).decode()
