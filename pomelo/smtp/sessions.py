"""A worker's open SMTP sessions, one a sender, kept while they are used."""

import asyncio

from pomelo import senders
from pomelo.base import clock
from pomelo.base.db import Database
from pomelo.base.errors import Invalid, PomeloError
from pomelo.base.ids import SenderId
from pomelo.messages import Stage
from pomelo.senders import Sender
from pomelo.smtp.check import MailAccess
from pomelo.smtp.opening import LOCAL_HOSTNAME, SmtpServer
from pomelo.smtp.outcomes import Reason, Unreachable
from pomelo.smtp.session import Session


class Sessions:
    """Opens sessions and keeps them; one sender's session is used by one task at a time.

    Args:
        database: Where the senders are.
        access: What it takes to reach their servers.
    """

    def __init__(self, database: Database, access: MailAccess) -> None:
        self._database = database
        self._access = access
        self._open: dict[SenderId, Session] = {}

    async def open(self, sender: Sender) -> Session | Unreachable:
        """Give a session ready for a mail: the kept one, or a new one."""
        kept = self._open.get(sender.id)
        if kept is not None and kept.is_reusable(clock.monotonic()):
            return kept
        if kept is not None:
            await self.close(sender.id)
        server = await self._server(sender)
        if isinstance(server, Unreachable):
            return server
        session = Session(server, context=self._access.context, timeouts=self._access.timeouts)
        if isinstance(failed := await session.open(), Unreachable):
            return failed
        self._open[sender.id] = session
        return session

    async def close(self, sender: SenderId) -> None:
        """End a sender's session, if it has one."""
        session = self._open.pop(sender, None)
        if session is not None:
            await session.close()

    async def close_idle(self, busy: set[SenderId]) -> None:
        """End the sessions that nobody has used for a minute."""
        now = clock.monotonic()
        idle = [s for s, kept in self._open.items() if s not in busy and not kept.is_reusable(now)]
        await asyncio.gather(*(self.close(sender) for sender in idle))

    async def close_all(self) -> None:
        """End every session."""
        await asyncio.gather(*(self.close(sender) for sender in list(self._open)))

    async def _server(self, sender: Sender) -> SmtpServer | Unreachable:
        """Read how to log in, and ask the guard for the one address that may be dialled."""
        try:
            async with self._database.transaction() as db:
                smtp = await senders.get_smtp(db, sender.team_id, sender.id, self._access.vault)
        except PomeloError as problem:
            return Unreachable(Stage.AUTH, Reason.REFUSED, is_auth=True, detail=str(problem))
        try:
            address = await self._access.guard.resolve(smtp.host, smtp.port)
        except Invalid as refused:
            return Unreachable(Stage.CONNECT, Reason.REFUSED, detail=str(refused))
        return SmtpServer(
            host=smtp.host,
            port=smtp.port,
            tls=smtp.tls,
            login=smtp.login,
            password=smtp.password,
            address=address,
            local_hostname=LOCAL_HOSTNAME,
        )
