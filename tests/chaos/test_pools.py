"""50 random pools of senders, 30 virtual days each: no limit, gap, hour or rule is passed."""

from datetime import datetime

import pytest

from pomelo.base.db import Database
from tests.chaos.kills import tell
from tests.trips.pools import Pool

pytestmark = pytest.mark.chaos


@pytest.mark.parametrize("seed", range(100, 150))
async def test_no_random_pool_passes_a_limit(database: Database, now: datetime, seed: int) -> None:
    pool = Pool(database, now, seed)
    await pool.open()

    await pool.run(days=30)
    await pool.post.close()

    tell(f"pool {seed}", senders=len(pool.rules), mails=len(pool.seen))
    assert list(pool.faults()) == []
