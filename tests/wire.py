"""A post office for tests: a real SMTP server, a real worker, and a clock set by hand."""

import asyncio
import email
import email.policy
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from pomelo import campaigns, leads, senders, sequences, teams
from pomelo.base import addresses, clock
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.failpoint import Failpoint
from pomelo.base.ids import LeadId
from pomelo.base.outgoing import Guard, parse_networks
from pomelo.campaigns import Campaign
from pomelo.delivery import Deliverer, Desk, Errands
from pomelo.demo.sink import Sink
from pomelo.demo.sink.server import Scripts
from pomelo.leads import Lead, NewLead
from pomelo.senders import NewSender, Replies, Sender, Server, TlsMode
from pomelo.smtp import Timeouts
from pomelo.teams import Team
from tests import make


class HandClock(Clock):
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at
        self._running_since: float | None = None

    def now(self) -> datetime:
        if self._running_since is None:
            return self.at
        return self.at + timedelta(seconds=clock.monotonic() - self._running_since)

    def runs(self) -> None:
        """Let it run from the present moment on."""
        self.at = datetime.now(UTC)
        self._running_since = clock.monotonic()

    async def sync(self, db: Db) -> None:
        """Nothing sets it but `forward`."""

    def forward(self, span: timedelta) -> None:
        self.at += span


