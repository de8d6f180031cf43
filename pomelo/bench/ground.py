"""Where it is measured: a fresh database in a temporary directory, and servers over it."""

import os
import shutil
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from pomelo.base.datadir import MODE_OF_ROOT
from pomelo.base.embedded import Embedded, find_binaries
from pomelo.base.vault import new_key
from pomelo.bench.children import free_port, listens, output_of, running
from pomelo.cli.house import House, opened
from pomelo.demo.server import foreign, program
from pomelo.settings import Settings

SCRIPTS: Final = Path(__file__).parent / "scripts"
PLACE: Final = "/var/tmp"  # noqa: S108 - a name nobody can guess is made below it; on a real disk
LOOPBACK: Final = "127.0.0.0/8"


class Ground:
    """An installation to be measured.

    Args:
        home: Its temporary directory.
        postgres: Its database, running.
    """

    def __init__(self, home: Path, postgres: Embedded) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.dsn = postgres.dsn()
        self._options = postgres.options()
        self._secret = new_key()
        self._pg_bin = find_binaries(_pg_bin())

    @asynccontextmanager
    async def house(self) -> AsyncIterator[House]:
        """Open the installation in this process."""
        settings = Settings(
            data_dir=str(self.home),
            secret_key=self._secret,
            allow_private_mail=LOOPBACK,
            port=self.port,
        )
        async with opened(settings, self._options) as house:
            yield house

    @asynccontextmanager
    async def server(self, verb: str = "serve") -> AsyncIterator[Process]:
        """Have a `pomelo serve` or `worker` that runs over the same database."""
        log = self.home / f"{verb}.log"
        async with running([program(), verb], log=log, env=self._environment()) as process:
            if verb != "worker":
                await listens(self.port, process, log)
            yield process

    def pg(self, tool: str) -> str:
        """Give the path of one of PostgreSQL's own programs."""
        return str(self._pg_bin / tool)

    async def script(self, name: str, **values: object) -> None:
        """Run one of our scripts by psql, which makes a million rows in one statement."""
        given = [word for key, value in values.items() for word in ("-v", f"{key}={value}")]
        stop = ("-X", "-q", "-v", "ON_ERROR_STOP=1")
        await output_of(self.pg("psql"), self.dsn, *stop, *given, "-f", str(SCRIPTS / name))

    def _environment(self) -> dict[str, str]:
        host = quote(str(self._options["host"]), safe="")
        where = f"postgresql://pomelo@/{self._options['database']}?host={host}"
        own = {
            "DATABASE_URL": f"{where}&port={self._options['port']}",
            "POMELO_SECRET_KEY": self._secret,
            **quiet(self.home, self.port),
        }
        return {**foreign(os.environ), **own}


def quiet(home: Path, port: int) -> dict[str, str]:
    """Give the settings under which everything is measured; above all no rate limit."""
    return {
        "POMELO_DATA_DIR": str(home),
        "POMELO_PORT": str(port),
        "POMELO_RATE_LIMIT": "0",
        "POMELO_ALLOW_PRIVATE_MAIL": LOOPBACK,
        "POMELO_ALLOW_PRIVATE_HOOKS": LOOPBACK,
        "POMELO_LOG_LEVEL": "warning",
    }


@contextmanager
def temporary() -> Iterator[Path]:
    """Give a directory that is gone afterwards."""
    home = Path(tempfile.mkdtemp(prefix="pomelo-bench-", dir=PLACE))
    home.chmod(MODE_OF_ROOT)  # PostgreSQL runs as somebody else under root, and passes through
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def ground() -> Iterator[Ground]:
    """Have a fresh database; to be called from the main thread, before a loop runs."""
    with temporary() as home:
        postgres = Embedded(home, pg_bin=_pg_bin())
        postgres.start()
        try:
            yield Ground(home, postgres)
        finally:
            postgres.stop()


def _pg_bin() -> Path | None:
    given: Any = os.environ.get("POMELO_PG_BIN")
    return Path(given) if given else None
