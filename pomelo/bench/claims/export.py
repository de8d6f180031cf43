"""A million leads as CSV, downloaded while it is made, beside psql with the same columns."""

import asyncio
import shutil
import urllib.request
from pathlib import Path
from typing import Final

from pomelo.base import clock
from pomelo.base.ids import CampaignId
from pomelo.bench import limits, memory
from pomelo.bench.children import ChildFailed
from pomelo.bench.claims.adds import basic
from pomelo.bench.ground import Ground
from pomelo.bench.runs import Better, Row, Size, compared, turns
from pomelo.bench.stock import Stock, make_campaign, make_team

BAR: Final = 1.25
MEMORY_MB: Final = 32.0
PIECE_BYTES: Final = 256 * 1024
EXPORT_SECONDS: Final = 600.0


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Measure the file of a campaign's leads, 18 columns, and what memory it takes."""
    async with ground.house() as house:
        stock = await make_team(house)
        campaign = await make_campaign(house, stock, [])
    await ground.script("leads.psql", team=stock.team, campaign=campaign, first=1, last=size.leads)
    async with ground.server() as server:
        await _download(ground, stock, campaign, size)  # once for nothing
        async with memory.watched(server.pid) as peak:
            times = await _in_turns(ground, stock, campaign, size)
    more = max(peak.most - peak.first, 0.0)
    return [
        times,
        compared("export memory", "MB", [more], [MEMORY_MB], bar=1.0, better=Better.LOWER),
    ]


async def _in_turns(ground: Ground, stock: Stock, campaign: CampaignId, size: Size) -> Row:
    async def ours() -> float:
        return await _download(ground, stock, campaign, size)

    async def limit() -> float:
        target = ground.home / "limit.csv"
        return await limits.psql_copy(
            ground, "export.psql", target, team=stock.team, campaign=campaign
        )

    measured = await turns(ours, limit, rounds=size.rounds)
    return compared("export", "s", *measured, bar=BAR, better=Better.LOWER)


async def _download(ground: Ground, stock: Stock, campaign: CampaignId, size: Size) -> float:
    """Download the file and give the seconds it took.

    Raises:
        ChildFailed: It has not as many lines as there are leads.
    """
    url = f"{ground.url}/api/campaigns/{campaign}/export/leads?state=all"
    request = urllib.request.Request(  # noqa: S310 - our own server
        url, headers={"Authorization": basic(stock.key)}
    )
    target = ground.home / "ours.csv"
    began = clock.monotonic()
    await asyncio.to_thread(_fetch, request, target)
    took = clock.monotonic() - began
    lines = target.read_bytes().count(b"\r\n")
    if lines != size.leads + 1:
        raise ChildFailed(f"The file has {lines} lines, and there are {size.leads} leads.")
    return took


def _fetch(request: urllib.request.Request, target: Path) -> None:
    with (
        urllib.request.urlopen(request, timeout=EXPORT_SECONDS) as answer,  # noqa: S310
        target.open("wb") as file,
    ):
        shutil.copyfileobj(answer, file, PIECE_BYTES)
