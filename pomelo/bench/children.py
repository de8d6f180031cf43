"""Child processes of a measurement: started with private files, and ended whatever happens."""

import asyncio
import shutil
import socket
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from pomelo.base import clock
from pomelo.base.errors import PomeloError

START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.005
# Programs that only root has in the path.
MORE_PLACES: Final = ("/usr/sbin", "/usr/local/sbin", "/sbin")


class Unmeasurable(PomeloError):
    """Something cannot be measured on this machine; the others can."""


class ToolMissing(Unmeasurable):
    """A program that the limit is measured with is not installed."""

    def __init__(self, tool: str, package: str) -> None:
        super().__init__(f"{tool} is not installed; `apt-get install {package}` brings it.")


class ChildFailed(PomeloError):
    """A program that was measured, or measured with, failed."""


def find(tool: str, package: str) -> str:
    """Find a program of the system.

    Raises:
        ToolMissing: It is not there; the sentence names Debian's package.
    """
    for place in (None, *MORE_PLACES):
        if found := shutil.which(tool, path=place):
            return found
    raise ToolMissing(tool, package)


async def output_of(
    *command: str, env: Mapping[str, str] | None = None, within_seconds: float = 600.0
) -> str:
    """Run a program to its end and give what it printed.

    Raises:
        ChildFailed: It failed, or took too long; the sentence has its last words.
    """
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=PIPE, stderr=PIPE, env=env
    )
    try:
        said, complained = await asyncio.wait_for(process.communicate(), within_seconds)
    except TimeoutError:
        raise ChildFailed(f"{command[0]} did not end within {within_seconds:g} s.") from None
    finally:
        await _end(process)
    if process.returncode:
        raise ChildFailed(f"{command[0]} failed: {complained.decode(errors='replace')[-500:]}")
    return said.decode("utf-8", "replace")


@asynccontextmanager
async def running(
    command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None
) -> AsyncIterator[Process]:
    """Have a program for as long as it is needed; its words go to a file."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=DEVNULL, stdout=output, stderr=output, env=env, cwd=log.parent
        )
    try:
        yield process
    finally:
        await _end(process)


async def listens(port: int, process: Process, log: Path) -> None:
    """Wait until a child takes connections on a port of this machine.

    Raises:
        ChildFailed: It ended, or does not within a minute.
    """
    give_up_at = clock.monotonic() + START_SECONDS
    while not _is_open(port):
        if process.returncode is not None or clock.monotonic() > give_up_at:
            raise ChildFailed(f"A server did not start: {_last_words(log)}")
        await asyncio.sleep(POLL_SECONDS)


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


def _last_words(log: Path) -> str:
    return log.read_text("utf-8", "replace")[-500:]


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
