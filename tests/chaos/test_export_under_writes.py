"""An export of a million people who change meanwhile: one moment, whole, in little memory."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pomelo.base.clock import monotonic
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.base.ids import CampaignId
from tests.chaos import moving
from tests.chaos.kills import tell
from tests.chaos.moving import Found
from tests.chaos.seller import Seller, seller
from tests.chaos.town import Process, town, until, url_of

PEOPLE = 1_000_000
MOST_MEGABYTES = 64
PATIENCE_SECONDS = 300.0


@pytest.mark.chaos
async def test_a_million_people_are_exported_as_of_one_moment(
    postgres: Embedded, database: Database
) -> None:
    with town(url_of(postgres)) as here:
        await here.start_api()
        async with seller(database, here.url) as team:
            campaign = await team.add_campaign()
            first_lead = await team.call("POST", f"/campaigns/{campaign}/leads/a@hooli.example")
            await moving.seed(database, first_lead["_id"], PEOPLE)
            worker = here.start("worker")
            exports = here.home / "exports"
            async with moving.writing(database) as written:
                idle = await at_rest(worker)
                began = monotonic()
                first = await done(team, campaign, await begin(team, campaign))
                seconds = monotonic() - began
                grown = memory(worker, "VmHWM") - idle

                second = await begin(team, campaign)
                await until(lambda: part_bytes(exports) > first["fileSize"] // 2, "half a file")
                worker.kill()
                assert len(list(exports.glob("*.csv"))) == 1
                here.start("worker")
                again = await done(team, campaign, second)
            found = [await fetch(team, here.home / "export.csv", one) for one in (first, again)]

    assert found == [Found(rows=PEOPLE, people=PEOPLE, total=0)] * 2
    assert min(written) > 0
    assert grown < MOST_MEGABYTES
    tell(
        "export under writes", rows=PEOPLE, megabytes=first["fileSize"] // 2**20,
        seconds=f"{seconds:.0f}", writes_meanwhile=sum(written), worker_grew=f"{grown:.0f}MB",
        killed_half_way="made again, whole",
    )  # fmt: skip


async def begin(team: Seller, campaign: CampaignId) -> str:
    started = await team.call("GET", f"/campaigns/{campaign}/export/start")
    return str(started["status"]["exportId"])


async def done(team: Seller, campaign: CampaignId, export: str) -> dict[str, Any]:
    """Wait until an export has ended, which must be well."""
    give_up_at = monotonic() + PATIENCE_SECONDS
    while True:
        answer = await team.call("GET", f"/campaigns/{campaign}/export/{export}/status")
        status: dict[str, Any] = answer["status"]
        if status["status"] != "pending":
            assert status["status"] == "done"
            return status
        assert monotonic() < give_up_at, "the export is never done"
        await asyncio.sleep(0.1)


async def fetch(team: Seller, file: Path, status: dict[str, Any]) -> Found:
    """Download a file and read it."""
    with file.open("wb") as out:
        async with team.http.stream("GET", status["url"]) as answer:
            assert answer.status_code == 200
            async for piece in answer.aiter_bytes():
                out.write(piece)
        assert out.tell() == status["fileSize"]
    return await asyncio.to_thread(moving.look, file)


def part_bytes(exports: Path) -> int:
    """Give the size of the file that is being written."""
    return sum(part.stat().st_size for part in exports.glob("*.part"))


async def at_rest(worker: Process) -> float:
    """Give a new worker's memory once it is up, in megabytes."""
    size = 0.0
    while (now := memory(worker, "VmRSS")) > size * 1.01:
        size = now
        await asyncio.sleep(2)
    return size


def memory(worker: Process, line: str) -> float:
    """Read a line of a process's memory, in megabytes.

    Source:
        proc(5), /proc/pid/status.
    """
    status = Path(f"/proc/{worker.pid}/status").read_text().splitlines()
    kilobytes = next(words.split()[1] for words in status if words.startswith(f"{line}:"))
    return int(kilobytes) / 1024
