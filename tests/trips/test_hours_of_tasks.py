"""Tasks and calls wait for their campaign's hours, and hear of it when these are others."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from pomelo import campaigns, worker
from pomelo.delivery.contacting import Waker
from pomelo.insight.causes import Cause
from pomelo.leads import HeldBy
from pomelo.schedules import ScheduleChanges, ScheduleValues
from pomelo.sequences import StepType
from tests import make
from tests.insight.scenes import explain
from tests.trips.conftest import Open
from tests.trips.test_tasks import open_tasks
from tests.wire import PostOffice

RICHARD = "richard@piedpiper.com"
FRIDAY = datetime(2026, 3, 13, 18, 0, tzinfo=UTC)
MONDAY = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
OFFICE = ScheduleChanges(
    start_time="09:00", end_time="18:00", timezone="UTC", weekdays=(1, 2, 3, 4, 5)
)
ALWAYS = ScheduleChanges(start_time="00:00", end_time="00:00", weekdays=(1, 2, 3, 4, 5, 6, 7))


async def with_hours(office: Open) -> PostOffice:
    """Open an office on a Friday at its closing time; its campaign begins with a task."""
    post = await office()
    post.clock.at = FRIDAY
    async with post.database.transaction() as db:
        await worker.appear(db, "wrk_one", "")
        post.campaign = await make.campaign(db, post.team.id, "Tasks")
        await make.other_step(db, post.campaign, StepType.MANUAL, delay_days=0, title="Call")
        await post.start(db, post.sender)
    await change(post, OFFICE)
    return post


async def change(post: PostOffice, hours: ScheduleChanges) -> None:
    now = post.clock.now()
    async with post.database.transaction() as db:
        (own,) = await campaigns.schedules_of(db, post.team.id, post.campaign.id)
        await campaigns.change_schedule(db, post.team.id, own.id, hours, now=now)


async def widen(post: PostOffice) -> None:
    await change(post, ALWAYS)


async def attach(post: PostOffice) -> None:
    weekend = ScheduleValues(
        name="Weekend", timezone="UTC", start_time="00:00", end_time="00:00", weekdays=(5, 6, 7)
    )
    async with post.database.transaction() as db:
        other = await make.schedule(db, post.team.id, weekend)
        await campaigns.attach_schedule(
            db, post.team.id, post.campaign.id, other.id, now=post.clock.now()
        )


async def test_a_task_is_made_when_its_hours_open_as_explain_says(office: Open) -> None:
    post = await with_hours(office)
    lead = await post.add(RICHARD)

    asked = await explain(post, lead.id)
    await post.work()
    told = await explain(post, lead.id)
    everybody = await explain(post, post.campaign.id)
    post.clock.at = MONDAY - timedelta(seconds=1)
    await post.work()
    early = await open_tasks(post)
    post.clock.at = MONDAY
    await post.work()

    opens = "2026-03-16T09:00:00.000Z"
    assert (asked.cause, asked.goes_at) == (Cause.WINDOW, opens)
    assert (told.cause, told.at, told.goes_at, told.next) == (Cause.WINDOW, opens, opens, ())
    assert everybody.counts == {Cause.WINDOW: 1}
    assert early == []
    assert len(await open_tasks(post)) == 1


async def test_a_day_off_is_named(office: Open) -> None:
    post = await with_hours(office)
    await change(post, ScheduleChanges(days_off=(MONDAY.date(),)))
    lead = await post.add(RICHARD)

    await post.work()
    told = await explain(post, lead.id)
    everybody = await explain(post, post.campaign.id)
    post.clock.at = TUESDAY
    await post.work()

    assert everybody.counts == {Cause.HOLIDAY: 1}
    assert (told.cause, told.at) == (Cause.HOLIDAY, "2026-03-17T09:00:00.000Z")
    assert len(await open_tasks(post)) == 1


async def test_hours_that_never_open_have_no_instant(office: Open) -> None:
    post = await with_hours(office)
    mondays = tuple((MONDAY + timedelta(weeks=week)).date() for week in range(100))
    await change(post, ScheduleChanges(weekdays=(1,), days_off=mondays))
    lead = await post.add(RICHARD)

    await post.work()
    told = await explain(post, lead.id)

    assert (told.cause, told.at, told.goes_at) == (Cause.HOLIDAY, None, None)


@pytest.mark.parametrize("become_others", [widen, attach])
async def test_hours_that_are_others_now_are_waited_for_no_more(
    office: Open, become_others: Callable[[PostOffice], Awaitable[None]]
) -> None:
    post = await with_hours(office)
    lead = await post.add(RICHARD)
    await post.work()
    held_by = (await post.lead(lead.id)).held_by

    await become_others(post)
    async with post.database.transaction() as db:
        await Waker().wake(db, now=post.clock.now())
    await post.work()

    assert held_by is HeldBy.WINDOW
    assert len(await open_tasks(post)) == 1
    assert (await post.lead(lead.id)).held_by is None


async def test_who_waits_for_hours_is_looked_at_once(office: Open) -> None:
    post = await with_hours(office)
    await post.add(RICHARD)

    while post.clock.now() < MONDAY:
        await post.work()
        post.clock.forward(timedelta(hours=3))

    async with post.database.transaction() as db:
        assert await db.fetchval("SELECT max(fence) FROM leads") == 1
