"""Pixels fetched, each recorded, beside nginx that serves a picture and knows nothing."""

import asyncio
from pathlib import Path
from typing import Final

from pomelo.base import clock
from pomelo.base.ids import MessageId
from pomelo.base.sql import Query
from pomelo.bench import limits
from pomelo.bench.children import ChildFailed
from pomelo.bench.ground import Ground
from pomelo.bench.runs import Better, Row, Size, compared, turns
from pomelo.bench.stock import Stock, make_campaign, make_senders, make_team
from pomelo.cli.house import House
from pomelo.tracking import OPEN, Signer

BAR: Final = 0.15
MAILS: Final = 50_000
RECORD_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.05
PERSON: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

_COUNT: Final = Query("count", "SELECT count(*) FROM activities WHERE team_id = :team_id")
_IDS: Final = Query("ids", "SELECT id FROM messages WHERE team_id = :team_id")


async def measure(ground: Ground, size: Size) -> list[Row]:
    """Measure pixels of 50,000 mails, until the last hit is in the database."""
    async with ground.house() as house:
        stock = await make_team(house)
        paths = await _send_all(ground, house, stock)
        async with ground.server(), limits.nginx(ground.home) as nginx:
            return [await _in_turns(ground, house, stock, size, paths=paths, nginx=nginx)]


async def _send_all(ground: Ground, house: House, stock: Stock) -> Path:
    """Make mails that were sent, and a file of their pixels' paths."""
    sender = (await make_senders(house, stock, 1, 2525))[0]
    campaign = await make_campaign(house, stock, [sender])
    await ground.script("leads.psql", team=stock.team, campaign=campaign, first=1, last=MAILS)
    await ground.script("messages.psql", team=stock.team, campaign=campaign, sender=sender)
    async with house.database.transaction() as db:
        messages = await _IDS.rows(db, MessageId, team_id=stock.team)
    signer = Signer(house.vault.signing_secret())
    paths = ground.home / "paths"
    paths.write_text("".join(f"/t/o/{signer.sign(OPEN, m)}\n" for m in messages))
    return paths


async def _in_turns(
    ground: Ground, house: House, stock: Stock, size: Size, *, paths: Path, nginx: str
) -> Row:
    recorded = 0

    async def ours() -> float:
        nonlocal recorded
        began = clock.monotonic()
        load = await limits.wrk(ground.url, "hits.lua", str(paths), PERSON, seconds=size.seconds)
        recorded = await _all_recorded(house, stock, recorded + load.requests)
        return load.requests / (clock.monotonic() - began)

    async def limit() -> float:
        load = await limits.wrk(nginx, "hits.lua", str(paths), PERSON, seconds=size.seconds)
        return load.requests / load.seconds

    measured = await turns(ours, limit, rounds=size.rounds)
    return compared("pixel", "hits/s", *measured, bar=BAR, better=Better.HIGHER)


async def _all_recorded(house: House, stock: Stock, hits: int) -> int:
    """Wait until so many hits are in the database, and give how many there are.

    Raises:
        ChildFailed: Some are missing after half a minute.
    """
    give_up_at = clock.monotonic() + RECORD_SECONDS
    while clock.monotonic() < give_up_at:
        async with house.database.transaction(readonly=True) as db:
            found = await _COUNT.one(db, int, team_id=stock.team)
        if found >= hits:
            return found
        await asyncio.sleep(POLL_SECONDS)
    raise ChildFailed(f"{hits - found} of {hits} hits were answered and not recorded.")
