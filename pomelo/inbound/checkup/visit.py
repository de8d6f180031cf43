"""A visit to a sender's mail servers: let in by both, a mail to itself, and what that shows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

from msgspec import Struct

from pomelo import senders
from pomelo.base import addresses
from pomelo.base.db import Database
from pomelo.base.errors import Invalid, PomeloError
from pomelo.base.tls import Secured
from pomelo.inbound.checkup import arrival, doors
from pomelo.inbound.checkup.arrival import Journey
from pomelo.inbound.checkup.examine import NO_IMAP, Checkup, Keys
from pomelo.inbound.checkup.findings import CheckFinding
from pomelo.inbound.checkup.journey import Watch, plus_form, travel, write
from pomelo.inbound.copies.entering import entered, find_folders
from pomelo.inbound.imap import find_imap_fault
from pomelo.inbound.mailboxes.model import Pace
from pomelo.inbound.mailboxes.session import Session
from pomelo.inbound.mailboxes.talks import Talks
from pomelo.inbound.mailboxes.troubles import trouble
from pomelo.inbound.published import signing
from pomelo.inbound.published.domain import examine_key
from pomelo.letters import DkimKey, read_key, record
from pomelo.senders import ImapAccess, SavesSentCopy, Sender, Server
from pomelo.smtp import Opened, Reason, Unreachable, dialled, fault, fault_words
from pomelo.smtp import Session as Line

OPEN_SECONDS: Final = 30.0
PACE: Final = Pace(connect=10.0, answer=15.0, talk=30.0)
# Why no test mail was sent, and what to do.
UNSENT: Final = (
    "No test mail was sent: it takes both log-ins to send one and to see it come back.",
    "Mend the log-ins, or give the sender its IMAP server, and check again.",
)
UNASKED: Final = ("No test mail was sent, as was asked.", "Check once with a mail, too.")


class Visited(Struct, frozen=True):
    """What a visit found; see `Report`."""

    smtp_fault: str | None
    imap_fault: str | None
    findings: list[CheckFinding]
    learnt: SavesSentCopy | None = None


class Visit:
    """One visit.

    Args:
        database: Where the sender's own signing key is.
        sender: Whose servers.
        checkup: What it takes.
        now: When.
    """

    def __init__(
        self, database: Database, sender: Sender, checkup: Checkup, *, now: datetime
    ) -> None:
        self._database = database
        self._sender = sender
        self._checkup = checkup
        self._access = checkup.access
        self._now = now
        self._domain = addresses.parse(sender.email).domain
        self._smtp_line: Secured | None = None
        self._imap_line: Secured | None = None
        self._own_key: DkimKey | None = None

    async def run(self, keys: Keys | PomeloError, wait: float | None) -> Visited:
        """Visit both servers.

        Args:
            keys: How to get in, or why there is no way.
            wait: Seconds that the test mail has to come back; None = none is sent.
        """
        if isinstance(keys, PomeloError):
            said = str(keys)
            return Visited(said, said, self._doors(keys, said, said))
        self._own_key = await self._dkim()
        async with self._line(keys.smtp) as line:
            smtp_fault = line if isinstance(line, str) else None
            imap_fault, journey = await self._mailbox(keys.imap, line, wait)
        findings = self._doors(keys, smtp_fault, imap_fault if keys.imap else None)
        if keys.imap is None:
            findings[-1] = doors.IMAP.doubt(
                NO_IMAP, "Where mail is handed to `pomelo receive`, nothing need be done."
            )
        findings += await self._judge(journey, wait)
        return Visited(smtp_fault, imap_fault, findings, self._learnt(journey))

    def _learnt(self, journey: Journey | None) -> SavesSentCopy | None:
        """Tell who keeps copies; known providers do, though at times later than we look."""
        if senders.keeps_sent(self._sender.smtp_host):
            return SavesSentCopy.SERVER
        return journey.learnt if journey else None

    def _doors(
        self, keys: Keys | PomeloError, smtp_fault: str | None, imap_fault: str | None
    ) -> list[CheckFinding]:
        is_let_in = isinstance(keys, PomeloError) or bool(keys.smtp.login)
        tried = (
            (doors.SMTP, smtp_fault, self._smtp_line, is_let_in),
            (doors.IMAP, imap_fault, self._imap_line, True),
        )
        return [
            doors.judge_door(
                topic,
                fault,
                line,
                mend=doors.way_out(self._sender, topic, keys),
                now=self._now,
                is_logged_in=is_logged_in,
            )
            for topic, fault, line, is_logged_in in tried
        ]

    @asynccontextmanager
    async def _line(self, server: Server) -> AsyncIterator[Line | str]:
        """Be logged in to the server that takes mail, or know why not."""
        try:
            address = await self._access.guard.resolve(server.host, server.port)
        except Invalid as refused:
            yield str(refused)
            return
        line = Line(
            dialled(server, address), context=self._access.context, timeouts=self._access.timeouts
        )
        opened = await _opened(line)
        if opened is None:
            yield fault_words(Reason.TIMED_OUT, server)
            return
        if isinstance(opened, Unreachable):
            yield fault(opened, server)
            return
        self._smtp_line = opened.secured
        try:
            yield line
        finally:
            await line.close()

    async def _mailbox(
        self, access: ImapAccess | None, line: Line | str, wait: float | None
    ) -> tuple[str | None, Journey | None]:
        """Read the mailbox: why it cannot be, or how the test mails went."""
        if access is None:
            return NO_IMAP, None
        fault_found = await find_imap_fault(access.server, self._access)
        if fault_found is not None:
            return fault_found, None
        try:
            async with entered(access, Session, reach=self._access, pace=PACE) as session:
                self._imap_line = session.secured
                if isinstance(line, str) or wait is None:
                    return None, None
                return None, await self._travel(line, session, wait)
        except Exception as error:
            return trouble(error, access.server).sentence, None

    async def _travel(self, line: Line, session: Session, wait: float) -> Journey:
        talks = Talks(session, PACE)
        folders = await find_folders(talks, session, self._sender)
        email = self._sender.email
        plain, plus = (
            write(
                self._sender,
                to,
                signer=self._checkup.signer,
                public_url=self._checkup.public_url,
                dkim=self._own_key,
                now=self._now,
            )
            for to in (email, plus_form(email))
        )
        return await travel(
            line,
            Watch(talks, session, folders),
            email,
            plain=plain,
            plus=plus,
            seconds=wait,
            timing=self._checkup.timing,
        )

    async def _dkim(self) -> DkimKey | None:
        if not self._sender.dkim_selector:
            return None
        team, sender = self._sender.team_id, self._sender.id
        async with self._database.transaction(readonly=True) as db:
            pem = await senders.find_dkim_pem(db, team, sender, self._access.vault)
        return read_key(pem, self._domain, self._sender.dkim_selector) if pem else None

    async def _judge(self, journey: Journey | None, wait: float | None) -> list[CheckFinding]:
        if journey is None:
            said = arrival.MAIL.doubt(*(UNASKED if wait is None else UNSENT))
            return [said, *await self._key(journey)]
        found = [arrival.judge_mail(journey)]
        if journey.back is not None:
            fields = journey.back.fields
            setting = self._sender.saves_sent_copy or self._learnt(journey)
            found += [
                signing.judge_coverage(fields, self._domain),
                arrival.judge_results(fields),
                arrival.judge_plus(journey),
                arrival.judge_copy(journey, setting),
            ]
        return [*found, *await self._key(journey)]

    async def _key(self, journey: Journey | None) -> list[CheckFinding]:
        """Judge the key that the test mail was signed with, or our own."""
        if self._own_key is not None:
            name, expected = record(self._own_key)
            return [await examine_key(name, self._checkup.ask, expected)]
        back = journey.back if journey else None
        seen = signing.find_own(back.fields, self._domain) if back else None
        if seen is None:
            return []
        name = f"{seen.selector}._domainkey.{seen.domain}"
        return [await examine_key(name, self._checkup.ask)]


async def _opened(line: Line) -> Opened | Unreachable | None:
    """Open a line, all stages together within 30 seconds; None when that is too short."""
    try:
        async with asyncio.timeout(OPEN_SECONDS):
            return await line.open()
    except TimeoutError:
        return None
