"""Mails of one mailbox come into the database: heads first, bodies of what may be ours.

How far a folder was read is written in the transaction of what was read, so that nothing is
missed and nothing counts twice, whenever it ends.
"""

import hashlib
import imaplib
import ssl
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from msgspec.structs import replace

from pomelo.base import log
from pomelo.base.db import Db
from pomelo.base.errors import Invalid, PomeloError
from pomelo.delivery import Desk
from pomelo.inbound import lookup
from pomelo.inbound.actions import receive
from pomelo.inbound.effects import address_key
from pomelo.inbound.mailboxes import sent, store, wanted
from pomelo.inbound.mailboxes.model import (
    Folder,
    Head,
    Mailbox,
    Mark,
    Missing,
    Opened,
    Pace,
    Role,
)
from pomelo.inbound.mailboxes.talks import Talks
from pomelo.inbound.mailboxes.troubles import LeaseLost, NotGiven
from pomelo.inbound.match import candidates
from pomelo.inbound.model import Parsed, Unreadable
from pomelo.inbound.reader import Reader

if TYPE_CHECKING:
    from pomelo.inbound.mailboxes.session import Session

LOG: Final = log.get("mailboxes")
BATCH: Final = 50
# With the rests between attempts some minutes go by before a mail is given up.
STUCK_TIMES: Final = 8
TRIES: Final = 2
NOT_GIVEN: Final = "not given"
NOT_TAKEN: Final = "not taken"

_LONG_AGO: Final = date(1970, 1, 2)
_DAY: Final = timedelta(days=1)
Mail: TypeAlias = Parsed | Unreadable
Write: TypeAlias = Callable[[Db], Awaitable[object]]
Result = TypeVar("Result")


