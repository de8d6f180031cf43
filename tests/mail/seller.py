"""A team that sells by real mail servers: a whole worker, its clock the real one."""

import asyncio
import email
import email.policy
import smtplib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email.message import EmailMessage

from msgspec import structs

from pomelo import campaigns, leads, senders
from pomelo.base import addresses
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.ids import LeadId
from pomelo.base.jobs import Jobs
from pomelo.base.outgoing import Guard, parse_networks
from pomelo.campaigns import Campaign
from pomelo.delivery import Desk
from pomelo.hooks import Courier
from pomelo.leads import ActivityType, LeadState, NewLead
from pomelo.schedules import ScheduleChanges
from pomelo.senders import NewSender, OAuth, Sender, Server
from pomelo.sequences import start_campaign
from pomelo.teams import User
from pomelo.worker import Worker
from tests import make
from tests.inbound.reading import until
from tests.mail.dovecot import PASSWORD, arrived_at
from tests.mail.servers import Servers

GUARD = Guard(parse_networks("127.0.0.0/8"))
SECONDS = 30.0
ALWAYS = ScheduleChanges(
    seconds_to_wait=0, timezone="UTC", start_time="00:00", end_time="00:00",
    weekdays=(1, 2, 3, 4, 5, 6, 7),
)  # fmt: skip
# A lead and what happened to it.
Happened = tuple[str, ActivityType]


class Seller:
    """A team and what it sells with.

    Args:
        database: Where.
        servers: Its mail servers, which are the people's too.
    """

    def __init__(self, database: Database, servers: Servers) -> None:
        self.database = database
        self.servers = servers
        self.clock = Clock()
        self.user: User

    async def open(self) -> None:
        async with self.database.transaction() as db:
            await self.clock.sync(db)
            await db.execute(
                "INSERT INTO installation (secret_fingerprint, created_at) VALUES ('f', now())"
            )
            _, self.user = await make.team_and_user(db)

    @asynccontextmanager
    async def working(self, oauth: OAuth | None = None) -> AsyncIterator[None]:
        """Have a worker: it sends, reads mailboxes, and does all the rest."""
        desk = Desk(
            worker="wrk_mail",
            database=self.database,
            clock=self.clock,
            vault=make.VAULT,
            guard=GUARD,
            public_url="http://track.test",
            context=self.servers.trusts,
            oauth=oauth or OAuth(),
        )
        courier = Courier(self.database, self.clock, vault=make.VAULT, guard=GUARD)
        worker, stop = Worker(desk, Jobs(self.database), courier, slots=10), asyncio.Event()
        running = asyncio.create_task(worker.run(stop))
        try:
            yield
        finally:
            stop.set()
            await running

    async def add_sender(self, address: str) -> Sender:
        """Add a mailbox that is used by password."""
        self.servers.dovecot.add(address)
        new = NewSender(
            self.user.id,
            addresses.parse(address),
            _as(self.servers.smtp, address),
            _as(self.servers.imap, address),
            name="Jared Dunn",
            limit_per_day=0,
        )
        async with self.database.transaction() as db:
            return await senders.add(
                db, self.user.team_id, new, vault=make.VAULT, now=self.clock.now()
            )

    async def until_read(self, sender: Sender) -> None:
        """Wait until a mailbox was looked into; from then on new mail is told by IDLE."""

        async def is_read() -> bool:
            async with self.database.transaction() as db:
                found = await senders.get(db, sender.team_id, sender.id)
            return found.replies_read_at is not None

        await until(is_read, SECONDS)

    async def start(self, sender: Sender, *people: str) -> Mapping[str, LeadId]:
        """Start a campaign of one mail to some people."""
        team, now = self.user.team_id, self.clock.now()
        async with self.database.transaction() as db:
            campaign = await make.campaign(db, team)
            schedule = (await campaigns.schedules_of(db, team, campaign.id))[0]
            await campaigns.change_schedule(db, team, schedule.id, ALWAYS, now=now)
            await make.step(db, campaign, "Hello {{firstName}}", "<p>May I ask you something?</p>")
            await campaigns.set_senders(db, team, campaign.id, [sender.id], now=now)
            added = await leads.add(db, [_lead(campaign, one) for one in people], now=now)
            await start_campaign(db, team, campaign.id, now=now)
        return {one.email: one.id for one in added if isinstance(one, leads.Lead)}

    async def happened(self) -> set[Happened]:
        async with self.database.transaction() as db:
            return await _happened(db)

    async def until_happened(self, *expected: Happened) -> dict[Happened, float]:
        """Wait until all of it has happened, and give when each was seen by others."""
        seen: dict[Happened, float] = {}

        async def all_of_it() -> bool:
            found = await self.happened()
            seen.update({one: time.time() for one in expected if one in found and one not in seen})
            return len(seen) == len(expected)

        await until(all_of_it, SECONDS)
        return seen

    async def state(self, lead: LeadId) -> LeadState:
        async with self.database.transaction() as db:
            return (await leads.get(db, self.user.team_id, lead)).state

    async def mail_of(self, person: str) -> EmailMessage:
        """Wait until somebody has a mail, and give the newest."""
        await until(lambda: bool(self.servers.dovecot.mails(person)), SECONDS)
        raw = self.servers.dovecot.mails(person)[-1].read_bytes()
        return email.message_from_bytes(raw, policy=email.policy.default)

    async def answer(self, person: str, text: str, *, subject: str = "", name: str = "a") -> None:
        """Let somebody answer the newest mail, in its thread unless a subject is given."""
        mail = await self.mail_of(person)
        answer = EmailMessage()
        answer["From"], answer["To"] = person, mail["From"]
        answer["Subject"] = subject or f"Re: {mail['Subject']}"
        answer["Message-ID"] = f"<{name}.{person}>"
        if not subject:
            answer["In-Reply-To"] = answer["References"] = mail["Message-ID"]
        answer.set_content(text)
        await asyncio.to_thread(self._hand_in, answer)

    def _hand_in(self, mail: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.servers.ports.post) as client:
            client.send_message(mail)

    def arrived_at(self, mailbox: str, about: str) -> float:
        """Give when the newest mail that names somebody lay in a mailbox."""
        mails = self.servers.dovecot.mails(mailbox)
        return max(arrived_at(mail) for mail in mails if about.encode() in mail.read_bytes())


async def _happened(db: Db) -> set[Happened]:
    rows = await db.fetch(
        "SELECT l.email, a.type FROM activities a"
        " JOIN leads l ON l.team_id = a.team_id AND l.id = a.lead_id"
    )
    return {(row[0], ActivityType(row[1])) for row in rows}


def _as(server: Server, login: str) -> Server:
    return structs.replace(server, login=login, password=PASSWORD)


def _lead(campaign: Campaign, person: str) -> NewLead:
    return NewLead(campaign.team_id, campaign.id, addresses.parse(person), {"firstName": "you"})
