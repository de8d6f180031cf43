"""`kill -9` of a worker that tells hooks: no receiver misses anything, and repeats are few."""

import random
from datetime import datetime

import pytest

from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from tests.chaos.kills import tell
from tests.chaos.telling import AT_ONCE, scene

KILLS = 10
RECEIVERS = 3
PEOPLE = 50


@pytest.mark.chaos
async def test_killed_workers_lose_nothing_that_hooks_are_to_be_told(
    postgres: Embedded, database: Database, now: datetime
) -> None:
    places = random.Random(20260310)
    async with scene(postgres, database, now, receivers=RECEIVERS) as here:
        for _ in range(KILLS):
            await here.kill_at(places.randint(1, 2 * PEOPLE), PEOPLE)

        account = await here.account()

    assert (account.lost, account.changed) == (0, 0)
    assert account.expected == KILLS * PEOPLE * 2
    assert account.repeated <= KILLS * RECEIVERS * AT_ONCE
    tell(
        "kill -9 of a worker that tells hooks", kills=KILLS, receivers=RECEIVERS,
        told=account.expected * RECEIVERS, lost=0, repeated_same_id=account.repeated,
    )  # fmt: skip
