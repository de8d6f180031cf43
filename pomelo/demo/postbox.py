"""The senders' mailboxes: what comes back lies there until the server has read it by IMAP."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec

from pomelo.base.addresses import parse
from pomelo.demo.imap import Mailboxes
from pomelo.demo.people import Deed, Person
from pomelo.demo.sink import Delivered
from pomelo.demo.stage import IMAP_PASSWORD, SENDERS
from pomelo.demo.town import Answered
from pomelo.demo.web import Api, Refused
from pomelo.leads import ActivityType

LOOK_SECONDS: Final = 0.2
# More than all the people can bring about of one kind.
MOST: Final = 100
# What must be told of each of them once it was read.
TOLD: Final = {
    Deed.REPLY: ActivityType.EMAILS_REPLIED,
    Deed.AWAY: ActivityType.EMAILS_AUTO_REPLIED,
    Deed.RETURN: ActivityType.EMAILS_BOUNCED,
    Deed.DELAY: ActivityType.EMAILS_DELAYED,
    Deed.LEAVE_BY_MAIL: ActivityType.EMAILS_UNSUBSCRIBED,
}


class _Told(msgspec.Struct, frozen=True):
    """Something that happened to a lead."""

    lead_email: str = msgspec.field(name="leadEmail")


class Postbox:
    """Puts mail into the senders' mailboxes, and sees when the server has understood it.

    Args:
        on_reply: Told of each person whose reply has been read.
    """

    def __init__(self, on_reply: Callable[[Person], Awaitable[None]]) -> None:
        self._on_reply = on_reply
        self._waiting: list[Answered] = []
        self._watching: asyncio.Task[None] | None = None
        self.mailboxes = Mailboxes()
        self._accounts = {
            address: self.mailboxes.add(address, IMAP_PASSWORD) for _, address in SENDERS
        }
        self.count = 0
        self.faults: list[str] = []

    @property
    def is_empty(self) -> bool:
        """Whether all that came so far has been read, and acted on."""
        return not self._waiting

    def put(self, answered: Answered) -> None:
        """Let a mail arrive."""
        self._waiting.append(answered)
        self._accounts[answered.mailbox].deliver(answered.raw)

    def keep(self, mail: Delivered) -> None:
        """Put a copy of what a sender sent into its Sent folder, as most mail hosts do."""
        if account := self._accounts.get(mail.envelope_from):
            account.keep(mail.raw)

    def watch(self, api: Api, campaign: str) -> None:
        """Begin to look what the server makes of the mails."""
        self._watching = asyncio.create_task(self._watch(api, campaign))

    async def close(self) -> None:
        """Look no more, and close the mailboxes."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self.mailboxes.stop()

    async def _watch(self, api: Api, campaign: str) -> None:
        while True:
            for kind in {TOLD[answered.deed] for answered in self._waiting}:
                try:
                    path = f"/api/activities?campaignId={campaign}&type={kind}&limit={MOST}"
                    await self._see(kind, await api.get(list[_Told], path))
                except (Refused, OSError, msgspec.DecodeError) as error:
                    self.faults.append(f"nobody could see {kind}: {error}")
            await asyncio.sleep(LOOK_SECONDS)

    async def _see(self, kind: ActivityType, told: Sequence[_Told]) -> None:
        """Take out what was understood, once the seller has acted on it."""
        about = {one.lead_email for one in told}
        for answered in tuple(self._waiting):
            if TOLD[answered.deed] is kind and parse(answered.person.email).given in about:
                if answered.deed is Deed.REPLY:
                    await self._on_reply(answered.person)
                self._waiting.remove(answered)
                self.count += 1
