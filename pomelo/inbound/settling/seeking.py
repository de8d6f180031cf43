"""Mails in doubt are looked for in one Sent folder, by name, however old what is there may be."""

from typing import TYPE_CHECKING, Final

from pomelo.base.db import Db
from pomelo.inbound.mailboxes import sent
from pomelo.inbound.mailboxes import store as mailbox_store
from pomelo.inbound.mailboxes.model import Head, Mailbox, Pace
from pomelo.inbound.mailboxes.talks import Talks
from pomelo.inbound.mailboxes.troubles import LeaseLost, is_passing
from pomelo.inbound.match import OWN_HEADER
from pomelo.inbound.model import Parsed
from pomelo.inbound.reader import Reader
from pomelo.inbound.settling import store
from pomelo.inbound.settling.looks import next_look
from pomelo.inbound.settling.store import Sought
from pomelo.tracking import MESSAGE

if TYPE_CHECKING:
    from pomelo.delivery import Desk
    from pomelo.inbound.mailboxes.session import Session

# Looked for in one go; and of what is found under one name, so many of the newest.
AMOUNT: Final = 50
COPIES: Final = 5


class Seeker:
    """Looks into the Sent folder of one mailbox.

    Args:
        desk: The worker's tools.
        reader: Reads foreign mail in a child process.
        pace: How long things may take.
        mailbox: The mailbox, taken.
        session: The conversation with its server.
    """

    def __init__(
        self, desk: "Desk", reader: Reader, *, pace: Pace, mailbox: Mailbox, session: "Session"
    ) -> None:
        self._desk = desk
        self._reader = reader
        self._pace = pace
        self._mailbox = mailbox
        self._session = session
        self._talks = Talks(session, pace)

    async def look(self, *, has_folder: bool) -> None:
        """Look once for what is due now.

        Args:
            has_folder: There is a Sent folder; it is open, and what is new in it was read.

        Raises:
            LeaseLost: Somebody else has the mailbox now.
        """
        for sought in await self._due():
            await self._look_for(sought, has_folder=has_folder)

    async def _due(self) -> list[Sought]:
        mailbox, now = self._mailbox, self._desk.clock.now()
        async with self._desk.database.transaction(readonly=True) as db:
            return await store.list_due(
                db, mailbox.team_id, mailbox.sender_id, amount=AMOUNT, now=now
            )

    async def _look_for(self, sought: Sought, *, has_folder: bool) -> None:
        desk, began_at = self._desk, self._desk.clock.now()
        copies = await self._found(sought) if has_folder else None
        look_at = next_look(
            sought.looks,
            now=began_at,
            ends_at=sought.began_at + desk.span(self._pace.doubt),
            speed=desk.clock.speed,
        )

        async def write(db: Db) -> None:
            if not await mailbox_store.hold(db, self._mailbox):
                raise LeaseLost
            for head in copies or []:
                await self._seen(db, head)
            looked_at = None if copies is None else began_at
            await store.note_look(db, sought, look_at=look_at, looked_at=looked_at)

        await desk.database.retrying(write)

    async def _found(self, sought: Sought) -> list[Parsed] | None:
        """Read the heads of what bears the mail's name; None where the server cannot search."""
        token = self._desk.signer.sign(MESSAGE, sought.message_id)
        try:
            uids = await self._talks.ask(lambda: self._session.list_bearing(OWN_HEADER, token))
        except Exception as error:
            if is_passing(error):
                raise
            return None
        heads = await self._talks.heads(uids[-COPIES:]) if uids else {}
        parsed = [await self._reader.read(h.raw) for h in heads.values() if isinstance(h, Head)]
        return [one for one in parsed if isinstance(one, Parsed)]

    async def _seen(self, db: Db, head: Parsed) -> None:
        await sent.seen(
            db,
            self._mailbox.team_id,
            self._mailbox.sender_id,
            head,
            signer=self._desk.signer,
            now=self._desk.clock.now(),
        )
