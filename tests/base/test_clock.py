"""The clock: the database's time, and a fast one that all processes share."""

from datetime import UTC, datetime, timedelta

from pomelo.base.clock import Clock
from pomelo.base.db import Db

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def test_a_fast_clock_lags_before_its_start_and_runs_ahead_after_it() -> None:
    real = datetime.now(UTC)

    before = Clock(60.0, real + HOUR).now()
    after = Clock(60.0, real - HOUR).now()

    assert timedelta(0) <= before - (real - 59 * HOUR) < 600 * SECOND
    assert timedelta(0) <= after - (real + 59 * HOUR) < 600 * SECOND


async def test_two_processes_with_one_start_show_the_same_fast_time(db: Db) -> None:
    start = datetime.now(UTC) - HOUR
    one, other = Clock(3600.0, start), Clock(3600.0, start)

    await one.sync(db)
    await other.sync(db)

    assert abs(other.now() - one.now()) < 3600 * SECOND


async def test_the_first_sync_reads_the_database_whether_a_start_is_given_or_not(db: Db) -> None:
    for clock in (Clock(), Clock(1.0, datetime(2020, 1, 1, tzinfo=UTC))):
        clock._real = datetime(2000, 1, 1, tzinfo=UTC)

        await clock.sync(db)

        truth: datetime = await db.fetchval("SELECT clock_timestamp()")
        assert abs(clock.now() - truth) < SECOND
