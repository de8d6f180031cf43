"""One mailbox, kept read: connected, looked into, waited for, until something ends that."""

import asyncio
import random
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pomelo import senders
from pomelo.base import clock, log
from pomelo.delivery import Desk
from pomelo.inbound.copies.entering import enter, find_folders
from pomelo.inbound.mailboxes import store
from pomelo.inbound.mailboxes.model import Folder, Mailbox, Pace, Role
from pomelo.inbound.mailboxes.taking import Taker
from pomelo.inbound.mailboxes.talks import Talks, until_readable
from pomelo.inbound.mailboxes.troubles import (
    NO_SERVER,
    LeaseLost,
    LogInRefused,
    Trouble,
    trouble,
)
from pomelo.inbound.reader import Reader
from pomelo.inbound.settling.seeking import Seeker
from pomelo.senders import ImapAccess, LogInKind

if TYPE_CHECKING:
    from pomelo.inbound.mailboxes.session import Session

LOG: Final = log.get("mailboxes")
# A server that tells of something all the time is asked no oftener.
CALM_SECONDS: Final = 0.5
ROLES: Final = len(Role)
MOST_FAILURES: Final = 30

_random: Final = random.SystemRandom()


class Keeper:
    """Keeps one mailbox read, in a task of its own.

    Args:
        desk: The worker's tools.
        reader: Reads foreign mail in a child process.
        pace: How long things may take, and rest.
        mailbox: The mailbox, taken.
    """

    def __init__(self, desk: Desk, reader: Reader, pace: Pace, mailbox: Mailbox) -> None:
        self._desk = desk
        self._reader = reader
        self._pace = pace
        self.mailbox = mailbox
        self._failures = mailbox.failures
        self._came = asyncio.Event()
        self._is_wanted = False
        self._access: ImapAccess | None = None

    def look(self) -> None:
        """Look into all folders now: something is sought in one of them."""
        self._is_wanted = True
        self._came.set()

    async def run(self) -> None:
        """Read until something is wrong, then let go of the mailbox for a while.

        Raises:
            Unavailable: The database is away, so that the lease has to end by itself.
        """
        try:
            await self._live()
        except LeaseLost:
            return
        except Exception as error:
            found = trouble(error, self._access.server if self._access else None)
            LOG.info(
                "mailbox_trouble",
                sender=self.mailbox.sender_id,
                why=found.sentence,
                error=type(error).__name__,
            )
            await self._rest_after(found)

    async def _live(self) -> None:
        session = await self._opened()
        try:
            await self._read(session)
        finally:
            session.close()

    async def _opened(self) -> "Session":
        """Connect and log in; a provider's token that is refused is renewed once."""
        access = await self._ask_access()
        try:
            return await self._connected(access)
        except LogInRefused:
            if access.kind is not LogInKind.XOAUTH2:
                raise
        return await self._connected(await self._ask_access(refused=access.server.password))

    async def _ask_access(self, refused: str = "") -> ImapAccess:
        desk, mailbox = self._desk, self.mailbox
        self._access = await senders.imap_access(
            desk.database,
            mailbox.team_id,
            mailbox.sender_id,
            vault=desk.vault,
            oauth=desk.oauth,
            now=desk.clock.now(),
            refused=refused,
        )
        if self._access is None:
            raise Trouble(NO_SERVER, is_refused=True)
        return self._access

    async def _connected(self, access: ImapAccess) -> "Session":
        from pomelo.inbound.mailboxes.session import Session  # noqa: PLC0415 - slow to load

        return await enter(access, Session, reach=self._desk.access, pace=self._pace)

    async def _read(self, session: "Session") -> None:
        taker = Taker(
            self._desk, self._reader, pace=self._pace, mailbox=self.mailbox, session=session
        )
        seeker = Seeker(
            self._desk, self._reader, pace=self._pace, mailbox=self.mailbox, session=session
        )
        talks = Talks(session, self._pace)
        folders: tuple[Folder, ...] = ()
        while True:
            self._is_wanted = False
            self._came.clear()
            began_at = self._desk.clock.now()
            if len(folders) < ROLES:  # one may have been made meanwhile
                folders = await self._folders(session, talks)
            if all(folder.role is not Role.SENT for folder in folders):
                await seeker.look(has_folder=False)
            for folder in folders:
                await taker.look_into(folder)
                if folder.role is Role.SENT:
                    await seeker.look(has_folder=True)
            await self._note_read(began_at)
            if session.has_idle:
                await self._wait(session, talks, taker, folders[-1])
            else:
                session.rest()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._came.wait(), _jittered(self._pace.poll))

    async def _folders(self, session: "Session", talks: Talks) -> tuple[Folder, ...]:
        async with self._desk.database.transaction(readonly=True) as db:
            sender = await senders.get(db, self.mailbox.team_id, self.mailbox.sender_id)
        return await find_folders(talks, session, sender)

    async def _note_read(self, began_at: datetime) -> None:
        """Write that the whole mailbox was read: follow-ups may go on."""
        mailbox = self.mailbox
        async with self._desk.database.transaction() as db:
            # The sender before its mailbox, as by who changes how it is read.
            await senders.set_read(db, mailbox.team_id, mailbox.sender_id, began_at=began_at)
            if not await store.hold(db, mailbox):
                raise LeaseLost
            await store.set_well(db, mailbox)
        self._failures = 0

    async def _wait(self, session: "Session", talks: Talks, taker: Taker, inbox: Folder) -> None:
        """Let the server tell of new mail, until it is time to look into everything again.

        A server that hung up, or is there no more, is found at the latest when asked to end.
        """
        ends_at = clock.monotonic() + _jittered(self._pace.look)
        while (left := ends_at - clock.monotonic()) > 0 and not self._is_wanted:
            woken_at = clock.monotonic()
            self._came.clear()
            is_told = await talks.ask(session.wait)
            is_told = is_told or await until_readable(session.fileno(), self._came, seconds=left)
            await talks.ask(session.end_wait)
            if is_told:
                await taker.look_again(inbox)
                await asyncio.sleep(max(0.0, woken_at + CALM_SECONDS - clock.monotonic()))

    async def _rest_after(self, found: Trouble) -> None:
        """Let go of the mailbox, for longer the oftener it failed."""
        now = self._desk.clock.now()
        seconds = min(self._pace.again * 2.0**self._failures, self._pace.longest)
        if found.is_refused:
            seconds = max(seconds, self._pace.refused)
        async with self._desk.database.transaction() as db:
            await store.release(
                db,
                self.mailbox,
                next_at=now + self._desk.span(_jittered(seconds)),
                failures=min(self._failures + 1, MOST_FAILURES),
                trouble=found.sentence,
                now=now,
            )


def _jittered(seconds: float) -> float:
    """Spread what would happen to many mailboxes at once."""
    return seconds * _random.uniform(0.8, 1.0)
