"""A person's answer goes out once, whatever happens to the worker or to the server's reply."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from pomelo import delivery, messages
from pomelo.base.db import Database
from pomelo.base.failpoint import Failpoint
from pomelo.base.jobs import Jobs
from pomelo.delivery import Singles
from pomelo.demo.sink import Act, Script, Stage
from pomelo.hooks import Courier
from pomelo.messages import Resolution
from pomelo.worker import Worker
from tests import make
from tests.answering import RICHARD, Answering

DAY = timedelta(days=1)


@pytest.fixture
async def office(database: Database, now: datetime) -> AsyncIterator[Answering]:
    made = Answering(database, now)
    yield made
    await made.close()


@pytest.mark.parametrize("resolution", Resolution)
async def test_an_answer_in_doubt_is_held_shown_and_ended_by_a_person(
    office: Answering, resolution: Resolution
) -> None:
    await office.open_with()
    office.script[RICHARD] = Script(Stage.DOT, Act.DROP, times=1)
    message = await office.write()
    await office.carry()
    office.clock.forward(DAY)
    await office.work()
    await office.carry()
    async with office.database.transaction() as db:
        (doubtful,) = await messages.list_doubtful(db, office.team.id, 0, 10)
        await delivery.resolve(db, office.team.id, message, resolution, now=office.clock.now())
    await office.carry()

    assert doubtful.id == message
    arrived = [mail for mail in office.mails(RICHARD) if mail["Message-ID"] == doubtful.header_id]
    assert len(arrived) == (1 if resolution is Resolution.SENT else 2)
    assert await office.standing(message) == "sent"
    # The follow-up did not wait for it.
    assert await office.types() == ["emailsSent"] * 3
    assert await office.queue() == 0


async def test_a_worker_that_dies_before_data_loses_nothing(office: Answering) -> None:
    await office.open_with()
    message = await office.write()
    async with office.database.transaction() as db:
        await db.execute(
            "UPDATE single_mails SET fence = 1, leased_until = $1", office.clock.now() + DAY
        )
        await db.execute(
            "UPDATE messages SET state = 'sending', fence = 1, attempts = 1 WHERE id = $1", message
        )

    await office.carry()
    assert len(office.mails(RICHARD)) == 1
    office.clock.forward(DAY)
    await office.carry(Singles(office.desk))

    assert len(office.mails(RICHARD)) == 2
    assert await office.standing(message) == "sent"


async def test_a_worker_that_dies_after_data_leaves_a_doubt(office: Answering) -> None:
    await office.open_with()
    message = await office.write()
    async with office.database.transaction() as db:
        await db.execute("UPDATE single_mails SET fence = 1, leased_until = $1", office.clock.now())
        await db.execute(
            "UPDATE messages SET state = 'sending', fence = 1, attempts = 1, data_at = $2"
            " WHERE id = $1", message, office.clock.now(),
        )  # fmt: skip

    await office.carry()

    assert len(office.mails(RICHARD)) == 1
    assert await office.standing(message) == "uncertain"


class Dies(Failpoint):
    """A worker that dies at a point, as far as anybody else can tell."""

    def __call__(self, name: str) -> None:
        if name == self.point:
            raise SystemError(name)

    def __init__(self, point: str) -> None:
        super().__init__("")
        self.point = point


@pytest.mark.parametrize(
    ("point", "arrived", "state"),
    [
        ("after_intent", 1, "sent"),
        ("before_data", 1, "sent"),
        ("after_leave", 0, "uncertain"),
        ("after_data", 1, "uncertain"),
        ("after_record", 1, "sent"),
    ],
)
async def test_whenever_a_worker_dies_an_answer_goes_once_or_is_in_doubt(
    office: Answering, point: str, arrived: int, state: str
) -> None:
    await office.open_with()
    message = await office.write()
    dying = Singles(replace(office.desk, failpoint=Dies(point)))

    await office.carry(dying)
    office.clock.forward(DAY)
    await office.carry()
    await dying.finish()

    assert len(office.mails(RICHARD)) == 1 + arrived
    assert await office.standing(message) == state


async def test_a_running_worker_sends_it_within_seconds(office: Answering) -> None:
    await office.open_with(("Hello", "<p>Hi</p>"))
    office.runs()
    courier = Courier(office.database, office.clock, vault=make.VAULT, guard=office.desk.guard)
    worker, stop = Worker(office.desk, Jobs(office.database), courier, slots=2), asyncio.Event()
    running = asyncio.create_task(worker.run(stop))

    message = await office.write()
    try:
        async with asyncio.timeout(10):
            while await office.standing(message) != "sent":
                await asyncio.sleep(0.05)
    finally:
        stop.set()
        await running

    assert len(office.mails(RICHARD)) == 2
