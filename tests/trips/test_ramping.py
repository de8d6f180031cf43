"""What a new mailbox sends each day, counted where it arrives."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from pomelo import senders
from pomelo.base.db import Database
from pomelo.senders import Changes
from tests.wire import PostOffice

HOUR = timedelta(hours=1)


@pytest.fixture
async def post(database: Database, now: datetime) -> AsyncIterator[PostOffice]:
    made = PostOffice(database, now)
    await made.open(limit=8)
    yield made
    await made.close()


async def test_a_mailbox_that_ramps_up_sends_more_each_day_up_to_its_limit(
    post: PostOffice,
) -> None:
    async with post.database.transaction() as db:
        changes, now = Changes(ramp_per_day=3), post.clock.now()
        await senders.change(db, post.team.id, post.sender.id, changes, now=now)
    for number in range(40):
        await post.add(f"lead{number}@hooli.com")

    arrived: list[int] = []
    for _ in range(5):
        before = len(post.sink.mails)
        for _ in range(24):
            await post.work()
            post.clock.forward(HOUR)
        arrived.append(len(post.sink.mails) - before)

    assert arrived == [3, 6, 8, 8, 8]
