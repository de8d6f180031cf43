"""The way to PostgreSQL's socket, by a name short enough for the kernel, and its answer."""

import asyncio
import os
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import asyncpg

from pomelo.base.pg_cluster import PORT

# sockaddr_un holds 108 bytes on Linux, 104 elsewhere, one of them for the end.
LIMIT_BYTES: Final = 103
ANSWER_SECONDS: Final = 3.0


class SocketFolder:
    """PostgreSQL's directory, opened for as long as connections are made to it.

    Args:
        pg: The directory that holds the socket; it exists.

    Source:
        unix(7), "Address format"; proc(5), /proc/pid/fd.
    """

    def __init__(self, pg: Path) -> None:
        self._fd: int | None = None
        self._link: tempfile.TemporaryDirectory[str] | None = None
        self.host = self.host_for_others = str(pg)
        if len(os.fsencode(pg / f".s.PGSQL.{PORT}")) <= LIMIT_BYTES:
            return
        if sys.platform == "linux":
            self._fd = os.open(pg, os.O_RDONLY | os.O_DIRECTORY)
            # "self" survives a fork; another program must name the process that holds it.
            self.host = f"/proc/self/fd/{self._fd}"
            self.host_for_others = f"/proc/{os.getpid()}/fd/{self._fd}"
        else:
            self._link = tempfile.TemporaryDirectory(prefix="pomelo-", dir="/tmp")
            link = Path(self._link.name, "pg")
            link.symlink_to(pg)
            self.host = self.host_for_others = str(link)

    def close(self) -> None:
        """Let go of it; connections that are open stay."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
        if self._link is not None:
            self._link.cleanup()
            self._link = None


def answers(options: dict[str, Any]) -> bool:
    """Tell whether a connection succeeds; in a thread, as a loop may be running in ours."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _ask(options)).result()


async def _ask(options: dict[str, Any]) -> bool:
    try:
        connection = await asyncpg.connect(**options, timeout=ANSWER_SECONDS)
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    await connection.close()
    return True
