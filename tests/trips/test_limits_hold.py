"""No limit, gap, hour or contact rule is passed, by the people's server's own log."""

from datetime import datetime, timedelta

import pytest

from pomelo import campaigns, senders
from pomelo.base.db import Database
from tests.trips.conftest import Open
from tests.trips.pools import Pool


@pytest.mark.parametrize("seed", range(2))
async def test_no_random_pool_passes_a_limit(database: Database, now: datetime, seed: int) -> None:
    pool = Pool(database, now, seed)
    await pool.open()

    await pool.run(days=8)
    await pool.post.close()

    assert pool.seen
    assert list(pool.faults()) == []


async def test_a_slow_server_carries_no_mail_out_of_the_hours(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    async with post.database.transaction() as db:
        await db.execute("UPDATE schedules SET end_time = '10:00'")  # the post office opens at 9
    object.__setattr__(post.desk, "lease_seconds", 86_400.0)  # as if it were renewed meanwhile
    post.sink._on_mail = lambda _: post.clock.forward(timedelta(minutes=25))
    await post.add_many(5)

    await post.work()
    that_day = len(post.sink.mails)
    post.clock.forward(timedelta(days=1, hours=-2))
    await post.work()

    assert (that_day, len(post.sink.mails)) == (3, 5)


async def test_a_mailbox_that_is_deleted_and_added_again_has_one_day(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"), limit=2)
    await post.add_many(6)
    await post.work()
    async with post.database.transaction() as db:
        await campaigns.pause(db, post.team.id, post.campaign.id)
        await senders.delete(db, post.team.id, post.sender.id, now=post.clock.now())
        again = await post.add_sender(db, post.sender.email, limit=2)
        await post.start(db, again)

    await post.work()
    that_day = len(post.sink.mails)
    post.clock.forward(timedelta(days=1))
    await post.work()

    assert (that_day, len(post.sink.mails)) == (2, 4)
