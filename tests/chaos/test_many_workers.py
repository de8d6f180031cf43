"""Several workers on one PostgreSQL: no step is sent twice, and all of them are sent."""

import asyncio

import pytest

from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from tests.chaos.kills import tell
from tests.chaos.post import post

PEOPLE = 1_000
SENDERS = 6


@pytest.mark.chaos
@pytest.mark.parametrize("workers", [2, 4])
async def test_workers_send_every_step_once(
    postgres: Embedded, database: Database, workers: int
) -> None:
    async with post(postgres, database, senders=SENDERS) as office:
        await office.add_people(PEOPLE)
        running = [
            office.start_worker(POMELO_LEASE_SECONDS="60", POMELO_SENDER_SLOTS="1")
            for _ in range(workers)
        ]
        busy = asyncio.create_task(seen_at_work(database, workers))

        ended = await office.books()
        assert all(worker.is_alive for worker in running)
        seen = await busy

    assert (ended.lost, ended.repeated, ended.strange, ended.uncertain) == ([], {}, [], frozenset())
    assert len(ended.accepted) == PEOPLE * ended.steps
    assert len(seen) == workers  # so that the race was one
    tell(
        f"{workers} workers", senders=SENDERS, people=PEOPLE, steps=ended.steps,
        mails=len(ended.accepted), lost=0, sent_twice=0, workers_that_sent=len(seen),
    )  # fmt: skip


async def seen_at_work(database: Database, workers: int) -> set[str]:
    """Watch who holds senders, until all workers were seen or nothing is due."""
    seen: set[str] = set()
    while len(seen) < workers:
        async with database.transaction(readonly=True) as db:
            left = await db.fetchval("SELECT count(*) FROM leads WHERE due_at IS NOT NULL")
            rows = await db.fetch("SELECT claimed_by FROM senders WHERE claimed_by IS NOT NULL")
        seen |= {row[0] for row in rows}
        if not left:
            break
        await asyncio.sleep(0.01)
    return seen
