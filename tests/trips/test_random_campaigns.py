"""Random campaigns do what a naive reading of them says, event for event (1,000 in make chaos)."""

from datetime import datetime

from hypothesis import HealthCheck, given, settings

from pomelo.base.db import Database
from tests.trips.plays import Play, plays
from tests.trips.stage import check


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(plays)
async def test_what_goes_out_is_what_a_naive_reading_says(
    database: Database, now: datetime, play: Play
) -> None:
    await check(database, now, play)
