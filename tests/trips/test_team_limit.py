"""All senders of a team together send no more than the team says."""

import asyncio
from datetime import timedelta

from pomelo import campaigns, worker
from pomelo.api.team import TeamChanges, apply
from pomelo.insight.causes import Cause
from tests.insight.scenes import explain
from tests.trips.conftest import Open
from tests.wire import PostOffice

DAY = timedelta(days=1)
ONE = ("Hello", "<p>Hi</p>")


async def limit(post: PostOffice, amount: int) -> None:
    async with post.database.transaction() as db:
        changes = TeamChanges(limit_per_day=amount)
        await apply(db, post.team.id, changes, now=post.clock.now())


async def open_with_three_senders(office: Open) -> PostOffice:
    post = await office(ONE)
    async with post.database.transaction() as db:
        await worker.appear(db, "wrk_one", "")
        others = [await post.add_sender(db, f"jared{n}@piedpiper.example") for n in range(2)]
        ids, now = [one.id for one in (post.sender, *others)], post.clock.now()
        await campaigns.set_senders(db, post.team.id, post.campaign.id, ids, now=now)
    return post


async def each_day(post: PostOffice, amount: int) -> list[int]:
    counts = []
    for _ in range(amount):
        before = len(post.sink.mails)
        await post.work()
        counts.append(len(post.sink.mails) - before)
        post.clock.forward(DAY)
    return counts


async def test_a_day_holds_as_many_mails_as_the_team_says(office: Open) -> None:
    post = await open_with_three_senders(office)
    await limit(post, 5)
    await post.add_many(12)

    assert await each_day(post, 4) == [5, 5, 2, 0]


async def test_who_has_nothing_to_do_takes_no_room_and_is_not_held_back(office: Open) -> None:
    post = await office(ONE)
    async with post.database.transaction() as db:
        others = [await post.add_sender(db, f"jared{n}@piedpiper.example") for n in range(4)]
        await campaigns.set_senders(
            db, post.team.id, post.campaign.id, [post.sender.id], now=post.clock.now()
        )
    await limit(post, 1000)
    await post.add_many(1)
    await post.work()
    for _ in range(3):
        post.clock.forward(timedelta(seconds=16))
        await post.work()

    async with post.database.transaction() as db:
        ids, now = [other.id for other in others], post.clock.now()
        await campaigns.set_senders(db, post.team.id, post.campaign.id, ids, now=now)
    richard = await post.add("richard@piedpiper.com")
    await post.work()

    assert await post.sent_count(richard.id) == 1


async def test_four_workers_at_once_do_not_pass_it(office: Open) -> None:
    post = await open_with_three_senders(office)
    await limit(post, 7)
    await post.add_many(60)
    workers = [post.another_worker() for _ in range(4)]

    await asyncio.gather(*(post.work(one) for one in workers))

    assert len(post.sink.mails) == 7


async def test_explain_says_until_when_and_that_is_what_happens(office: Open) -> None:
    post = await open_with_three_senders(office)
    await limit(post, 1)
    await post.add_many(1)
    await post.work()
    lead = await post.add("richard@piedpiper.com")

    told = await explain(post, lead.id)
    post.clock.forward(DAY - timedelta(seconds=1))
    await post.work()
    early = len(post.mails("richard@piedpiper.com"))
    post.clock.forward(timedelta(seconds=1))
    await post.work()

    assert (told.cause, told.at, told.goes_at) == (Cause.TEAM_LIMIT, told.goes_at, told.at)
    assert (early, len(post.mails("richard@piedpiper.com"))) == (0, 1)


async def test_a_higher_limit_is_obeyed_at_once(office: Open) -> None:
    post = await open_with_three_senders(office)
    await limit(post, 2)
    await post.add_many(6)
    await post.work()

    await limit(post, 4)
    await post.work()
    raised = len(post.sink.mails)
    await limit(post, 0)
    await post.work()

    assert (raised, len(post.sink.mails)) == (4, 6)
