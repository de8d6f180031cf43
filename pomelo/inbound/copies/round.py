"""One sender's sent mails are put into its Sent folder, in one visit to its mailbox."""

import asyncio
import imaplib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pomelo import messages, senders
from pomelo.base import log
from pomelo.base.errors import Unavailable
from pomelo.inbound.copies import store
from pomelo.inbound.copies.entering import entered, find_folders
from pomelo.inbound.copies.scribe import Scribe
from pomelo.inbound.copies.store import Due
from pomelo.inbound.mailboxes.model import Pace, Role
from pomelo.inbound.mailboxes.talks import Talks
from pomelo.inbound.mailboxes.troubles import NO_SENT_SERVER, Trouble, is_passing, trouble
from pomelo.messages import RETRY_FOR, retry_delay
from pomelo.senders import ImapAccess

if TYPE_CHECKING:
    from pomelo.delivery import Desk

LOG: Final = log.get("copies")
NO_SENT: Final = (
    "No Sent folder was found; name it with `pomelo sender set ADDRESS --sent-folder NAME`."
)
# Of the lease, so that nobody else begins while a slow server still takes a mail.
SHARE_OF_LEASE: Final = 0.8
DAY: Final = timedelta(days=1)
STEP_BACK: Final = timedelta(seconds=1)


def is_full(words: str) -> bool:
    """Tell whether a folder takes nothing more, rather than not this mail (RFC 5530 3)."""
    return "quota" in words.lower()


def is_over(due: Due, now: datetime) -> bool:
    """Tell whether a mail was tried for a day, and more than once."""
    return now - due.created_at >= RETRY_FOR and due.attempts > 1


def _delay(due: Due) -> timedelta:
    return retry_delay(due.attempts, seed=due.message_id)


class Round:
    """One visit.

    Args:
        desk: The worker's tools.
        pace: How long things may take.
        dues: One sender's mails, taken.
    """

    def __init__(self, desk: "Desk", pace: Pace, dues: Sequence[Due]) -> None:
        self._desk = desk
        self._pace = pace
        self._left = list(dues)
        self._access: ImapAccess | None = None

    async def run(self) -> None:
        """Put all of them into the folder; those that cannot be are tried again, for a day."""
        try:
            async with asyncio.timeout(self._desk.lease_seconds * SHARE_OF_LEASE):
                await self._visit()
        except Unavailable:  # our own database: the lease ends by itself
            return
        except Exception as error:
            await self._put_off_all(self._words(error))

    def _words(self, error: Exception) -> str:
        return trouble(error, self._access.server if self._access else None).sentence

    async def _visit(self) -> None:
        desk, first = self._desk, self._left[0]
        async with desk.database.transaction(readonly=True) as db:
            sender = await senders.get(db, first.team_id, first.sender_id)
        self._access = await senders.imap_access(
            desk.database,
            first.team_id,
            first.sender_id,
            vault=desk.vault,
            oauth=desk.oauth,
            now=desk.clock.now(),
        )
        if self._access is None:
            raise Trouble(NO_SENT_SERVER.replace("ADDRESS", sender.email))
        async with entered(self._access, Scribe, reach=desk.access, pace=self._pace) as scribe:
            talks = Talks(scribe, self._pace)
            folders = await find_folders(talks, scribe, sender)
            sent = next((one.name for one in folders if one.role is Role.SENT), None)
            if sent is None:
                raise Trouble(NO_SENT.replace("ADDRESS", sender.email))
            await talks.ask(lambda: scribe.examine(sent))
            while self._left:
                await self._put_or_pass(talks, scribe, sent, self._left[0])
                del self._left[0]

    async def _put_or_pass(self, talks: Talks, scribe: Scribe, folder: str, due: Due) -> None:
        """Put one mail there; one that the server does not want is left for later, by itself."""
        try:
            await self._put(talks, scribe, folder, due)
        except imaplib.IMAP4.error as error:
            if is_passing(error) or is_full(str(error)):  # it is about all of them
                raise
            await self._put_off([due], self._words(error), delay=_delay(due))

    async def _put(self, talks: Talks, scribe: Scribe, folder: str, due: Due) -> None:
        """Put one mail there, unless it is: by the server, or by an attempt that nobody noted."""
        desk = self._desk
        async with desk.database.transaction(readonly=True) as db:
            raw = await store.bytes_of(db, due, desk.worker)
        if raw is None:
            return
        day = (due.sent_at - DAY).date()
        if not await talks.ask(lambda: scribe.holds(due.header_id, day)):
            await talks.ask(lambda: scribe.put(folder, raw, due.sent_at))
        async with desk.database.transaction() as db:
            if await store.finish_copy(db, due, desk.worker):
                await messages.drop_raw(db, due.team_id, [due.message_id])

    async def _put_off_all(self, why: str) -> None:
        """Leave all for later, last of them the one at which it failed: it may be the cause."""
        if not self._left:
            return
        failed, *untried = self._left
        delay = _delay(failed)
        if untried:
            await self._put_off(untried, why, delay=delay)
        await self._put_off([failed], why, delay=delay + STEP_BACK)

    async def _put_off(self, dues: Sequence[Due], why: str, *, delay: timedelta) -> None:
        now, worker = self._desk.clock.now(), self._desk.worker
        over = [due for due in dues if is_over(due, now)]
        again = [due for due in dues if due not in over]
        LOG.info("copies_put_off", sender=dues[0].sender_id, mails=len(dues), why=why)
        async with self._desk.database.transaction() as db:
            if again:
                await store.postpone(db, again, worker, next_at=now + delay, trouble=why)
            if over:
                await store.give_up(db, over, worker, trouble=why, now=now)
                ids = [due.message_id for due in over]
                await messages.drop_raw(db, over[0].team_id, ids)
