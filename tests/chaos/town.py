"""Programs of an installation, each a process of its own that can be killed, and a mail server."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

import httpx

from pomelo.base.clock import monotonic
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.demo.server import foreign, free_port, program
from tests import make

# How long a killed worker's claims stand. Longer than a busy machine halts a living one.
LEASE_SECONDS: Final = 1.5
PATIENCE_SECONDS: Final = 60.0
ROOT: Final = Path(__file__).parents[2]


class Process:
    """A program of ours, which ends as badly as a test wants.

    Args:
        command: What to run.
        log: Where its words go.
        environ: Its whole environment.
    """

    def __init__(self, command: Sequence[str], log: Path, environ: Mapping[str, str]) -> None:
        self._log = log
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environ,
                cwd=ROOT,
            )
        self.pid = self._child.pid

    @property
    def is_alive(self) -> bool:
        return self._child.poll() is None

    def kill(self) -> None:
        """Kill it with -9."""
        self._child.kill()
        self._child.wait(PATIENCE_SECONDS)

    async def ended(self) -> int:
        """Wait until it ends by itself and give its status; -9 when it was killed."""
        await until(lambda: not self.is_alive, f"process {self.pid} to end by itself")
        status: int = self._child.returncode
        return status

    def last_words(self) -> str:
        return "\n".join(self._log.read_text("utf-8", "replace").splitlines()[-20:])


class Town:
    """An installation: its data directory, and the programs that were started in it.

    Args:
        home: The data directory.
        database_url: A PostgreSQL for all its programs; empty = each server has its own inside.
    """

    def __init__(self, home: Path, database_url: str = "") -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._database_url = database_url
        self._processes: list[Process] = []

    def start(self, verb: str, **settings: str) -> Process:
        """Start `pomelo serve`, `api` or `worker`, with further settings."""
        own = {
            "POMELO_DATA_DIR": str(self.home),
            "POMELO_PORT": str(self.port),
            "POMELO_SECRET_KEY": make.KEY,
            "POMELO_RATE_LIMIT": "0",
            "POMELO_ALLOW_PRIVATE_MAIL": "127.0.0.0/8",
            "POMELO_LEASE_SECONDS": str(LEASE_SECONDS),
            "POMELO_LOG_LEVEL": "warning",
        }
        if self._database_url:
            own["DATABASE_URL"] = self._database_url
        environ = {**foreign(os.environ), **own, **settings}
        return self._run([program(), verb], f"{verb}.log", environ)

    async def start_api(self, verb: str = "api", **settings: str) -> Process:
        """Start a program that serves the API, and wait until it is ready."""
        process = self.start(verb, **settings)
        port = settings.get("POMELO_PORT", str(self.port))
        await until_ready(f"http://127.0.0.1:{port}", process)
        return process

    def start_sink(self, ledger: Path, delay_ms: str = "0-5") -> int:
        """Start a mail server that writes down what it accepts, and give its port."""
        port = free_port()
        options = ["--port", str(port), "--ledger", str(ledger), "--delay-ms", delay_ms]
        command = [sys.executable, "-m", "pomelo.demo.sink", *options]
        self._run(command, "sink.log", {**foreign(os.environ)})
        return port

    def close(self) -> None:
        """Kill everything that was started."""
        for process in self._processes:
            process.kill()

    def _run(self, command: Sequence[str], log: str, environ: Mapping[str, str]) -> Process:
        process = Process(command, self.home / log, environ)
        self._processes.append(process)
        return process


@contextmanager
def data_directory() -> Iterator[Path]:
    """Make a place that PostgreSQL's user can pass through."""
    home = Path(tempfile.mkdtemp(prefix="pomelo-chaos-", dir="/var/tmp"))
    home.chmod(0o711)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def town(database_url: str = "") -> Iterator[Town]:
    """Have an installation, in which nothing runs yet; all of it is killed at the end."""
    with data_directory() as home:
        built = Town(home, database_url)
        try:
            yield built
        finally:
            built.close()


def url_of(postgres: Embedded) -> str:
    """Give the address of a PostgreSQL of ours, for programs that get it as a setting."""
    words = dict(word.split("=", 1) for word in postgres.dsn().split())
    given = {name: value.strip("'") for name, value in words.items()}
    return (
        f"postgresql:///{given['dbname']}"
        f"?host={given['host']}&port={given['port']}&user={given['user']}"
    )


@asynccontextmanager
async def inside(home: Path) -> AsyncIterator[Database]:
    """Look into the database inside another process's data directory."""
    postgres = Embedded(home)
    assert postgres.attach(), "its PostgreSQL does not answer"
    database = Database(size=4, **postgres.options())
    await database.open()
    try:
        yield database
    finally:
        await database.close()
        postgres.stop()


async def until(condition: Callable[[], bool], what: str) -> None:
    """Wait for something that must happen, a minute at most."""
    give_up_at = monotonic() + PATIENCE_SECONDS
    while not condition():
        assert monotonic() < give_up_at, f"waited in vain for {what}"
        await asyncio.sleep(0.005)


async def until_ready(url: str, process: Process) -> None:
    """Wait until a server says that it is ready."""
    async with httpx.AsyncClient(timeout=5) as http:
        give_up_at = monotonic() + PATIENCE_SECONDS
        while not await _is_ready(http, url):
            assert process.is_alive, process.last_words()
            assert monotonic() < give_up_at, f"{url} is not ready: {process.last_words()}"
            await asyncio.sleep(0.02)


async def _is_ready(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/health")).status_code == 200
    except httpx.TransportError:
        return False
