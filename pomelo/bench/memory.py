"""How much memory processes take, as the kernel counts it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

MB: Final = 1024.0
LOOK_SECONDS: Final = 0.02
DATABASE: Final = "postgres"


class Peak:
    """The most that a process had while it was watched, in MB of RSS."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.first = self.most = _read_kb(Path(f"/proc/{pid}/status"), "VmRSS:") / MB

    def look(self) -> None:
        """Look once."""
        now = _read_kb(Path(f"/proc/{self._pid}/status"), "VmRSS:") / MB
        self.most = max(self.most, now)


@asynccontextmanager
async def watched(pid: int) -> AsyncIterator[Peak]:
    """Watch a process."""
    peak = Peak(pid)

    async def look_on() -> None:
        while True:
            peak.look()
            await asyncio.sleep(LOOK_SECONDS)

    looking = asyncio.create_task(look_on())
    try:
        yield peak
    finally:
        looking.cancel()


def proportional_mb(pid: int) -> float:
    """Give the PSS of a process and all below it, PostgreSQL apart, in MB."""
    processes = [pid, *_below(pid)]
    return sum(_read_kb(Path(f"/proc/{one}/smaps_rollup"), "Pss:") for one in processes) / MB


def _below(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            if Path(f"/proc/{child}/comm").read_text().strip() != DATABASE:
                yield child
                yield from _below(child)


def _read_kb(file: Path, name: str) -> int:
    lines = (line.split() for line in file.read_text().splitlines())
    return next(int(words[1]) for words in lines if words[0] == name)
