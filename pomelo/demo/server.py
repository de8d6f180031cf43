"""The server that the demo looks at: the real `pomelo serve`, a process of its own."""

import asyncio
import os
import shutil
import socket
import sys
import sysconfig
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from pomelo.base import clock
from pomelo.base.errors import PomeloError
from pomelo.demo.web import fetch

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0


class ServerGone(PomeloError):
    """The server did not start, or ended by itself."""


class CommandFailed(PomeloError):
    """A command of pomelo failed."""


class FastClock(msgspec.Struct, frozen=True):
    """A clock that runs fast, up to the present moment and not beyond.

    Attributes:
        speed: Its seconds in a real one.
        right_at: When it shows the real time; before that it lags.
    """

    speed: float
    right_at: datetime


class Server:
    """`pomelo serve` in a data directory, and the other commands beside it.

    Args:
        home: The data directory; it exists.
        port: Where it listens.
        log: What it says goes there.
    """

    def __init__(self, home: Path, port: int, log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = log
        self.home = home
        self.port = port
        self._clock: FastClock | None = None
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, fast: FastClock | None = None) -> None:
        """Start it and wait until it is ready.

        Args:
            fast: Its clock; the real one when left out.

        Raises:
            ServerGone: It ended, or was not ready within a minute.
        """
        self._clock = fast
        with self.log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                program(),
                "serve",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self.environment(),
                cwd=self.home,
            )
        give_up_at = clock.monotonic() + START_SECONDS
        while not await self._is_ready():
            if self._process.returncode is not None or clock.monotonic() > give_up_at:
                raise ServerGone(f"The server did not start: {self._last_words()}")
            await asyncio.sleep(0.05)

    async def wait(self) -> int:
        """Wait until it ends and give its exit status."""
        return await self._process.wait() if self._process else 0

    async def stop(self) -> int:
        """Ask it to end, and give its exit status."""
        process, self._process = self._process, None
        if process is None:
            return 0
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            return await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            return await process.wait()

    async def command(self, *words: str, stdin: bytes = b"", normal: Collection[int] = (0,)) -> str:
        """Run another command of pomelo in the same data directory, and give what it prints.

        Args:
            words: The command and its options.
            stdin: What it reads.
            normal: With which statuses it may end.

        Raises:
            CommandFailed: It ended otherwise; the sentence has its own words.
        """
        process = await asyncio.create_subprocess_exec(
            program(),
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.environment(),
            cwd=self.home,
        )
        said, complained = await process.communicate(stdin)
        if process.returncode not in normal:
            words_of_it = complained.decode("utf-8", "replace").strip()
            raise CommandFailed(f"pomelo {words[0]} failed: {words_of_it}")
        return said.decode("utf-8")

    def environment(self) -> dict[str, str]:
        """Give the environment of it and of the commands beside it."""
        own = {
            "POMELO_DATA_DIR": str(self.home),
            "POMELO_PORT": str(self.port),
            "POMELO_PUBLIC_URL": self.url,
            "POMELO_RATE_LIMIT": "0",
            "POMELO_ALLOW_PRIVATE_MAIL": "127.0.0.0/8",
            "POMELO_LOG_LEVEL": "warning",
        }
        if self._clock is not None:
            own["POMELO_CLOCK_SPEED"] = str(self._clock.speed)
            own["POMELO_CLOCK_START"] = self._clock.right_at.isoformat()
        return {**foreign(os.environ), **own}

    async def _is_ready(self) -> bool:
        try:
            return (await fetch(f"{self.url}/health")).status == 200
        except OSError:
            return False

    def _last_words(self) -> str:
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return " ".join(lines[-3:]) or "it said nothing"


def program() -> str:
    """Find the `pomelo` command that belongs to this Python."""
    own = Path(sysconfig.get_path("scripts")) / "pomelo"
    return str(own) if own.exists() else shutil.which("pomelo") or sys.argv[0]


def foreign(environ: Mapping[str, str]) -> dict[str, str]:
    """Give an environment without settings, which are meant for a real server.

    Where PostgreSQL's programs are stays, because that is about the machine.
    """
    kept = {"POMELO_PG_BIN"}
    return {
        name: value
        for name, value in environ.items()
        if name in kept or not (name.startswith("POMELO_") or name == "DATABASE_URL")
    }


def free_port(*wanted: int) -> int:
    """Give the first of these ports that is free, else any free one."""
    for port in (*wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            found: int = probe.getsockname()[1]
            return found
    raise ServerGone("No port is free on this machine.")
