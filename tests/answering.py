"""An office in which people answer by mail and are answered by hand."""

import asyncio
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from pomelo import delivery, inbound, inbox
from pomelo.base.db import Database
from pomelo.base.ids import LeadId, MessageId
from pomelo.delivery import NewAnswer, Pen, Singles
from pomelo.demo.sink import Script
from pomelo.inbound.parse import parse
from pomelo.leads import Lead
from tests import make
from tests.wire import PostOffice

MINUTE = timedelta(minutes=1)
RICHARD = "richard@piedpiper.com"
PEN = Pen(make.VAULT, "http://track.test")


class Answering(PostOffice):
    """A post office with a worker for what people write."""

    singles: Singles
    richard: Lead

    def __init__(self, database: Database, now: datetime) -> None:
        self.script: dict[str, Script] = {}
        super().__init__(database, now, script=self.script.get)

    async def open_with(self, *steps: tuple[str, str], address: str = RICHARD) -> Lead:
        """Open, and let one person get the first mail."""
        await self.open(*(steps or [("Hello", "<p>Hi</p>"), ("", "<p>Again</p>")]))
        self.singles = Singles(self.desk)
        self.richard = await self.add(address)
        await self.work()
        return self.richard

    async def carry(self, singles: Singles | None = None) -> None:
        """Let the worker send what people wrote."""
        worker = singles or self.singles
        while await worker.work_once() or worker.is_busy:
            await asyncio.sleep(0.002)

    async def reply(self, text: str = "Tell me more", **headers: str) -> None:
        """Let the person answer the newest mail they have."""
        self.clock.forward(MINUTE)
        mail = self.mails(self.richard.email)[-1]
        reply = EmailMessage()
        reply["From"] = headers.pop("From", self.richard.email)
        reply["To"] = self.sender.email
        reply["Subject"] = f"Re: {mail['Subject'].removeprefix('Re: ')}"
        reply["Message-ID"] = headers.pop("Message-ID", "<one@piedpiper.com>")
        reply["In-Reply-To"] = mail["Message-ID"]
        reply["References"] = f"{mail['References'] or ''} {mail['Message-ID']}".strip()
        reply.set_content(text)
        async with self.database.transaction() as db:
            await inbound.receive(
                db,
                self.team.id,
                self.sender.id,
                parse(reply.as_bytes()),
                signer=self.desk.signer,
                now=self.clock.now(),
            )

    async def write(self, message: str = "<p>Gladly</p>", **given: Any) -> MessageId:
        """Write to the person as the API does, into the newest mail's thread."""
        self.clock.forward(MINUTE)
        async with self.database.transaction() as db:
            anchor = await inbox.find_anchor(
                db, self.team.id, self.richard.contact_id,
                lead=None, activity=None, opens_thread=bool(given.get("subject")),
            )  # fmt: skip
            assert anchor is not None
            new = NewAnswer(
                team_id=self.team.id,
                lead_id=self.richard.id,
                sender_id=self.sender.id,
                user_id=self.sender.user_id,
                words=delivery.read_words(message),
                thread=anchor.thread,
                sequence_step=anchor.sequence_step,
                **given,
            )
            return await delivery.answer(db, PEN, new, now=self.clock.now())

    async def types(self, lead: LeadId | None = None) -> list[str]:
        """What has happened to the person, oldest first."""
        async with self.database.transaction() as db:
            rows = await db.fetch(
                "SELECT type FROM activities WHERE lead_id = $1 ORDER BY created_at, id",
                lead or self.richard.id,
            )
        return [row[0] for row in rows]

    async def standing(self, message: MessageId) -> str:
        """Where a mail stands."""
        async with self.database.transaction() as db:
            state: str = await db.fetchval("SELECT state FROM messages WHERE id = $1", message)
        return state

    async def queue(self) -> int:
        """How many single mails are not over."""
        async with self.database.transaction() as db:
            count: int = await db.fetchval("SELECT count(*) FROM single_mails")
        return count

    async def close(self) -> None:
        if hasattr(self, "singles"):
            await self.singles.finish(within_seconds=0.1)
        await super().close()
