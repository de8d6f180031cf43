"""Group commit: one transaction for many, an outcome for each, nobody answered before COMMIT."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import pytest

from pomelo.base.db import Database, Db
from pomelo.base.errors import Invalid, PomeloError
from pomelo.base.groupcommit import GroupCommit
from pomelo.base.silence import NoAnswer


class Rows:
    """Writes numbers into a scratch table and remembers the sizes of its batches."""

    def __init__(self) -> None:
        self.batches: list[int] = []

    async def write(self, db: Db, numbers: Sequence[int]) -> list[int | PomeloError]:
        await db.execute("CREATE TABLE IF NOT EXISTS scratch (n integer CHECK (n <> 13))")
        await db.executemany("INSERT INTO scratch VALUES ($1)", [(number,) for number in numbers])
        return [Invalid("odd one") if number == 7 else number * 2 for number in numbers]


@pytest.fixture
async def rows(database: Database) -> AsyncIterator[Rows]:
    yield Rows()
    async with database.transaction() as db:
        await db.execute("DROP TABLE IF EXISTS scratch")


async def test_each_caller_gets_its_own_outcome_and_few_transactions_serve_many(
    database: Database, rows: Rows
) -> None:
    commit = GroupCommit(database, rows.write, rows.batches.append)

    outcomes = await asyncio.gather(*(commit.submit(number) for number in range(20, 320)))

    assert outcomes == [number * 2 for number in range(20, 320)]
    assert sum(rows.batches) == 300
    assert len(rows.batches) < 10


async def test_an_answered_write_is_committed(database: Database, rows: Rows) -> None:
    commit = GroupCommit(database, rows.write)

    await commit.submit(1)

    async with database.transaction() as db:
        assert await db.fetchval("SELECT count(*) FROM scratch WHERE n = 1") == 1


async def test_a_refused_item_is_refused_alone(database: Database, rows: Rows) -> None:
    commit = GroupCommit(database, rows.write)

    outcomes = await asyncio.gather(
        *(commit.submit(number) for number in (6, 7, 8)), return_exceptions=True
    )

    assert outcomes[0] == 12
    assert isinstance(outcomes[1], Invalid)
    assert outcomes[2] == 16


async def test_an_item_the_database_refuses_leaves_its_neighbours_alone(
    database: Database, rows: Rows
) -> None:
    commit = GroupCommit(database, rows.write)
    await commit.submit(1)  # the table exists from here on

    outcomes = await asyncio.gather(
        *(commit.submit(number) for number in (12, 13, 14)), return_exceptions=True
    )

    assert outcomes[0] == 24
    assert isinstance(outcomes[1], Exception)
    assert outcomes[2] == 28


async def test_a_caller_who_leaves_does_not_disturb_the_others(
    database: Database, rows: Rows
) -> None:
    commit = GroupCommit(database, rows.write)
    leaver = asyncio.create_task(commit.submit(1))
    stayer = asyncio.create_task(commit.submit(2))
    await asyncio.sleep(0)

    leaver.cancel()

    assert await stayer == 4


async def test_who_gathers_waits_for_as_many_as_came_together_before(
    database: Database, rows: Rows
) -> None:
    commit = GroupCommit(database, rows.write, rows.batches.append, gather_seconds=30)
    await asyncio.gather(commit.submit(1), commit.submit(2))

    first = asyncio.create_task(commit.submit(3))
    await asyncio.wait([first], timeout=0.05)
    was_written = first.done()
    await asyncio.gather(first, commit.submit(4))

    assert not was_written
    assert rows.batches == [2, 2]


async def test_who_gathers_waits_no_longer_than_was_said(database: Database, rows: Rows) -> None:
    commit = GroupCommit(database, rows.write, rows.batches.append, gather_seconds=0.01)
    await asyncio.gather(commit.submit(1), commit.submit(2))

    await asyncio.gather(commit.submit(3))

    assert rows.batches == [2, 1]


async def test_who_came_while_nothing_answered_does_not_wait_as_long_again(
    database: Database, rows: Rows
) -> None:
    tried: list[int] = []
    commit = GroupCommit(database.within(0.2), rows.write, tried.append)

    async with AsyncExitStack() as all_taken:
        for _ in range(40):  # as many connections as the tests' pool has
            await all_taken.enter_async_context(database.transaction())
        first = commit.enqueue(1)
        while not tried:
            await asyncio.sleep(0)
        outcomes = await asyncio.gather(first, commit.submit(2), return_exceptions=True)

    assert [type(one) for one in outcomes] == [NoAnswer, NoAnswer]
    assert tried == [1]  # nobody was made to wait for a second turn
