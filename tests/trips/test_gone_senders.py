"""A lead whose sender was deleted while it waited for something is never due at that sender."""

from datetime import timedelta

import pytest

from pomelo import campaigns, leads, worker
from pomelo.api.email_accounts import remove
from pomelo.api.sender_moves import carry_out
from pomelo.insight import Cause, Explained
from pomelo.leads import ActivityType, Lead, Move, WaitsFor
from pomelo.senders import Sender
from pomelo.tasks import TaskState
from tests.insight.scenes import explain, happens, run
from tests.trips.conftest import Open
from tests.trips.test_branches import condition, subjects
from tests.trips.test_tasks import end, open_tasks, with_task
from tests.wire import PostOffice

DAY = timedelta(days=1)
TWO = (("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
RICHARD = "richard@piedpiper.com"
MONICA = "monica@piedpiper.example"


async def lose_sender(post: PostOffice) -> Sender:
    """Delete who wrote first; gives the campaign's other one."""
    async with post.database.transaction() as db:
        await worker.appear(db, "wrk_one", "")
        other = await post.add_sender(db, MONICA)
        both, now = [post.sender.id, other.id], post.clock.now()
        await campaigns.set_senders(db, post.team.id, post.campaign.id, both, now=now)
        await remove(db, post.team.id, post.sender.id, now=now)
    return other


async def days(post: PostOffice, amount: int) -> None:
    for _ in range(amount):
        await post.work()
        post.clock.forward(DAY)


async def assert_waits_for_another(post: PostOffice, lead: Lead) -> None:
    said = await explain(post, lead.id)
    assert (await post.lead(lead.id)).waits_for is WaitsFor.SENDER
    assert (said.cause, said.goes_at) == (Cause.SENDER_GONE, None)
    assert "POST /api/senders/{id}/move" in (said.do_this or "")


async def test_it_is_told_to_be_given_to_another_once_and_not_that_there_is_none(
    office: Open,
) -> None:
    post = await office(*TWO)
    lead = await post.add(RICHARD)
    await post.work()
    other = await lose_sender(post)
    post.clock.forward(2 * DAY)

    while_one_is_left = await explain(post, lead.id)
    async with post.database.transaction() as db:
        await remove(db, post.team.id, other.id, now=post.clock.now())
    without_any = await explain(post, lead.id)

    assert (while_one_is_left.cause, causes(while_one_is_left)) == (Cause.SENDER_GONE, [])
    assert (without_any.cause, causes(without_any)) == (Cause.SENDER_GONE, [Cause.NO_SENDER])


def causes(said: Explained) -> list[Cause]:
    return [reason.cause for reason in said.next]


async def move(post: PostOffice, to: Sender) -> None:
    async with post.database.transaction() as db:
        what = Move(post.team.id, post.sender.id, to.id)
        await carry_out(db, what, is_preview=False, now=post.clock.now())


async def test_after_its_task_it_waits_for_another_sender_and_goes_on_from_there(
    office: Open,
) -> None:
    post = await office()
    lead = await with_task(post)
    await post.work()
    other = await lose_sender(post)

    (task,) = await open_tasks(post)
    await end(post, TaskState.DONE, task)
    await days(post, 3)
    await assert_waits_for_another(post, lead)
    await move(post, other)
    await days(post, 3)

    assert [mail.envelope_from for mail in post.sink.mails] == [post.sender.email, MONICA]
    assert subjects(post)[-1] == "last"


async def test_after_its_condition_it_waits_for_another_sender(office: Open) -> None:
    post = await office()
    await condition(post, "emailsOpened", delay_type="waitUntil")
    lead = await post.add(RICHARD)
    await post.work()
    other = await lose_sender(post)

    await happens(post, lead, ActivityType.EMAILS_OPENED)
    await days(post, 2)
    await assert_waits_for_another(post, lead)
    await move(post, other)
    await days(post, 2)

    assert subjects(post) == ["Hello Richard", "yes"]


@pytest.mark.parametrize(
    "event",
    [
        WaitsFor.CONTACT_RULE,
        WaitsFor.SUPPRESSED,
        WaitsFor.UNCERTAIN,
        WaitsFor.REHEARSAL,
        WaitsFor.MENDING,
    ],
)
async def test_whatever_it_waited_for_happens_it_waits_for_another_sender(
    office: Open, event: WaitsFor
) -> None:
    post = await office(("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
    lead = await post.add(RICHARD)
    await post.work()
    await run(post, "UPDATE leads SET waits_for = $1", event)
    await lose_sender(post)

    async with post.database.transaction() as db:
        await leads.unpark(db, post.team.id, [lead.id], event, now=post.clock.now())
        await leads.unpark_all(db, event)

    await assert_waits_for_another(post, lead)
