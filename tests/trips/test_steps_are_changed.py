"""Steps are changed through the API while leads wait at them: who waits is not forgotten there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from pomelo import activities, campaigns, sequences, teams
from pomelo.base.db import Db
from pomelo.campaigns import CampaignChanges
from pomelo.sequences import Step, StepType
from pomelo.tasks import TaskState
from tests import make
from tests.api.client import Caller, calling
from tests.trips.conftest import Open
from tests.trips.test_branches import condition, fill, subjects
from tests.trips.test_tasks import end, open_tasks, with_task
from tests.wire import PostOffice

RICHARD = "richard@piedpiper.com"
PHONE = {"firstName": "Richard", "phone": "+1 555 0100"}
DAY = timedelta(days=1)


@asynccontextmanager
async def pausing(post: PostOffice) -> AsyncIterator[Caller]:
    """Call the API while the campaign is paused."""
    async with post.database.transaction() as db:
        user = (await teams.list_users(db, post.team.id))[0]
    async with calling(post.database, post.team, user, post.clock.now()) as api:
        await api.call("POST", f"/campaigns/{post.campaign.id}/pause")
        yield api
        await api.call("POST", f"/campaigns/{post.campaign.id}/start")


async def change(post: PostOffice, step: Step, **fields: Any) -> None:
    async with pausing(post) as api:
        path = f"/sequences/{step.sequence_id}/steps/{step.id}"
        await api.call("PATCH", path, {"type": step.type, **fields})


async def put(post: PostOffice, sequence: str) -> None:
    """Put a mail after the first one."""
    said = {"type": "email", "subject": "between", "message": "<p>Hi</p>", "index": 1, "delay": 0}
    async with pausing(post) as api:
        await api.call("POST", f"/sequences/{sequence}/steps", said)


async def opened(office: Open) -> PostOffice:
    """An office in which time passes by itself, as in the API."""
    post = await office()
    post.runs()
    return post


async def test_who_waits_at_a_condition_waits_for_what_it_asks_now(office: Open) -> None:
    post = await opened(office)
    step = await condition(post, "emailsOpened", delay_type="waitUntil")
    await post.add(RICHARD, PHONE)
    await post.work()
    before = subjects(post)

    await change(post, step, conditionKey="hasPhoneNumber", delayType="waitUntil")
    await post.work()

    assert before == ["Hello Richard"]
    assert subjects(post) == ["Hello Richard", "yes"]


async def test_who_waited_without_end_waits_as_long_as_is_said_now(office: Open) -> None:
    post = await opened(office)
    step = await condition(post, "emailsOpened", delay_type="waitUntil")
    await post.add(RICHARD)
    await post.work()

    await change(post, step, conditionKey="emailsOpened", delayType="within", delay=2)
    await post.work()
    post.clock.forward(DAY)
    await post.work()
    early = subjects(post)
    post.clock.forward(DAY)
    await post.work()

    assert early == ["Hello Richard"]
    assert subjects(post) == ["Hello Richard", "no"]


async def test_who_waits_at_a_condition_keeps_its_moment_when_only_the_days_change(
    office: Open,
) -> None:
    post = await opened(office)
    step = await condition(post, "emailsOpened", delay_days=3)
    lead = await post.add(RICHARD)
    await post.work()
    before = (await post.lead(lead.id)).due_at

    await change(post, step, delay=1)
    await post.work()

    assert (await post.lead(lead.id)).due_at == before


async def test_a_step_that_is_put_before_a_condition_comes_first(office: Open) -> None:
    post = await opened(office)
    step = await condition(post, "hasPhoneNumber", delay_type="waitUntil")
    lead = await post.add(RICHARD)
    await post.work()

    await put(post, step.sequence_id)
    await post.work()

    assert subjects(post) == ["Hello Richard", "between"]
    assert (await post.lead(lead.id)).awaits == "hasPhoneNumber"


async def test_a_step_that_is_put_before_a_task_comes_first(office: Open) -> None:
    post = await opened(office)
    await with_task(post)
    await post.work()
    (task,) = await open_tasks(post)

    await put(post, await main(post))
    await post.work()
    before = subjects(post)
    await end(post, TaskState.DONE, task)
    post.clock.forward(DAY)
    await post.work()

    assert before == ["Hello Richard", "between"]
    assert subjects(post) == ["Hello Richard", "between", "last"]


async def main(post: PostOffice) -> str:
    async with post.database.transaction() as db:
        return (await sequences.list_sequences(db, post.team.id, post.campaign.id))[0].id


async def begin_with_condition(db: Db, post: PostOffice) -> None:
    """Make another campaign, still a draft, that begins with a condition."""
    post.campaign = await make.campaign(db, post.team.id, "Other")
    await make.open_always(db, post.campaign)
    asked: dict[str, Any] = {"key": "hasPhoneNumber", "delay_days": 3}
    step = await make.other_step(db, post.campaign, StepType.CONDITIONAL, **asked)
    await fill(db, post, step)


async def in_draft(post: PostOffice) -> None:
    async with post.database.transaction() as db:
        await begin_with_condition(db, post)
    await post.add(RICHARD)
    post.clock.forward(5 * DAY)
    async with post.database.transaction() as db:
        await post.start(db, post.sender)


async def in_review(post: PostOffice) -> None:
    async with post.database.transaction() as db:
        await begin_with_condition(db, post)
        await post.start(db, post.sender)
        waiting = CampaignChanges(auto_review=False)
        await campaigns.change(db, post.team.id, post.campaign.id, waiting)
    lead = await post.add(RICHARD)
    post.clock.forward(5 * DAY)
    async with post.database.transaction() as db:
        await activities.review(db, post.team.id, lead.id, now=post.clock.now())


@pytest.mark.parametrize("wait", [in_draft, in_review])
async def test_the_time_of_a_first_condition_begins_when_the_lead_may_come_to_it(
    office: Open, wait: Callable[[PostOffice], Awaitable[None]]
) -> None:
    post = await office()

    await wait(post)
    await post.work()
    early = subjects(post)
    post.clock.forward(3 * DAY)
    await post.work()

    assert (early, subjects(post)) == ([], ["no"])
