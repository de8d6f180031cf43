"""How a server, its PostgreSQL or one of its backends is killed, and what it costs its clients."""

import os
import random
import signal
import statistics
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from pomelo.base.clock import monotonic
from pomelo.base.pg_residents import residents
from tests.chaos.load import Load
from tests.chaos.town import Process, Town, inside
from tests.postgres import postmaster_pid

Kill = Callable[[], Awaitable[None]]
HURT: Final = random.Random(20260310)


async def hammer(load: Load, kill: Kill, kills: int, *, writes: int = 200) -> list[float]:
    """Kill again and again, with so many writes acknowledged between.

    Returns:
        The seconds until writes succeeded again, of each kill.
    """
    seconds = []
    for _ in range(kills):
        await load.get_going(writes)
        began, failed = monotonic(), load.failures.total()
        await kill()
        await load.until_failure(failed)
        await load.until_recovery()
        seconds.append(monotonic() - began)
    await load.get_going(writes)
    return seconds


class Server:
    """`pomelo serve` with its PostgreSQL inside, started again by whoever kills it.

    Args:
        town: Where it runs.
    """

    def __init__(self, town: Town) -> None:
        self._town = town
        self._process: Process

    async def start(self) -> None:
        self._process = await self._town.start_api("serve")

    @property
    def pid(self) -> int:
        assert self._process.is_alive, self._process.last_words()
        return self._process.pid

    async def kill(self) -> None:
        """Kill the server alone, and start it again without a look at what is left."""
        self._process.kill()
        self._process = self._town.start("serve")

    async def kill_all(self) -> None:
        """Kill it and every process of its PostgreSQL in one go, as a power cut would."""
        for pid in (*residents(self._town.home / "pg"), self._process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await self.kill()

    async def kill_postmaster(self) -> None:
        """Kill PostgreSQL's main process and leave the rest to the server."""
        os.kill(postmaster_pid(self._town.home), signal.SIGKILL)

    async def kill_backend(self) -> None:
        """Kill one of the processes that serve the server's connections.

        PostgreSQL then drops all connections and recovers as after a crash.
        """
        async with inside(self._town.home) as database, database.transaction() as db:
            rows = await db.fetch(
                "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid() ORDER BY pid"
            )
        with suppress(ProcessLookupError):
            os.kill(HURT.choice(rows)["pid"], signal.SIGKILL)


def tell(what: str, **figures: object) -> None:
    """Print a test's figures in one line."""
    words = " ".join(f"{name}={value}" for name, value in figures.items())
    sys.stdout.write(f"\n{what}: {words}\n")


def spread(seconds: Sequence[float]) -> str:
    """Write the middle and the worst of some times."""
    return f"{statistics.median(seconds):.1f}s(worst {max(seconds):.1f}s)"
