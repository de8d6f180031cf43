"""The senders' mailboxes: what comes back is handed to the server, and the seller acts."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from pomelo.base.errors import PomeloError
from pomelo.demo.door import Door
from pomelo.demo.people import Deed, Person
from pomelo.demo.server import Server
from pomelo.demo.town import Answered
from pomelo.demo.web import Refused

AT_ONCE: Final = 2
# What `pomelo receive` must recognise each of them as.
KINDS: Final = {
    Deed.REPLY: "reply",
    Deed.AWAY: "auto_reply",
    Deed.RETURN: "bounce",
    Deed.DELAY: "delayed",
    Deed.LEAVE_BY_MAIL: "unsubscribe",
}


class _Read(msgspec.Struct, frozen=True):
    """What `pomelo receive` says of a mail."""

    kind: str
    lead_id: str | None = msgspec.field(name="leadId")


class Postbox:
    """Hands mail to the server in the order in which it came, two at a time.

    The first of each kind goes through `pomelo receive`, as mail servers hand it over; the
    others go through the same door without a program for each, where it is open.

    Args:
        server: Whose mail it is.
        on_reply: Told of each person whose reply has been taken in.
    """

    door: Door | None = None

    def __init__(self, server: Server, on_reply: Callable[[Person], Awaitable[None]]) -> None:
        self._server = server
        self._on_reply = on_reply
        self._waiting: asyncio.Queue[Answered] = asyncio.Queue()
        self._known: set[Deed] = set()
        self._readers: list[asyncio.Task[None]] = []
        self._reading = 0
        self.count = 0
        self.faults: list[str] = []

    @property
    def is_empty(self) -> bool:
        """Whether all that came so far has been taken in."""
        return self._waiting.empty() and self._reading == 0

    def put(self, answered: Answered) -> None:
        """Let a mail wait for its turn."""
        self._waiting.put_nowait(answered)

    def open(self) -> None:
        """Begin to read."""
        self._readers = [asyncio.create_task(self._read_all()) for _ in range(AT_ONCE)]

    async def close(self) -> None:
        """Read no more."""
        for reader in self._readers:
            reader.cancel()
        await asyncio.gather(*self._readers, return_exceptions=True)

    async def _read_all(self) -> None:
        while True:
            answered = await self._waiting.get()
            self._reading += 1
            try:
                await self._read(answered)
            except (PomeloError, Refused, OSError, msgspec.DecodeError) as error:
                self.faults.append(f"{answered.deed} of {answered.person.wire}: {error}")
            finally:
                self._reading -= 1

    async def _read(self, answered: Answered) -> None:
        kind, lead = await self._hand_over(answered)
        self.count += 1
        if kind != KINDS[answered.deed] or lead is None:
            self.faults.append(f"{answered.deed} of {answered.person.wire} was taken as {kind}")
        if answered.deed is Deed.REPLY:
            await self._on_reply(answered.person)

    async def _hand_over(self, answered: Answered) -> tuple[str, str | None]:
        """Hand a mail over, and give what the server says it is and whose."""
        if self.door is not None and answered.deed in self._known:
            received = await self.door.receive(answered.mailbox, answered.raw)
            return received.kind, received.lead_id
        self._known.add(answered.deed)
        said = await self._server.command(
            "receive", "--sender", answered.mailbox, "--json", stdin=answered.raw
        )
        read = msgspec.json.decode(said, type=_Read)
        return read.kind, read.lead_id
