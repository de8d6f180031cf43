"""1,000 random campaigns do what a naive reading of them says, event for event."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings

from pomelo.base.db import Database
from tests.conftest import EMPTY_ALL
from tests.hooks.receiver import Receiver, receiving
from tests.trips import naive
from tests.trips.plays import Play, plays
from tests.trips.stage import Stage

pytestmark = pytest.mark.chaos


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as one:
        yield one


@settings(
    max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(plays)
async def test_what_goes_out_is_what_a_naive_reading_says(
    database: Database, now: datetime, receiver: Receiver, play: Play
) -> None:
    async with database.transaction() as db:
        await db.execute(EMPTY_ALL)

    assert await Stage(database, now, receiver, play).perform() == naive.perform(play)