class Taker:
    """Reads the folders of one mailbox.

    Args:
        desk: The worker's tools.
        reader: Reads foreign mail in a child process.
        pace: How long things may take.
        mailbox: The mailbox, taken.
        session: The conversation with its server.
    """

    def __init__(
        self, desk: Desk, reader: Reader, *, pace: Pace, mailbox: Mailbox, session: "Session"
    ) -> None:
        self._desk = desk
        self._reader = reader
        self._pace = pace
        self._mailbox = mailbox
        self._session = session
        self._talks = Talks(session, pace)

    async def look_into(self, folder: Folder) -> None:
        """Open a folder, and read what is new in it.

        Raises:
            LeaseLost: Somebody else has the mailbox now.
            NotGiven: The server does not give a mail that it has.
        """
        opened = await self._talks.ask(lambda: self._session.examine(folder.name))
        mark = await self._known(folder)
        # A new folder, or all UIDs are (or given again, by a server put back to an older state).
        if (
            mark is None
            or mark.uid_validity != opened.uid_validity
            or mark.last_uid >= opened.next_uid
        ):
            mark = await self._commit(folder, await self._begun(opened))
        await self._read_on(folder, replace(mark, highest_modseq=opened.highest_modseq))

    async def _begun(self, opened: Opened) -> Mark:
        """Give where to begin in a folder: behind what came before the sender's first mail.

        For what came since may answer one, though nobody could look until now.
        """
        async with self._desk.database.transaction(readonly=True) as db:
            first = await store.first_sent_at(db, self._mailbox)
        found: list[int] = []
        if first is not None:
            day = self._day(max(first, self._desk.clock.now() - self._pace.rescan))
            found = await self._talks.ask(lambda: self._session.list_since(day))
        return Mark(opened.uid_validity, min([*found, opened.next_uid]) - 1, opened.highest_modseq)

    async def look_again(self, folder: Folder) -> None:
        """Read what is new in the folder that is open.

        Raises:
            LeaseLost: Somebody else has the mailbox now.
            NotGiven: The server does not give a mail that it has.
        """
        if mark := await self._known(folder):
            await self._read_on(folder, mark)

    async def _known(self, folder: Folder) -> Mark | None:
        async with self._desk.database.transaction(readonly=True) as db:
            return await store.find_mark(db, self._mailbox, folder.name)

    def _day(self, at: datetime) -> date:
        """Give a day that is surely over when something comes that came after an instant.

        A mail server's days are real ones, of which a fast clock tells nothing, in a zone of
        its own.
        """
        return _LONG_AGO if self._desk.clock.speed != 1.0 else (at - _DAY).date()

    async def _read_on(self, folder: Folder, mark: Mark) -> None:
        while new := await self._new(mark):
            while new:
                # That at which the line broke is asked for alone, lest others be taken for it.
                amount = BATCH if mark.stuck_uid is None else 1
                mark = await self._batch(folder, mark, new[:amount])
                new = new[amount:]

    async def _new(self, mark: Mark) -> list[int]:
        return await self._talks.ask(lambda: self._session.list_new(mark.last_uid))

    async def _batch(self, folder: Folder, mark: Mark, uids: Sequence[int]) -> Mark:
        heads = await self._given(folder, mark, uids[0], self._talks.heads(uids))
        for uid in uids:
            head = heads if isinstance(heads, Missing) else heads[uid]
            mark = await self._mail(folder, mark, uid, head)
        await self._commit(folder, mark)
        return mark

    async def _mail(self, folder: Folder, mark: Mark, uid: int, head: Head | Missing) -> Mark:
        """Take one mail; gives how far the folder is read then."""
        read = replace(mark, last_uid=uid, stuck_uid=None, stuck_times=0)
        if head is Missing.NOT_GIVEN:
            return await self._give_up(folder, mark, read)
        if not isinstance(head, Head):
            return read
        parsed = await self._read(head.raw, head)
        if isinstance(parsed, Unreadable):
            aside = replace(parsed, size_bytes=head.size_bytes)
            return await self._commit(folder, read, self._set_aside(aside))
        if folder.role is Role.SENT:
            return await self._copy(folder, read, parsed)
        if not await self._is_wanted(parsed):
            return read
        raw = await self._given(folder, mark, uid, self._talks.body(uid))
        if raw is Missing.NOT_GIVEN:
            return await self._give_up(folder, mark, read)
        if not isinstance(raw, bytes):
            return read
        mail = await self._read(raw, head, instead=parsed)
        return await self._take(folder, read, lambda db: self._receive(db, mail))

    async def _read(self, raw: bytes, head: Head, instead: Parsed | None = None) -> Mail:
        mail = await self._reader.read(raw)
        if isinstance(mail, Unreadable):  # whoever answers is heard, whatever else theirs holds
            return mail if instead is None else replace(instead, size_bytes=head.size_bytes)
        return replace(mail, given_thread=head.thread)

    async def _copy(self, folder: Folder, read: Mark, head: Parsed) -> Mark:
        if not sent.is_ours(head, self._desk.signer):
            return read
        return await self._take(folder, read, lambda db: self._seen(db, head))

    async def _seen(self, db: Db, head: Parsed) -> None:
        await sent.seen(
            db,
            self._mailbox.team_id,
            self._mailbox.sender_id,
            head,
            signer=self._desk.signer,
            now=self._desk.clock.now(),
        )

    async def _receive(self, db: Db, mail: Mail) -> None:
        await receive(
            db,
            self._mailbox.team_id,
            self._mailbox.sender_id,
            mail,
            signer=self._desk.signer,
            now=self._desk.clock.now(),
        )

    async def _is_wanted(self, head: Parsed) -> bool:
        """Tell whether a mail may be an answer to one of ours, or a report about one."""
        if lookup.is_copy(head, self._desk.signer):
            return False
        if wanted.may_report(head):
            return True
        try:
            async with self._desk.database.transaction(readonly=True) as db:
                return await self._concerns_us(db, head)
        except Invalid:  # it holds what a database cannot compare
            return True

    async def _concerns_us(self, db: Db, head: Parsed) -> bool:
        team, signer = self._mailbox.team_id, self._desk.signer
        if await lookup.find(db, team, candidates(head), signer=signer):
            return True
        if await lookup.find_by_thread(db, team, self._mailbox.sender_id, head):
            return True
        key, subjects = address_key(head.from_address), wanted.subjects_answered(head)
        if not key and not subjects:
            return False
        since = self._desk.clock.now() - lookup.FROM_DAYS
        return await store.has_written(db, self._mailbox, key, subjects, since=since)

    async def _given(
        self, folder: Folder, mark: Mark, uid: int, asked: Awaitable[Result]
    ) -> Result | Missing:
        """Wait for what was asked of a mail; where the server hangs up at it each time, it is lost.

        One that only gives no answer in time is asked again: the network may be slow.
        """
        try:
            return await asked
        except (ConnectionError, ssl.SSLError, imaplib.IMAP4.abort):
            if await self._is_lost(folder, mark, uid):
                return Missing.NOT_GIVEN
            raise

    async def _is_lost(self, folder: Folder, mark: Mark, uid: int) -> bool:
        """Count that a mail was asked for in vain; true when it was often enough."""
        times = mark.stuck_times + 1 if mark.stuck_uid == uid else 1
        if times < STUCK_TIMES:
            await self._commit(folder, replace(mark, stuck_uid=uid, stuck_times=times))
        return times >= STUCK_TIMES

    async def _give_up(self, folder: Folder, mark: Mark, read: Mark) -> Mark:
        """Let a mail be that the server does not give, once it was asked often enough.

        Raises:
            NotGiven: It is to be asked again later.
        """
        if not await self._is_lost(folder, mark, read.last_uid):
            raise NotGiven
        LOG.warning("mail_not_given", sender=self._mailbox.sender_id, folder=folder.role)
        return await self._commit(folder, read, self._set_aside(_nameless(folder, read, NOT_GIVEN)))

    def _set_aside(self, mail: Unreadable) -> Write:
        return lambda db: self._receive(db, mail)

    async def _take(self, folder: Folder, mark: Mark, write: Write) -> Mark:
        """Write what a mail means; one at which that fails is set aside.

        So those behind it are read. Whatever is not the mail's own fault is raised.
        """
        for _ in range(TRIES):
            try:
                return await self._commit(folder, mark, write)
            except Exception as error:
                if isinstance(error, LeaseLost | PomeloError) and not isinstance(error, Invalid):
                    raise
                kind = type(error).__name__
                LOG.warning("mail_not_taken", sender=self._mailbox.sender_id, why=kind)
        return await self._commit(folder, mark, self._set_aside(_nameless(folder, mark, NOT_TAKEN)))

    async def _commit(self, folder: Folder, mark: Mark, write: Write | None = None) -> Mark:
        """Write how far a folder is read, together with what was read.

        Raises:
            LeaseLost: Somebody else has the mailbox now.
        """

        async def work(db: Db) -> None:
            if not await store.hold(db, self._mailbox):
                raise LeaseLost
            if write is not None:
                await write(db)
            await store.set_mark(db, self._mailbox, folder.name, mark)

        await self._desk.database.retrying(work)
        return mark


def _nameless(folder: Folder, mark: Mark, reason: str) -> Unreadable:
    """Name a mail that nobody could read by its place, which is the mark's last."""
    place = f"{folder.name}\0{mark.uid_validity}\0{mark.last_uid}"
    return Unreadable(reason, hashlib.sha256(place.encode()).hexdigest(), 0)
