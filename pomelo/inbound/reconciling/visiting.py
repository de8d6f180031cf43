"""A look into one sender's Sent folder: what lies there and says to be ours."""

from datetime import datetime, timedelta
from functools import partial
from typing import Final

from pomelo import senders
from pomelo.base.db import Database
from pomelo.inbound.copies.entering import entered, find_folders
from pomelo.inbound.mailboxes.model import Pace, Role
from pomelo.inbound.mailboxes.session import Session
from pomelo.inbound.mailboxes.talks import Talks
from pomelo.inbound.mailboxes.troubles import NO_SENT_SERVER, Trouble, trouble
from pomelo.inbound.reconciling.accounts import Copy, read_copy
from pomelo.senders import SavesSentCopy, Sender
from pomelo.smtp import MailAccess
from pomelo.tracking import Signer

BATCH: Final = 500
# A mail server's days are in a zone of its own.
DAY: Final = timedelta(days=1)
NO_SENT: Final = "Its mailbox has no Sent folder that Pomelo finds; set sent_folder."
NO_COPIES: Final = "Nobody keeps copies of what it sends (saves_sent_copy: none)."


class Visit:
    """One look.

    Args:
        database: Where the log-in is.
        sender: Whose folder.
        access: What it takes to reach its server.
        now: When.
    """

    def __init__(
        self, database: Database, sender: Sender, access: MailAccess, *, now: datetime
    ) -> None:
        self._database = database
        self._sender = sender
        self._access = access
        self._now = now
        self._pace = Pace()

    async def copies(self, since: datetime) -> list[Copy]:
        """Read what lies there of ours since some day.

        Raises:
            Trouble: Nobody can look, or it would prove nothing.
        """
        if self._sender.saves_sent_copy is SavesSentCopy.NONE:
            raise Trouble(NO_COPIES)
        access = None
        try:
            access = await senders.imap_access(
                self._database,
                self._sender.team_id,
                self._sender.id,
                vault=self._access.vault,
                oauth=self._access.oauth,
                now=self._now,
            )
            if access is None:
                raise Trouble(NO_SENT_SERVER.replace("ADDRESS", self._sender.email))
            async with entered(access, Session, reach=self._access, pace=self._pace) as session:
                return await self._read(session, since)
        except Exception as error:
            raise trouble(error, access.server if access else None) from error

    async def _read(self, session: Session, since: datetime) -> list[Copy]:
        talks = Talks(session, self._pace)
        folders = await find_folders(talks, session, self._sender)
        name = next((one.name for one in folders if one.role is Role.SENT), None)
        if name is None:
            raise Trouble(NO_SENT)
        await talks.ask(lambda: session.examine(name))
        uids = await talks.ask(lambda: session.list_since((since - DAY).date()))
        signer = Signer(self._access.vault.signing_secret())
        found: list[Copy | None] = []
        for start in range(0, len(uids), BATCH):
            batch = uids[start : start + BATCH]
            heads = await talks.ask(partial(session.names, batch))
            found += [read_copy(head, signer) for head in heads]
        return [copy for copy in found if copy]