class PostOffice:
    """One team, one sender, one campaign with its steps, a worker and the people's server.

    Args:
        database: Where.
        now: When it opens.
        script: What the people's server does otherwise than normal.
        deliver_to: Rehearsal address.
    """

    def __init__(
        self, database: Database, now: datetime, *, script: Scripts | None = None,
        deliver_to: str = "", slots: int = 10, timeouts: Timeouts | None = None,
    ) -> None:  # fmt: skip
        self.database = database
        self.clock = HandClock(now)
        self.sink = Sink(script=script)
        self.slots = slots
        self.deliver_to = deliver_to
        self.timeouts = timeouts or Timeouts(connect=10, tls=10, command=10, data=10)
        self.desk = self._desk("wrk_one")
        self.ended = asyncio.Event()
        self.deliverer = Deliverer(self.desk, slots=slots, ended=self.ended)
        self.errands = Errands(self.desk)
        self.team: Team
        self.sender: Sender
        self.campaign: Campaign

    def _desk(self, worker: str, failpoint: str = "") -> Desk:
        return Desk(
            worker=worker,
            database=self.database,
            clock=self.clock,
            vault=make.VAULT,
            guard=Guard(parse_networks("127.0.0.0/8")),
            public_url="http://track.test",
            deliver_to=self.deliver_to,
            timeouts=self.timeouts,
            failpoint=Failpoint(failpoint),
            outward=Guard(parse_networks("127.0.0.0/8")),
        )

    def another_worker(self) -> Deliverer:
        return Deliverer(self._desk("wrk_other"), slots=self.slots, ended=self.ended)

    async def open(self, *steps: tuple[str, str], gap: int = 0, limit: int = 0) -> None:
        """Start the server and a campaign with these steps (subject, message), a day apart."""
        self.port = await self.sink.start()
        async with self.database.transaction() as db:
            await db.execute(
                "INSERT INTO installation (secret_fingerprint, deliver_to, created_at)"
                " VALUES ('f', $1, now())", self.deliver_to,
            )  # fmt: skip
            self.team = await make.team(db)
            self.sender = await self.add_sender(db, "jared@piedpiper.example", gap=gap, limit=limit)
            self.campaign = await make.campaign(db, self.team.id)
            await make.open_always(db, self.campaign)
            for subject, message in steps or [("Hello {{firstName}}", "<p>Hi {{firstName}}</p>")]:
                await make.step(db, self.campaign, subject, message)
            await self.start(db, self.sender)

    async def add_sender(
        self, db: Db, address: str, *, gap: int = 0, limit: int = 0, port: int | None = None
    ) -> Sender:
        owner = (await teams.list_users(db, self.team.id))[0]
        new = NewSender(
            owner.id,
            addresses.parse(address),
            Server("127.0.0.1", port or self.port, TlsMode.NONE),
            name="Jared Dunn",
            limit_per_day=limit,
            gap_seconds=gap,
            replies=Replies.PIPE,
        )
        return await senders.add(db, self.team.id, new, vault=make.VAULT, now=self.clock.now())

    def runs(self) -> None:
        """Let time pass by itself."""
        self.clock.runs()

    async def start(self, db: Db, *with_senders: Sender) -> None:
        chosen = [sender.id for sender in with_senders]
        now = self.clock.now()
        await campaigns.set_senders(db, self.team.id, self.campaign.id, chosen, now=now)
        await sequences.start_campaign(db, self.team.id, self.campaign.id, now=now)

    async def add(self, address: str, variables: Mapping[str, object] | None = None) -> Lead:
        async with self.database.transaction() as db:
            new = NewLead(
                team_id=self.team.id,
                campaign_id=self.campaign.id,
                address=addresses.parse(address),
                variables=dict(variables if variables is not None else {"firstName": "Richard"}),
            )
            added = (await leads.add(db, [new], now=self.clock.now()))[0]
        assert isinstance(added, Lead)
        return added

    async def add_many(self, count: int) -> None:
        """Add lead0@hooli.com and so on, all at once."""
        new = [
            NewLead(
                team_id=self.team.id,
                campaign_id=self.campaign.id,
                address=addresses.parse(f"lead{number}@hooli.com"),
                variables={"firstName": f"Lead {number}"},
            )
            for number in range(count)
        ]
        async with self.database.transaction() as db:
            await leads.add(db, new, now=self.clock.now())

    async def places(self) -> list[tuple[object, ...]]:
        """Where every lead stands, and when its next step is due."""
        async with self.database.transaction() as db:
            rows = await db.fetch("SELECT id, state, step_position, due_at FROM leads ORDER BY id")
        return [tuple(row) for row in rows]

    async def work(self, deliverer: Deliverer | None = None) -> None:
        """Let the worker do everything that is due now."""
        worker = deliverer or self.deliverer
        was_busy = worker.is_busy or self.errands.is_busy
        # Who was busy a moment ago may just have let go of a sender with more to send.
        while await self._work_once(worker) or was_busy:
            was_busy = worker.is_busy or self.errands.is_busy
            if was_busy:
                await self._until_one_ended()

    async def _until_one_ended(self) -> None:
        """Wait for who tells of it; a call does not."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.ended.wait(), 0.005 if self.errands.is_busy else 0.2)

    async def _work_once(self, deliverer: Deliverer) -> bool:
        self.ended.clear()
        has_sent = await deliverer.work_once()
        return await self.errands.work_once() or has_sent

    async def lead(self, lead: LeadId) -> Lead:
        async with self.database.transaction() as db:
            return await leads.get(db, self.team.id, lead)

    async def sent_count(self, lead: LeadId) -> int:
        async with self.database.transaction() as db:
            count: int = await db.fetchval("SELECT sent_count FROM leads WHERE id = $1", lead)
        return count

    def mails(self, address: str) -> list[EmailMessage]:
        """What arrived for somebody, oldest first."""
        return [
            email.message_from_bytes(mail.raw, policy=email.policy.default)
            for mail in self.sink.mails
            if mail.recipients == (address,)
        ]

    async def states(self) -> dict[str, int]:
        """How many messages stand where."""
        async with self.database.transaction() as db:
            rows = await db.fetch("SELECT state, count(*) FROM messages GROUP BY state")
        return {row[0]: row[1] for row in rows}

    async def close(self) -> None:
        await self.deliverer.finish(within_seconds=0.1)
        await self.errands.finish(within_seconds=0.1)
        await self.sink.stop()
