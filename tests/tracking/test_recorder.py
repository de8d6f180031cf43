"""Hits that wait: none is lost while there is room and time, and what is lost is counted."""

import asyncio

import pytest

from pomelo.base import metrics
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.base.ids import MessageId
from pomelo.tracking import OPEN, Hit, Recorder
from pomelo.tracking.recorder import BATCH, CALM, WAITING
from tests import make

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def hit(mail: MessageId, location: str = "") -> Hit:
    return Hit(OPEN, mail, "GET", BROWSER, make.NOW, location)


async def opened(database: Database) -> tuple[int, int, int]:
    """How many opens were recorded, how many of them as the first, and what the lead says."""
    async with database.transaction() as db:
        row = await db.fetchrow(
            "SELECT count(*), count(*) FILTER (WHERE is_first),"
            " (SELECT sum(opened_count) FROM leads) FROM activities WHERE type = 'emailsOpened'"
        )
    assert row is not None
    return row[0], row[1], row[2]


def lost() -> float:
    return metrics.REGISTRY.get_sample_value("pomelo_hits_lost_total") or 0


async def test_all_hits_are_recorded_and_one_is_first(database: Database, mail: MessageId) -> None:
    recorder = Recorder(database)

    for _ in range(3 * BATCH):
        await recorder.add(hit(mail))
    await recorder.drain()

    assert await opened(database) == (3 * BATCH, 1, 3 * BATCH)


async def test_hits_wait_until_the_database_is_back(
    postgres: Embedded, database: Database, mail: MessageId
) -> None:
    away = Database(**postgres.options())
    recorder = Recorder(away)
    async with asyncio.timeout(1):  # nobody is slowed down by a database that is away
        for _ in range(CALM + 10):
            await recorder.add(hit(mail))
            await asyncio.sleep(0)

    await away.open()
    await recorder.drain()

    await away.close()
    assert await opened(database) == (CALM + 10, 1, CALM + 10)


async def test_what_cannot_be_recorded_in_time_is_counted_as_lost() -> None:
    before = lost()
    recorder = Recorder(Database())
    for _ in range(7):
        await recorder.add(hit(MessageId("msg_any")))

    await recorder.drain(seconds=0.05)
    await recorder.drain(seconds=0.05)

    assert lost() - before == 7


async def test_beyond_the_room_the_newest_are_lost() -> None:
    before = lost()
    recorder = Recorder(Database())

    for _ in range(WAITING + 3):
        await recorder.add(hit(MessageId("msg_any")))

    assert lost() - before == 3
    await recorder.drain(seconds=0)


async def test_a_hit_that_the_database_refuses_is_lost_alone(
    database: Database, mail: MessageId
) -> None:
    before = lost()
    recorder = Recorder(database)

    for one in (hit(mail), hit(mail, location="\0"), hit(mail)):
        await recorder.add(one)
    await recorder.drain()

    assert lost() - before == 1
    assert await opened(database) == (2, 1, 2)


@pytest.mark.parametrize("agent", ["curl/8.5.0", BROWSER])
async def test_a_hit_on_a_mail_that_nobody_knows_is_nothing(database: Database, agent: str) -> None:
    before = lost()
    recorder = Recorder(database)

    await recorder.add(Hit(OPEN, MessageId("msg_unknown"), "GET", agent, make.NOW))
    await recorder.drain()

    assert lost() == before
    async with database.transaction() as db:
        assert await db.fetchval("SELECT count(*) FROM activities") == 0
