"""A worker's open SMTP sessions, one a sender, kept while they are used."""

import asyncio

from pomelo import senders
from pomelo.base import clock
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.errors import Invalid, PomeloError, Unavailable
from pomelo.base.ids import SenderId
from pomelo.messages import Stage
from pomelo.senders import ProviderNotSet, Sender
from pomelo.smtp.check import MailAccess, dialled
from pomelo.smtp.opening import SmtpServer
from pomelo.smtp.outcomes import Reason, Unreachable
from pomelo.smtp.session import Session


class Sessions:
    """Opens sessions and keeps them; one sender's session is used by one task at a time.

    Args:
        database: Where the senders are.
        access: What it takes to reach their servers.
        clock: Tells when a token ends.
    """

    def __init__(self, database: Database, access: MailAccess, clock: Clock) -> None:
        self._database = database
        self._access = access
        self._clock = clock
        self._open: dict[SenderId, Session] = {}

    async def open(self, sender: Sender) -> Session | Unreachable:
        """Give a session ready for a mail: the kept one, or a new one."""
        kept = self._open.get(sender.id)
        if kept is not None and kept.is_reusable(clock.monotonic()):
            return kept
        if kept is not None:
            await self.close(sender.id)
        return await self._open_new(sender)

    async def _open_new(self, sender: Sender, refused: str = "") -> Session | Unreachable:
        """Open a session; where a token is refused before its end, once more with another."""
        server = await self._server(sender, refused)
        if isinstance(server, Unreachable):
            return server
        session = Session(server, context=self._access.context, timeouts=self._access.timeouts)
        failed = await session.open()
        if not isinstance(failed, Unreachable):
            self._open[sender.id] = session
            return session
        if failed.is_auth and server.is_token and not refused:
            return await self._open_new(sender, server.password)
        return failed

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

    async def _server(self, sender: Sender, refused: str) -> SmtpServer | Unreachable:
        """Read how to log in, and ask the guard for the one address that may be dialled."""
        try:
            smtp = await senders.smtp_access(
                self._database,
                sender.team_id,
                sender.id,
                vault=self._access.vault,
                oauth=self._access.oauth,
                now=self._clock.now(),
                refused=refused,
            )
        except (Unavailable, ProviderNotSet) as trouble:  # not the sender's fault
            return Unreachable(Stage.AUTH, Reason.REFUSED, detail=str(trouble))
        except PomeloError as problem:
            return Unreachable(Stage.AUTH, Reason.REFUSED, is_auth=True, detail=str(problem))
        try:
            address = await self._access.guard.resolve(smtp.host, smtp.port)
        except Invalid as problem:
            return Unreachable(Stage.CONNECT, Reason.REFUSED, detail=str(problem))
        return dialled(smtp, address)
