"""A server that nobody asks anything: how soon it answers, and what memory it then takes."""

import asyncio
import os
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Final

from pomelo.base import clock
from pomelo.bench import memory
from pomelo.bench.children import ChildFailed, free_port, running
from pomelo.bench.ground import quiet, temporary
from pomelo.bench.runs import Better, Row, Size, compared
from pomelo.demo.server import foreign, program

START_SECONDS: Final = 1.0
MEMORY_MB: Final = 100.0
SETTLE_SECONDS: Final = 5.0
POLL_SECONDS: Final = 0.005
GIVE_UP_SECONDS: Final = 60.0


async def measure(size: Size) -> list[Row]:
    """Measure `pomelo serve` with its own database, which exists after the first start."""
    starts: list[float] = []
    memories: list[float] = []
    with temporary() as home:
        await _run(home)
        for _ in range(size.rounds):
            first, resting = await _run(home)
            starts.append(first)
            memories.append(resting)
    return [
        compared("start", "s", starts, [START_SECONDS], bar=1.0, better=Better.LOWER),
        compared("rest", "MB", memories, [MEMORY_MB], bar=1.0, better=Better.LOWER),
    ]


async def _run(home: Path) -> tuple[float, float]:
    """Start it; give the seconds to the first answer and the memory (PSS) a while later."""
    port = free_port()
    env = {**foreign(os.environ), **quiet(home, port)}
    began = clock.monotonic()
    async with running([program(), "serve"], log=home / "server.log", env=env) as server:
        while not await asyncio.to_thread(_answers, f"http://127.0.0.1:{port}/health"):
            if server.returncode is not None or clock.monotonic() > began + GIVE_UP_SECONDS:
                raise ChildFailed("The server does not answer.")
            await asyncio.sleep(POLL_SECONDS)
        first = clock.monotonic() - began
        await asyncio.sleep(SETTLE_SECONDS)
        return first, memory.proportional_mb(server.pid)


def _answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
        return bool(answer.status == 200)
    return False
