"""Blocking talk in threads, waiting without any: an idle mailbox costs a socket, no thread.

A thread lives as long as one exchange. So a server that hangs holds nobody but itself, and
none is left when all wait; the event loop's own selector watches the sockets.
"""

import asyncio
import ipaddress
import os
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TypeVar

from pomelo.base import threads
from pomelo.inbound.mailboxes.model import Head, Missing, Pace
from pomelo.inbound.mailboxes.troubles import is_passing

if TYPE_CHECKING:
    from pomelo.inbound.mailboxes.session import Session

Result = TypeVar("Result")

# A line that nobody uses is asked by the system, and given up after about two minutes.
_KEEP_ALIVE: Final = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 4))
# A thread whose line was cut ends at once; if it does not, it is left to itself.
CUT_SECONDS: Final = 2.0


async def dial(address: str, port: int, *, connect: float, answer: float) -> socket.socket:
    """Connect to an address.

    Args:
        address: An IP address that a guard has judged.
        port: Where.
        connect: Seconds it may take.
        answer: Seconds that the socket will wait for anything.
    """
    family = socket.AF_INET6 if ipaddress.ip_address(address).version == 6 else socket.AF_INET
    dialled = socket.socket(family, socket.SOCK_STREAM)
    try:
        dialled.setblocking(False)
        dialled.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEP_ALIVE:
            if hasattr(socket, name):
                dialled.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
        async with asyncio.timeout(connect):
            await asyncio.get_running_loop().sock_connect(dialled, (address, port))
        dialled.settimeout(answer)
    except BaseException:
        dialled.close()
        raise
    return dialled


async def talk(work: Callable[[], Result], fileno: int, *, seconds: float) -> Result:
    """Run a blocking exchange in a thread of its own.

    Whoever waits no longer, or is told to stop, cuts the line, so that the thread ends.

    Args:
        work: The exchange.
        fileno: Its line.
        seconds: How long all of it may take.
    """
    # The line has a name of its own for this, whatever becomes of the socket's (TLS takes it).
    with socket.socket(fileno=os.dup(fileno)) as handle:
        outcome = threads.begin(work, "mailbox")
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(outcome)
        except BaseException:
            if not outcome.done():
                with suppress(OSError):
                    handle.shutdown(socket.SHUT_RDWR)
                await asyncio.wait([outcome], timeout=CUT_SECONDS)
            raise
        finally:
            del outcome  # its error holds this frame, so that they would hold each other


async def until_readable(fileno: int, came: asyncio.Event, *, seconds: float) -> bool:
    """Wait until something comes over a line; false when nothing did in time.

    Args:
        fileno: The line.
        came: Set by what comes; whoever sets it ends the waiting, too.
        seconds: How long.
    """
    loop = asyncio.get_running_loop()
    loop.add_reader(fileno, came.set)
    try:
        async with asyncio.timeout(seconds):
            await came.wait()
    except TimeoutError:
        return False
    finally:
        loop.remove_reader(fileno)
    return True


class Talks:
    """A session, asked in threads.

    Args:
        session: The conversation.
        pace: How long things may take.
    """

    def __init__(self, session: "Session", pace: Pace) -> None:
        self._session = session
        self._pace = pace

    async def ask(self, work: Callable[[], Result]) -> Result:
        """Run one exchange of the session."""
        return await talk(work, self._session.fileno(), seconds=self._pace.talk)

    async def heads(self, uids: Sequence[int]) -> dict[int, Head | Missing]:
        """Read the heads of mails: all at once, or where that fails one by one."""
        try:
            found = await self.ask(lambda: self._session.heads(uids))
            lacking = [uid for uid in uids if uid not in found]
            left = await self.ask(lambda: self._session.list_left(lacking)) if lacking else []
        except Exception as error:
            if is_passing(error):
                raise
            found, left = {}, list(uids)
        if not left:
            return {uid: found.get(uid, Missing.GONE) for uid in uids}
        if len(uids) == 1:
            return {uids[0]: Missing.NOT_GIVEN}
        alone = [await self.heads([uid]) for uid in uids]
        return {uid: head for one in alone for uid, head in one.items()}

    async def body(self, uid: int) -> bytes | Missing:
        """Read a mail."""
        try:
            found = await self.ask(lambda: self._session.body(uid))
            if found is not None:
                return found
            left = await self.ask(lambda: self._session.list_left([uid]))
        except Exception as error:
            if is_passing(error):
                raise
            return Missing.NOT_GIVEN
        return Missing.NOT_GIVEN if left else Missing.GONE
