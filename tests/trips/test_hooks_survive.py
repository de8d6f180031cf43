"""A worker is killed between a receiver's answer and the note of it; the long form is chaos."""

from datetime import datetime

from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from tests.chaos.telling import AT_ONCE, scene


async def test_what_was_under_way_is_told_again_under_the_same_id(
    postgres: Embedded, database: Database, now: datetime
) -> None:
    async with scene(postgres, database, now, receivers=1) as here:
        await here.kill_at(passing=7, people=10)

        account = await here.account()

    assert (account.expected, account.lost, account.changed) == (20, 0, 0)
    assert 1 <= account.repeated <= AT_ONCE
