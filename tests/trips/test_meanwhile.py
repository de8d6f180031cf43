"""What changes, and what is lost, while a mail is being handed over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta

import pytest

from pomelo import campaigns, leads, sequences
from pomelo.base.db import Database, Db
from pomelo.base.errors import Unavailable
from pomelo.demo.sink import Act, Script, Stage
from tests.trips.conftest import Open
from tests.wire import PostOffice

RICHARD = "richard@piedpiper.com"
PEOPLE = [f"lead{number}@hooli.com" for number in range(6)]
DAY = timedelta(days=1)
HANDED_OVER = "SELECT count(*) FROM messages WHERE data_at IS NOT NULL"
WRITTEN_HERE = (
    "SELECT EXISTS (SELECT FROM messages WHERE xmin = pg_current_xact_id_if_assigned()::xid AND"
)
ON_THE_WAY = f"{WRITTEN_HERE} data_at IS NOT NULL AND state = 'sending')"
ENDED = f"{WRITTEN_HERE} state = 'sent')"


class Forgetful(Database):
    """A database whose connection is lost at one COMMIT, before it or after.

    Args:
        true: The database behind it.
        at: Asks whether a transaction has done something; the first that has is the one.
        is_kept: Whether what it wrote is there afterwards.
    """

    def __init__(self, true: Database, *, at: str, is_kept: bool) -> None:
        self._true, self._at, self._is_kept = true, at, is_kept
        self.has_lost = False

    @asynccontextmanager
    async def transaction(self, *, readonly: bool = False) -> AsyncIterator[Db]:
        is_it = False
        async with self._true.transaction(readonly=readonly) as db:
            yield db
            is_it = not self.has_lost and await db.fetchval(self._at)
            self.has_lost = self.has_lost or is_it
            if is_it and not self._is_kept:
                raise Unavailable
        if is_it:
            raise Unavailable


@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize("at", [ON_THE_WAY, ENDED], ids=["leave", "end"])
async def test_a_connection_lost_at_a_commit_leaves_no_mail_in_doubt(
    database: Database, now: datetime, at: str, is_kept: bool
) -> None:
    lossy = Forgetful(database, at=at, is_kept=is_kept)
    post = PostOffice(lossy, now)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(post.close)
        await post.open()
        for person in PEOPLE:
            await post.add(person)

        await post.work()

        assert lossy.has_lost
        assert sorted(mail.recipients[0] for mail in post.sink.mails) == PEOPLE
        assert await post.states() == {"sent": len(PEOPLE)}


async def test_a_step_deleted_while_its_mail_is_handed_over_makes_nobody_miss_the_next(
    office: Open,
) -> None:
    slow = Script(Stage.DOT, Act.DELAY, seconds=0.2, times=1)
    post = await office(("One", "<p>1</p>"), ("Two", "<p>2</p>"), script={RICHARD: slow})
    await post.add(RICHARD)
    await post.deliverer.work_once()
    while not await post.database.retrying(lambda db: db.fetchval(HANDED_OVER)):
        await asyncio.sleep(0.005)

    await delete_first_step(post)
    await post.work()
    post.clock.forward(2 * DAY)
    await post.work()

    assert [mail["Subject"] for mail in post.mails(RICHARD)] == ["One", "Re: Two"]


async def delete_first_step(post: PostOffice) -> None:
    team, campaign, now = post.team.id, post.campaign.id, post.clock.now()
    async with post.database.transaction() as db:
        await campaigns.pause(db, team, campaign)
        first = (await sequences.list_steps(db, team, campaign))[0]
        gone = await sequences.delete_step(db, team, first.sequence_id, first.id)
        await leads.shift_positions(db, team, campaign, None, gone.position, by=-1)
        await sequences.start_campaign(db, team, campaign, now=now)
