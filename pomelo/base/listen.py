"""Serves an ASGI application with Granian, inside our own process and event loop.

The socket is ours: bound once and shared with nobody, so a second server on the port is
told who holds it instead of taking half of the requests.
"""

import asyncio
import errno
import socket
from pathlib import Path
from typing import Any, Final

import msgspec
from granian import net
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from starlette.types import ASGIApp

from pomelo.base.errors import PomeloError

BACKLOG: Final = 1024
# Read ahead for each connection; all headers of a request must fit.
BUFFER_BYTES: Final = 65_536


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How long and how many strangers are borne.

    Args:
        header_ms: Headers must be there so soon; a connection that idles as long between two
            requests is closed.
        unread_ms: So long may an answer wait for a client that does not read; then the
            kernel gives the connection up. Nobody else would.
        connections: Open at the same time.
        stop_seconds: What is in flight may take so long when the server ends.
    """

    header_ms: int = 5_000
    unread_ms: int = 60_000
    connections: int = 4_096
    stop_seconds: float = 10.0


DEFAULTS: Final = Limits()


class PortTaken(PomeloError):
    """The port is taken; stop what holds it or choose another by POMELO_PORT."""


# Granian's types are behind its code.
_net: Final[Any] = net


class _Server(Server):
    """Granian on a socket that we have bound."""

    def __init__(self, app: ASGIApp, ours: socket.socket, limits: Limits) -> None:
        host, port = ours.getsockname()[:2]
        super().__init__(
            app,
            address=host,
            port=port,
            interface=Interfaces.ASGINL,
            http=HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            backpressure=limits.connections,
            http1_settings=HTTP1Settings(
                header_read_timeout=limits.header_ms, max_buffer_size=BUFFER_BYTES
            ),
            log_enabled=False,
        )
        self._ours = ours

    def _init_shared_socket(self) -> None:
        # From here on the descriptor is Granian's, which closes it at the end.
        holder = _net.SocketHolder(self._ours.detach(), False, BACKLOG)
        vars(self).update(_shd=holder, _sfd=holder.get_fd(), _ssp=None)


async def serve_http(
    app: ASGIApp,
    host: str,
    port: int,
    stop: asyncio.Event,
    *,
    bound: "asyncio.Future[int] | None" = None,
    limits: Limits = DEFAULTS,
) -> None:
    """Serve until told to stop, then finish the requests in flight.

    Args:
        app: The application.
        host: Address to listen on.
        port: Port to listen on; 0 takes a free one.
        stop: Set to end.
        bound: Told the port as soon as connections are accepted.
        limits: How long and how many strangers are borne.

    Raises:
        PortTaken: Somebody else listens there; the sentence says who, where it can be seen.
    """
    ours = bind(host, port, limits.unread_ms)
    if bound is not None:
        bound.set_result(ours.getsockname()[1])
    server: Any = _Server(app, ours, limits)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        server.stop()
    done, _ = await asyncio.wait((serving,), timeout=limits.stop_seconds)
    if done:
        serving.result()
    else:
        serving.cancel()


def bind(host: str, port: int, unread_ms: int) -> socket.socket:
    """Bind and listen; raises PortTaken, with the system's words for any other reason too."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    ours = socket.socket(family, socket.SOCK_STREAM)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; accepted sockets inherit it (RFC 5482)
        ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, unread_ms)
    try:
        ours.bind((host, port))
        ours.listen(BACKLOG)
    except OSError as error:
        ours.close()
        advice = (
            "Stop what holds it, or choose another port by POMELO_PORT."
            if error.errno == errno.EADDRINUSE
            else "Choose another address by POMELO_HOST, or another port by POMELO_PORT."
        )
        raise PortTaken(
            f"Cannot listen on {host}:{port}: {error.strerror}{_by(port)}. {advice}"
        ) from error
    ours.setblocking(False)
    return ours


def _by(port: int) -> str:
    """Say which process listens on a port, where /proc tells."""
    inodes = {f"socket:[{inode}]" for inode in _listening(port)}
    for link in Path("/proc").glob("[0-9]*/fd/*") if inodes else ():
        try:
            if str(link.readlink()) in inodes:
                pid = link.parts[2]
                return f" (process {pid}, {Path('/proc', pid, 'comm').read_text().strip()})"
        except OSError:  # ended meanwhile, or somebody else's
            continue
    return ""


def _listening(port: int) -> list[str]:
    """List the socket inodes in state LISTEN (0A) on a port."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows: list[Any] = [line.split() for line in Path(table).read_text().splitlines()[1:]]
        except OSError:
            continue
        found += [row[9] for row in rows if row[3] == "0A" and int(row[1][-4:], 16) == port]
    return found
