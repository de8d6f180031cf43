"""A stop that was answered is obeyed: no DATA whose leave was committed after the answer."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from pomelo import activities, unsubscribes
from pomelo.base import addresses
from pomelo.base.db import Database
from pomelo.demo.sink import Act, Script, Stage
from tests.chaos.exits import WAYS
from tests.chaos.leaving import race
from tests.wire import PostOffice

ROUNDS = 500


@pytest.fixture
async def office(database: Database, now: datetime) -> AsyncIterator[PostOffice]:
    # Every RCPT takes a moment, so that stops meet mails at all stages.
    slow = Script(Stage.RCPT, Act.DELAY, seconds=0.002)
    made = PostOffice(database, now, script=lambda _: slow)
    await made.open()
    yield made
    await made.close()


async def test_unsubscribing_wins_against_every_mail_not_yet_at_data(office: PostOffice) -> None:
    """500 people unsubscribe at random moments while a worker writes to them."""
    people = [f"lead{number}@hooli.com" for number in range(ROUNDS)]
    await office.add_many(ROUNDS)
    answered_at: dict[str, datetime] = {}
    few = asyncio.Semaphore(20)

    async def leave(person: str) -> None:
        await asyncio.sleep(random.Random(person).uniform(0, 2.5))
        async with few, office.database.transaction() as db:
            await activities.unsubscribe(
                db,
                office.team.id,
                [addresses.parse(person)],
                source=unsubscribes.Source.LEAD,
                now=office.clock.now(),
            )
        answered_at[person] = office.clock.now()

    office.clock.runs()
    await asyncio.gather(office.work(), *(leave(person) for person in people))
    await office.work()

    async with office.database.transaction() as db:
        rows = await db.fetch("SELECT recipient, data_at FROM messages WHERE data_at IS NOT NULL")
    begun: dict[str, datetime] = {row["recipient"]: row["data_at"] for row in rows}
    assert set(begun) == {mail.recipients[0] for mail in office.sink.mails}
    late = [person for person, at in begun.items() if at > answered_at[person]]
    assert late == []
    assert 0 < len(begun) < ROUNDS  # both kinds happened, so the race was a race
    states = await office.states()
    assert states["sent"] == len(begun)
    assert states.keys() <= {"sent", "deferred"}  # a slow machine may have put one off before


async def test_whoever_left_by_api_link_mail_or_hook_gets_no_mail_that_had_not_begun(
    database: Database,
) -> None:
    found = await race(database, each=10)

    assert (found.late, found.astray) == ([], set())
    assert found.slowest <= timedelta(seconds=1)
    assert found.answered == dict.fromkeys(WAYS, 10)
