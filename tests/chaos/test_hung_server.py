"""A mail server that hangs holds its own sender up, and nobody else."""

import asyncio
import statistics
from collections.abc import Sequence
from pathlib import Path

import pytest

from pomelo.base.clock import monotonic
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.base.ids import CampaignId
from pomelo.demo.sink import Act, Script, Sink, Stage
from tests.chaos.books import read_ledger
from tests.chaos.kills import tell
from tests.chaos.seller import STEPS, Seller, seller
from tests.chaos.town import town, until, url_of

STAGES = (Stage.CONNECT, Stage.RCPT, Stage.DOT)
SENDERS = 8
PEOPLE = 6_000
WARM_MAILS = 100
SECONDS = 8.0
# The server takes its time for each mail, so that rates do not hang on the machine's.
DELAY_MS = "200"
LEAST_SHARE = 0.9


@pytest.mark.chaos
async def test_senders_beside_a_hung_server_keep_their_rate(
    postgres: Embedded, database: Database
) -> None:
    with town(url_of(postgres)) as here:
        await here.start_api()
        ledger = here.home / "ledger.jsonl"
        port = here.start_sink(ledger, DELAY_MS)
        sinks = [Sink(script=lambda _, at=at: Script(at, Act.HANG)) for at in STAGES]
        async with seller(database, here.url) as team:
            healthy = await team.add_senders(port, SENDERS, "healthy")
            campaign = await team.add_campaign(healthy, steps=STEPS[:1])
            hung = [
                await hang(team, await sink.start(), stage)
                for sink, stage in zip(sinks, STAGES, strict=True)
            ]
            await team.add_people(campaign, "healthy", PEOPLE)
            here.start("worker", POMELO_LEASE_SECONDS="60")
            await until(lambda: len(read_ledger(ledger)) >= WARM_MAILS, "the first mails")

            alone, beside = await rates(team, ledger, hung, sinks)

    share = statistics.median(beside) / statistics.median(alone)
    assert share >= LEAST_SHARE
    tell(
        "a hung server", senders=SENDERS, hung_at="/".join(STAGES),
        alone=f"{statistics.median(alone):.0f}/s", beside=f"{statistics.median(beside):.0f}/s",
        share=f"{share:.2f}",
    )  # fmt: skip


async def hang(team: Seller, port: int, stage: Stage) -> CampaignId:
    """Make a campaign with a sender whose server hangs, and nobody in it yet."""
    senders = await team.add_senders(port, 1, f"hung-{stage}-")
    return await team.add_campaign(senders, name=f"Hung at {stage}", steps=STEPS[:1])


async def rates(
    team: Seller, ledger: Path, hung: Sequence[CampaignId], sinks: Sequence[Sink]
) -> tuple[list[float], list[float]]:
    """Measure mails a second in turns: alone, beside one server that hangs, alone again …"""
    alone, beside = [await rate(ledger)], []
    for campaign, sink in zip(hung, sinks, strict=True):
        await team.add_people(campaign, "hung", 100)
        await visited(sink)
        beside.append(await rate(ledger))
        await team.call("POST", f"/campaigns/{campaign}/pause")
        await sink.stop()
        alone.append(await rate(ledger))
    return alone, beside


async def visited(sink: Sink) -> None:
    """Wait until somebody has a session with a server."""
    await until(lambda: sink.sessions > 0, "a session with the server that hangs")


async def rate(ledger: Path) -> float:
    """Count what healthy senders send in a while."""
    before, began = len(read_ledger(ledger)), monotonic()
    await asyncio.sleep(SECONDS)
    return (len(read_ledger(ledger)) - before) / (monotonic() - began)
