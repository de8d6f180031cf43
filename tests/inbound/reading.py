"""A worker that reads the mailbox of a sender, whose server is scripted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from pomelo import senders
from pomelo.base import clock
from pomelo.base.db import Database
from pomelo.base.loops import run_loop
from pomelo.base.outgoing import Guard, parse_networks
from pomelo.delivery import Desk
from pomelo.inbound import Mailboxes, Pace
from pomelo.senders import Changes, OAuth, Replies, Server, TlsMode
from tests import make
from tests.inbound import imapsim, letters, sent
from tests.inbound.imapsim import Account
from tests.inbound.sent import NOW, Sent
from tests.wire import HandClock

# As in life, but quick.
PACE = Pace(connect=2, answer=15, talk=20, look=30, poll=0.05, again=0.01, refused=0.5, longest=0.2)


def desk(
    database: Database,
    worker: str = "wrk_reader",
    oauth: OAuth | None = None,
    clock: HandClock | None = None,
) -> Desk:
    return Desk(
        worker=worker,
        database=database,
        clock=clock or HandClock(NOW),
        vault=make.VAULT,
        guard=Guard(parse_networks("127.0.0.0/8")),
        public_url="http://track.test",
        lease_seconds=5,
        oauth=oauth or OAuth(),
    )


async def connect(database: Database, sent: Sent, account: Account) -> None:
    """Say that the sender's replies are read there."""
    server = Server("127.0.0.1", account.port, TlsMode.NONE, imapsim.LOGIN, imapsim.PASSWORD)
    async with database.transaction() as db:
        await senders.set_imap(db, sent.team.id, sent.sender.id, server, vault=make.VAULT)
        await senders.change(
            db, sent.team.id, sent.sender.id, Changes(replies=Replies.IMAP), now=NOW
        )


@asynccontextmanager
async def reading(
    database: Database,
    pace: Pace = PACE,
    worker: str = "wrk_reader",
    oauth: OAuth | None = None,
    clock: HandClock | None = None,
) -> AsyncIterator[Desk]:
    """Let a worker read mailboxes meanwhile; its clock runs."""
    tools, stop = desk(database, worker, oauth, clock), asyncio.Event()
    mailboxes = Mailboxes(tools, slots=50, pace=pace)

    async def work_once() -> bool:
        tools.clock.forward(timedelta(seconds=0.05))  # type: ignore[attr-defined]
        return await mailboxes.work_once()

    async def renew() -> bool:
        await mailboxes.renew()
        return False

    loops = asyncio.gather(
        run_loop("mailboxes", work_once, stop, rest_seconds=0.05),
        run_loop("mailbox claims", renew, stop, rest_seconds=0.25),
    )
    try:
        yield tools
    finally:
        stop.set()
        await loops
        await mailboxes.finish()


async def until(
    holds: Callable[[], Awaitable[bool]] | Callable[[], bool], seconds: float = 60
) -> None:
    """Wait until something is so."""
    ends_at = clock.monotonic() + seconds
    while True:
        found = holds()
        if await found if isinstance(found, Awaitable) else found:
            return
        assert clock.monotonic() < ends_at, "it did not come to that"
        await asyncio.sleep(0.03)


async def kept(database: Database, ours: Sent) -> list[tuple[str, str]]:
    async with database.transaction() as db:
        return sorted(await ours.kept(db))


async def was_read(database: Database, ours: Sent) -> bool:
    async with database.transaction() as db:
        return (await senders.get(db, ours.team.id, ours.sender.id)).replies_read_at is not None


async def first_look(database: Database, ours: Sent) -> None:
    async def has_looked() -> bool:
        return await was_read(database, ours)

    await until(has_looked)


async def until_kept(database: Database, ours: Sent, count: int = 1) -> None:
    async def are_kept() -> bool:
        return len(await kept(database, ours)) >= count

    await until(are_kept)


def reply(ours: Sent, number: int = 0) -> bytes:
    """An answer to our mail, each with a name of its own."""
    return (
        f"From: <{letters.LEAD}>\r\nTo: <{ours.sender.email}>\r\nSubject: Re: {sent.SUBJECT}\r\n"
        f"Message-ID: <answer.{number}@lead.example>\r\nIn-Reply-To: {ours.message.header_id}\r\n"
        f"\r\nMay is free, {number}.\r\n"
    ).encode()
