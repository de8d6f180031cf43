"""Limits and hours that are changed while a batch is on its way count for the next mail."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pomelo import campaigns, senders
from pomelo.api.team import TeamChanges, apply
from pomelo.base.db import Db
from pomelo.schedules import ScheduleChanges
from tests.trips.conftest import Open
from tests.wire import PostOffice

Change = Callable[[PostOffice, Db], Awaitable[object]]


async def of_sender(post: PostOffice, db: Db) -> None:
    changes, now = senders.Changes(limit_per_day=1), post.clock.now()
    await senders.change(db, post.team.id, post.sender.id, changes, now=now)


async def of_team(post: PostOffice, db: Db) -> None:
    await apply(db, post.team.id, TeamChanges(limit_per_day=1), now=post.clock.now())


async def of_hours(post: PostOffice, db: Db) -> None:
    team = post.team.id
    (hours, *_) = await campaigns.schedules_of(db, team, post.campaign.id)
    changes = ScheduleChanges(start_time="12:00", end_time="13:00")
    await campaigns.change_schedule(db, team, hours.id, changes, now=post.clock.now())


@pytest.mark.parametrize("change", [of_sender, of_team, of_hours], ids=lambda one: one.__name__)
async def test_what_is_changed_after_the_first_mail_of_a_batch_holds_the_others(
    office: Open, change: Change
) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    changing: list[asyncio.Task[int]] = []

    async def make_change() -> int:
        async with post.database.transaction() as db:
            await change(post, db)
        return len(post.sink.mails)

    def first(_: object) -> None:
        if not changing:
            changing.append(asyncio.create_task(make_change()))

    post.sink._on_mail = first
    await post.add_many(50)
    await post.work()
    answered_after = await changing[0]

    # One may have had its leave when the change was answered.
    assert len(post.sink.mails) <= answered_after + 1 < 50
