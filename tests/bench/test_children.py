"""Programs that are measured with, and the memory that processes take."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pomelo.bench import memory
from pomelo.bench.children import ChildFailed, ToolMissing, find, listens, output_of, running

SERVER = """
import socket, sys, time
taken = socket.create_server(("127.0.0.1", int(sys.argv[1])))
time.sleep(60)
"""


def test_a_program_that_is_missing_is_named_with_the_package_that_brings_it() -> None:
    with pytest.raises(ToolMissing, match="no-such-tool is not installed; `apt-get install tools`"):
        find("no-such-tool", "tools")


async def test_a_program_that_fails_is_quoted() -> None:
    with pytest.raises(ChildFailed, match="the disk is full"):
        await output_of(sys.executable, "-c", "raise SystemExit('the disk is full')")


async def test_a_child_is_gone_afterwards(tmp_path: Path, free_port: int) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", SERVER, str(free_port)]

    async with running(command, log=log) as child:
        await listens(free_port, child, log)

    assert child.returncode is not None
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", free_port)) != 0


async def test_a_child_that_ends_at_once_is_noticed(tmp_path: Path, free_port: int) -> None:
    log = tmp_path / "log"
    command = [sys.executable, "-c", "raise SystemExit('port taken')"]

    async with running(command, log=log) as child:
        with pytest.raises(ChildFailed, match="port taken"):
            await listens(free_port, child, log)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_counts_a_process_with_its_children() -> None:
    alone = memory.proportional_mb(os.getpid())
    filled = "x = b'x' * 50_000_000; print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", filled], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()

        both = memory.proportional_mb(os.getpid())

        child.kill()
    assert both - alone > 45


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
