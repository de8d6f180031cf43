"""Follow-ups go first, but new leads keep their share of a sender's day."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from pomelo import senders, teams, worker
from pomelo.base.db import Database
from pomelo.insight.causes import MEANINGS, Cause
from pomelo.senders import Changes
from tests.insight.scenes import explain
from tests.wire import PostOffice

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEPS = (("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))


@pytest.fixture
async def post(database: Database, now: datetime) -> AsyncIterator[PostOffice]:
    """Thirty people are due for their second mail, and ten mails a day are allowed."""
    made = PostOffice(database, now)
    await made.open(*STEPS)
    for number in range(30):
        await made.add(f"old{number}@hooli.com")
    await made.work()
    made.clock.forward(2 * DAY)
    async with database.transaction() as db:
        changes = Changes(limit_per_day=10)
        await senders.change(db, made.team.id, made.sender.id, changes, now=made.clock.now())
    yield made
    await made.close()


async def a_day(post: PostOffice) -> tuple[int, int]:
    """Give how many mails of the next day went to people written to before, and to new ones."""
    before = len(post.sink.mails)
    for _ in range(24):
        await post.work()
        post.clock.forward(HOUR)
    got = [mail.recipients[0] for mail in post.sink.mails[before:]]
    return len([one for one in got if one.startswith("old")]), len(
        [one for one in got if one.startswith("new")]
    )


async def set_percent(post: PostOffice, percent: int) -> None:
    async with post.database.transaction() as db:
        await teams.set_new_leads_percent(db, post.team.id, percent)


@pytest.mark.parametrize(
    ("percent", "day"), [(0, (10, 0)), (20, (8, 2)), (25, (7, 3)), (100, (0, 10))]
)
async def test_a_day_is_shared_as_the_team_says(
    post: PostOffice, percent: int, day: tuple[int, int]
) -> None:
    await set_percent(post, percent)
    for number in range(30):
        await post.add(f"new{number}@hooli.com")

    assert await a_day(post) == day


async def test_follow_ups_take_what_no_new_lead_waits_for(post: PostOffice) -> None:
    await post.add("new@hooli.com")

    assert await a_day(post) == (9, 1)


async def test_a_gap_between_mails_changes_nothing(post: PostOffice) -> None:
    async with post.database.transaction() as db:
        changes = Changes(gap_seconds=60)
        await senders.change(db, post.team.id, post.sender.id, changes, now=post.clock.now())
    for number in range(30):
        await post.add(f"new{number}@hooli.com")

    assert await a_day(post) == (8, 2)


async def test_explain_says_what_holds_a_follow_up(post: PostOffice) -> None:
    async with post.database.transaction() as db:
        await worker.appear(db, "wrk_one", "")
        changes = Changes(gap_seconds=60)
        await senders.change(db, post.team.id, post.sender.id, changes, now=post.clock.now())
    new = [await post.add(f"new{number}@hooli.com") for number in range(5)]
    for _ in range(8):  # those that follow-ups may have of the ten
        await post.work()
        post.clock.forward(timedelta(seconds=60))

    old = await explain(post, await an_unfollowed(post))
    (fresh, all_of_them) = [await explain(post, one) for one in (new[0].id, post.campaign.id)]
    await post.work()

    assert (old.cause, old.goes_at) == (Cause.NEW_LEADS_SHARE, None)
    assert old.waits_for == MEANINGS[Cause.NEW_LEADS_SHARE].waits_for
    assert fresh.cause is Cause.READY
    assert all_of_them.counts == {Cause.NEW_LEADS_SHARE: 22, Cause.READY: 5, Cause.FINISHED: 8}
    assert post.sink.mails[-1].recipients == ("new0@hooli.com",)


async def an_unfollowed(post: PostOffice) -> str:
    """Give the id of somebody who waits for the second mail."""
    async with post.database.transaction() as db:
        found: str = await db.fetchval(
            "SELECT id FROM leads WHERE sent_count = 1 AND due_at IS NOT NULL LIMIT 1"
        )
    return found
