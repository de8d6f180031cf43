"""People who leave while a worker writes to them, and what still came."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

from pomelo import hooks, teams
from pomelo.api.call import AppState
from pomelo.api.tracking import Tracker
from pomelo.app import build
from pomelo.base.clock import monotonic
from pomelo.base.db import Database
from pomelo.base.loops import run_loop
from pomelo.demo.sink import Act, Script, Stage
from pomelo.hooks import Courier, NewHook
from pomelo.inbound import Reader
from tests import make
from tests.api.wires import running
from tests.chaos.exits import SIGNER, WAYS, Exit, Goodbye, Person
from tests.hooks.office import HERE
from tests.hooks.receiver import Receiver, receiving
from tests.wire import PostOffice

DAYS_BEFORE = timedelta(days=2)
# Every RCPT takes a moment, so that who leaves meets mails at all stages.
SLOW = Script(Stage.RCPT, Act.DELAY, seconds=0.002)
FIRST = """
SELECT recipient AS email, lead_id, id AS message, header_id FROM messages
WHERE sequence_step = 0 AND state = 'sent' ORDER BY id
"""
SECOND = """
SELECT id, recipient, data_at FROM messages WHERE sequence_step = 1 AND data_at IS NOT NULL
"""


@dataclass(frozen=True)
class Account:
    """What the mail server got, held against what people were told.

    Args:
        late: Who got a mail whose leave was committed after the answer.
        astray: Whose mail came without a leave or twice, or had one and did not come.
        begun: How many second mails were under way before the answer, by way.
        answered: How many people were told, by way.
        slowest: The longest that any DATA came after its leave.
    """

    late: list[str]
    astray: set[str]
    begun: Counter[str]
    answered: Counter[str]
    slowest: timedelta


async def race(database: Database, *, each: int, workers: int = 1) -> Account:
    """Let so many people leave by each way, at random moments while their second mail is due.

    Args:
        database: Where.
        each: How many people take each way.
        workers: How many workers write to them.
    """
    office = PostOffice(database, datetime.now(UTC) - DAYS_BEFORE, script=lambda _: SLOW)
    async with AsyncExitStack() as open_:
        open_.push_async_callback(office.close)
        await office.open(("Hello", "<p>Hi</p>"), ("", "<p>Hi again</p>"))
        await office.add_many(each * len(WAYS))
        began = monotonic()
        await office.work()
        took = monotonic() - began
        people = await _people(database)
        assert len(people) == each * len(WAYS)
        office.runs()
        exit_ = await open_.enter_async_context(_exit(office))
        others = [office.another_worker() for _ in range(workers - 1)]
        chance = random.Random(each)
        await asyncio.gather(
            *(office.work(worker) for worker in (None, *others)),
            *(exit_.leave(person, chance.uniform(0, took)) for person in people),
        )
        await office.work()
        return await _account(office, people, exit_.goodbyes)


async def _people(database: Database) -> list[Person]:
    async with database.transaction(readonly=True) as db:
        rows = await db.fetch(FIRST)
    return [Person(**dict(row), way=WAYS[place % len(WAYS)]) for place, row in enumerate(rows)]


@asynccontextmanager
async def _exit(office: PostOffice) -> AsyncIterator[Exit]:
    """Open all the ways: a server, and a receiver of hooks that is told by a courier."""
    async with AsyncExitStack() as open_:
        tracker = Tracker(office.database, SIGNER)
        state = AppState(
            office.database, office.clock, "http://track.test", parts={Tracker: tracker}
        )
        port = await open_.enter_async_context(running(build(state, rate_limit=0)))
        base = f"http://127.0.0.1:{port}"
        key = ("", await _key(office))
        http = await open_.enter_async_context(httpx.AsyncClient(base_url=base, auth=key))
        public = await open_.enter_async_context(httpx.AsyncClient(base_url=base))
        reader = Reader()
        open_.push_async_callback(reader.close)
        exit_ = Exit(office, http, public, reader)
        receiver = await open_.enter_async_context(receiving(exit_.hear))
        await open_.enter_async_context(_told(office, receiver))
        yield exit_


async def _key(office: PostOffice) -> str:
    async with office.database.transaction() as db:
        user = (await teams.list_users(db, office.team.id))[0]
        now = office.clock.now()
        key = await teams.create_key(db, office.team.id, user=user.id, name="race", now=now)
    return key.text


@asynccontextmanager
async def _told(office: PostOffice, receiver: Receiver) -> AsyncIterator[None]:
    """Let a receiver be told of opens meanwhile."""
    new = NewHook(target_url=receiver.url, type="emailsOpened")
    now = office.clock.now()
    async with office.database.transaction() as db:
        await hooks.add(db, office.team.id, new, vault=make.VAULT, now=now)
    courier = Courier(office.database, office.clock, vault=make.VAULT, guard=HERE)
    stop = asyncio.Event()
    telling = asyncio.create_task(run_loop("hooks", courier.work_once, stop, rest_seconds=0.01))
    try:
        yield
    finally:
        stop.set()
        await telling
        await courier.finish(within_seconds=5)


async def _account(
    office: PostOffice, people: list[Person], goodbyes: dict[str, Goodbye]
) -> Account:
    async with office.database.transaction(readonly=True) as db:
        rows = await db.fetch(SECOND)
    leaves = {row["recipient"]: row for row in rows}
    way = {person.email: person.way for person in people}
    # The sink counts by the monotonic clock.
    zero = office.clock.now() - timedelta(seconds=monotonic())
    second = office.sink.mails[len(people) :]
    arrived = Counter(mail.recipients[0] for mail in second)
    came = {mail.recipients[0]: zero + timedelta(seconds=mail.began_at) for mail in second}
    late = [
        email
        for email, row in leaves.items()
        if row["id"] not in goodbyes[email].begun or row["data_at"] > goodbyes[email].at
    ]
    waits = [at - leaves[email]["data_at"] for email, at in came.items() if email in leaves]
    return Account(
        late=late,
        astray=set(leaves) ^ set(came) | {email for email, times in arrived.items() if times > 1},
        begun=Counter(way[email] for email in leaves),
        answered=Counter(way[email] for email in goodbyes),
        slowest=max(waits, default=timedelta()),
    )
