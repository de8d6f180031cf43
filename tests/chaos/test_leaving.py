"""Four ways to leave, 2,000 people, two workers: nobody gets a mail that began after the answer."""

from datetime import timedelta

import pytest

from pomelo.base.db import Database
from tests.chaos.exits import WAYS
from tests.chaos.kills import tell
from tests.chaos.leaving import race

EACH = 500
SECOND = timedelta(seconds=1)


@pytest.mark.chaos
async def test_whoever_left_by_any_way_gets_no_mail_that_had_not_begun(database: Database) -> None:
    found = await race(database, each=EACH, workers=2)

    assert (found.late, found.astray) == ([], set())
    assert found.slowest <= SECOND
    assert found.answered == dict.fromkeys(WAYS, EACH)
    # Both kinds happened, so the race was a race.
    assert all(0 < found.begun[way] < EACH for way in WAYS), found.begun
    tell(
        "left while two workers wrote", people=found.answered.total(), late=0,
        slowest_data=f"{found.slowest.total_seconds():.3f}s",
        **{f"begun_before_{way}": found.begun[way] for way in WAYS},
    )  # fmt: skip
