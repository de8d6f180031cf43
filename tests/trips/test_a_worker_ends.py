"""However a worker ends, what is under way is finished first, and it leaves the others."""

import asyncio

import pytest

from pomelo.base.jobs import Jobs
from pomelo.demo.sink import Act, Script, Stage
from pomelo.hooks import Courier
from pomelo.worker import Worker
from tests import make
from tests.trips.conftest import Open


class Fails(Jobs):
    """A part of the worker that fails as soon as it is told to."""

    def __init__(self) -> None:
        self.told = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        await self.told.wait()
        raise LookupError("a fault of ours")


async def test_when_one_part_fails_the_others_end_in_order(office: Open) -> None:
    post = await office(script=lambda _: Script(Stage.DOT, Act.DELAY, seconds=0.5))
    await post.add("richard@hooli.com")
    jobs, stop = Fails(), asyncio.Event()
    courier = Courier(post.database, post.clock, vault=make.VAULT, guard=post.desk.guard)
    running = asyncio.create_task(Worker(post.desk, jobs, courier, slots=2).run(stop))
    async with asyncio.timeout(10):
        while not await post.states():
            await asyncio.sleep(0.01)

    jobs.told.set()
    with pytest.raises(LookupError, match="a fault of ours"):
        await running

    assert stop.is_set()
    assert await post.states() == {"sent": 1}
    async with post.database.transaction() as db:
        assert await db.fetchval("SELECT count(*) FROM workers") == 0
