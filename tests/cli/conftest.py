"""The command, run in this process beside the tests' own server, as beside `pomelo serve`."""

import asyncio
import io
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pomelo import cli
from pomelo.base import log
from pomelo.base.db import Database
from pomelo.base.vault import Vault
from pomelo.cli.secret_key import make_key, read_vault


@dataclass(frozen=True)
class Said:
    """How a command ended and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.out)


Pomelo = Callable[..., Awaitable[Said]]


@pytest.fixture
def environ(home: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The settings of the command; the working directory holds no pomelo.toml."""
    monkeypatch.chdir(home)
    monkeypatch.setenv("POMELO_DATA_DIR", str(home))
    monkeypatch.setenv("POMELO_ALLOW_PRIVATE_MAIL", "127.0.0.0/8")
    return monkeypatch


@pytest.fixture
def pomelo(database: Database, environ: pytest.MonkeyPatch) -> Iterator[Pomelo]:
    """Run a command: `await pomelo("key", "list")`."""

    async def run(*arguments: str, stdin: str | bytes = "") -> Said:
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        environ.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), "utf-8"))
        return await asyncio.to_thread(_run, arguments)

    yield run
    log.configure()
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)


def _run(arguments: tuple[str, ...]) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    return Said(int(ended.value.code or 0), out.getvalue(), err.getvalue())


@pytest.fixture
def own_vault(home: Path) -> Vault:
    """The secrets of the installation that the command opens."""
    make_key(home)
    return read_vault(home)
