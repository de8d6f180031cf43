"""Steps that a person does: a task is made once, and the lead goes on when it is over."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from pomelo import activities, campaigns, delivery, leads, sequences, tasks
from pomelo.activities import Fact, Verdict
from pomelo.base.addresses import parse
from pomelo.campaigns import CampaignChanges
from pomelo.leads import DONE, ActivityType, Lead, LeadState, WaitsFor
from pomelo.sequences import TASKS, StepType
from pomelo.tasks import Task, TaskChanges, TaskNotFound, TaskState, Wanted
from pomelo.unsubscribes import Source
from tests import make
from tests.trips.conftest import Open
from tests.wire import PostOffice

RICHARD = "richard@piedpiper.com"
SAID = {"title": "Send {{firstName}} a card", "message": "From {{senderName}}, {{colour}}"}


async def with_task(office: PostOffice, step: StepType = StepType.MANUAL) -> Lead:
    """Put a task after the first mail, and a mail a day after it; add a lead."""
    fields: dict[str, Any] = SAID if step is StepType.MANUAL else {"message": "Hi {{firstName}}"}
    async with office.database.transaction() as db:
        await campaigns.pause(db, office.team.id, office.campaign.id)
        await make.other_step(db, office.campaign, step, delay_days=0, **fields)
        last: dict[str, Any] = {"subject": "last", "message": "<p>last</p>"}
        await make.other_step(db, office.campaign, StepType.EMAIL, **last)
        await sequences.start_campaign(
            db, office.team.id, office.campaign.id, now=office.clock.now()
        )
    return await office.add(RICHARD)


async def open_tasks(office: PostOffice) -> list[Task]:
    async with office.database.transaction() as db:
        return await tasks.list_open(db, office.team.id, Wanted(), offset=0, limit=10)


async def end(office: PostOffice, state: TaskState, *wanted: Task) -> None:
    async with office.database.transaction() as db:
        await delivery.end_tasks(
            db, office.team.id, [task.id for task in wanted], state, now=office.clock.now()
        )


async def test_a_person_is_told_what_to_do_and_the_lead_waits(office: Open) -> None:
    post = await office()
    lead = await with_task(post)

    await post.work()
    post.clock.forward(timedelta(days=30))
    await post.work()

    (task,) = await open_tasks(post)
    assert task.title == "Send Richard a card"
    assert task.message == SAID["message"]  # nobody knows the colour: it is left to be seen
    assert task.assigned_to == post.sender.user_id
    assert (await post.lead(lead.id)).waits_for is WaitsFor.TASK
    assert len(post.mails(RICHARD)) == 1


async def test_when_it_is_done_the_next_step_is_a_day_later(office: Open) -> None:
    post = await office()
    lead = await with_task(post)
    await post.work()
    (task,) = await open_tasks(post)
    post.clock.forward(timedelta(hours=5))

    await end(post, TaskState.DONE, task, task)
    await end(post, TaskState.DONE, task)
    await post.work()
    waiting = await post.lead(lead.id)
    post.clock.forward(timedelta(days=1))
    await post.work()

    assert (waiting.state, waiting.last_state) == (LeadState.CONTACTED, "manualDone")
    assert waiting.due_at == post.clock.now()
    assert len(post.mails(RICHARD)) == 2
    assert await _count(post, ActivityType.MANUAL_DONE) == 1


@pytest.mark.parametrize("step", sorted(TASKS - {StepType.MANUAL}))
async def test_what_is_done_is_told_by_its_kind(office: Open, step: StepType) -> None:
    post = await office()
    await with_task(post, step)
    await post.work()

    await end(post, TaskState.DONE, *await open_tasks(post))

    assert await _count(post, DONE[step]) == 1


async def test_what_is_ignored_counts_for_nothing_and_holds_nobody(office: Open) -> None:
    post = await office()
    lead = await with_task(post)
    await post.work()

    await end(post, TaskState.IGNORED, *await open_tasks(post))
    post.clock.forward(timedelta(days=1))
    await post.work()

    assert len(post.mails(RICHARD)) == 2
    assert await _count(post, ActivityType.MANUAL_DONE) == 0
    assert (await post.lead(lead.id)).due_at is None


async def test_who_answers_leaves_no_task_behind(office: Open) -> None:
    post = await office()
    lead = await with_task(post)
    await post.work()
    (task,) = await open_tasks(post)

    async with post.database.transaction() as db:
        fact = Fact(
            team_id=post.team.id,
            type=ActivityType.EMAILS_REPLIED,
            lead_id=lead.id,
            at=post.clock.now(),
        )
        await activities.record(db, [fact])
        found = await tasks.find(db, post.team.id, task.id)

    assert await open_tasks(post) == []
    assert found
    assert (found.state, found.closed_for) == (TaskState.CLOSED, "emailsReplied")


async def unsubscribed(post: PostOffice, _: Lead) -> None:
    async with post.database.transaction() as db:
        now = post.clock.now()
        await activities.unsubscribe(db, post.team.id, [parse(RICHARD)], source=Source.API, now=now)
    assert await open_tasks(post) == []
    async with post.database.transaction() as db:
        await activities.resubscribe(db, post.team.id, RICHARD, now=now)


async def skipped(post: PostOffice, lead: Lead) -> None:
    async with post.database.transaction() as db:
        await activities.skip(db, post.team.id, [lead.id], now=post.clock.now())
    assert await open_tasks(post) == []
    async with post.database.transaction() as db:
        await activities.review(db, post.team.id, lead.id, now=post.clock.now())


async def clicked(post: PostOffice, lead: Lead) -> None:
    team, now = post.team.id, post.clock.now()
    async with post.database.transaction() as db:
        stopping = CampaignChanges(stop_on_clicked=True)
        await campaigns.change(db, team, post.campaign.id, stopping)
        fact = Fact(team_id=team, type=ActivityType.EMAILS_CLICKED, lead_id=lead.id, at=now)
        (click,) = await activities.record(db, [fact])
    assert await open_tasks(post) == []
    assert click
    async with post.database.transaction() as db:
        verdict = Verdict(team, lead.id, click.id, "all_links")
        await activities.judge(db, [verdict], now=now)


UNDONE: list[Callable[[PostOffice, Lead], Awaitable[None]]] = [unsubscribed, skipped, clicked]


@pytest.mark.parametrize("end_and_undo", UNDONE)
async def test_when_an_end_is_undone_the_task_is_open_again(
    office: Open, end_and_undo: Callable[[PostOffice, Lead], Awaitable[None]]
) -> None:
    post = await office()
    lead = await with_task(post)
    await post.work()
    before = await open_tasks(post)

    await end_and_undo(post, lead)
    await post.work()

    again = await open_tasks(post)
    assert [task.id for task in again] == [task.id for task in before]
    assert (await post.lead(lead.id)).waits_for is WaitsFor.TASK
    await end(post, TaskState.DONE, *again)
    post.clock.forward(timedelta(days=1))
    await post.work()
    assert len(post.mails(RICHARD)) == 2


async def test_a_click_that_was_a_persons_after_all_ends_the_task_again(office: Open) -> None:
    post = await office()
    lead = await with_task(post)
    await post.work()
    await clicked(post, lead)  # a machine's, it seems
    await post.work()
    (again,) = await open_tasks(post)

    async with post.database.transaction() as db:
        click = await db.fetchval("SELECT id FROM activities WHERE type = 'emailsClicked'")
        verdict = Verdict(post.team.id, lead.id, click, "")
        await activities.judge(db, [verdict], now=post.clock.now())
    await post.work()

    assert again.state is TaskState.OPEN
    assert await open_tasks(post) == []
    assert (await post.lead(lead.id)).stopped_by is ActivityType.EMAILS_CLICKED


async def test_a_campaign_is_finished_when_its_leads_ended_at_a_task(office: Open) -> None:
    post = await office()
    await with_task(post)
    await post.work()

    async with post.database.transaction() as db:
        before = await leads.finished_campaigns(db, post.team.id)
        await activities.unsubscribe(
            db, post.team.id, [parse(RICHARD)], source=Source.API, now=post.clock.now()
        )
        after = await leads.finished_campaigns(db, post.team.id)

    assert (before, after) == (set(), {post.campaign.id})


async def test_a_task_that_is_put_off_is_told(office: Open) -> None:
    post = await office()
    await with_task(post)
    await post.work()
    (task,) = await open_tasks(post)
    later = post.clock.now() + timedelta(days=3)

    async with post.database.transaction() as db:
        await delivery.change_task(
            db, post.team.id, task.id, TaskChanges(due_at=later), now=post.clock.now()
        )

    assert [one.due_at for one in await open_tasks(post)] == [later]
    assert await _count(post, ActivityType.SNOOZED) == 1


async def test_an_unknown_task_ends_none(office: Open) -> None:
    post = await office()
    await with_task(post)
    await post.work()
    (task,) = await open_tasks(post)

    async with post.database.transaction() as db:
        with pytest.raises(TaskNotFound):
            await delivery.end_tasks(
                db, post.team.id, [task.id, tasks.new_id()], TaskState.DONE, now=post.clock.now()
            )

    assert len(await open_tasks(post)) == 1


async def _count(office: PostOffice, kind: ActivityType) -> int:
    async with office.database.transaction() as db:
        count: int = await db.fetchval("SELECT count(*) FROM activities WHERE type = $1", kind)
    return count
