"""Conditions: a lead takes one of two branches, at once or when something happens in time."""

from datetime import timedelta
from typing import Any

import pytest

from pomelo import activities, campaigns, leads, sequences
from pomelo.activities import Fact
from pomelo.base.db import Db
from pomelo.leads import ActivityType, WaitsFor
from pomelo.sequences import Step, StepType
from tests import make
from tests.trips.conftest import Open
from tests.wire import PostOffice

RICHARD = "richard@piedpiper.com"
DAY = timedelta(days=1)
PHONE = {"firstName": "Richard", "phone": "+1 555 0100"}


async def condition(office: PostOffice, key: str, **more: Any) -> Step:
    """Put a condition after the first mail; each branch has a mail of its name."""
    async with office.database.transaction() as db:
        await campaigns.pause(db, office.team.id, office.campaign.id)
        step = await make.other_step(db, office.campaign, StepType.CONDITIONAL, key=key, **more)
        await fill(db, office, step)
        await sequences.start_campaign(
            db, office.team.id, office.campaign.id, now=office.clock.now()
        )
    return step


async def fill(db: Db, office: PostOffice, step: Step) -> None:
    """Put a mail of its name into each branch."""
    for branch, name in zip(await make.branches(db, step), ("yes", "no"), strict=True):
        mail: dict[str, Any] = {"subject": name, "message": f"<p>{name}</p>"}
        await make.other_step(db, office.campaign, StepType.EMAIL, branch, delay_days=0, **mail)


def subjects(office: PostOffice) -> list[str]:
    return [mail["Subject"].removeprefix("Re: ") for mail in office.mails(RICHARD)]


async def test_what_holds_already_is_not_waited_for(office: Open) -> None:
    post = await office()
    await condition(post, "hasPhoneNumber", delay_days=3)
    await post.add(RICHARD, PHONE)

    await post.work()

    assert subjects(post) == ["Hello Richard", "yes"]


async def test_what_does_not_come_true_in_time_leads_to_the_fallback(office: Open) -> None:
    post = await office()
    await condition(post, "hasPhoneNumber", delay_days=3)
    lead = await post.add(RICHARD)

    await post.work()
    waiting = await post.lead(lead.id)
    post.clock.forward(2 * DAY)
    await post.work()
    early = subjects(post)
    post.clock.forward(DAY)
    await post.work()

    assert (waiting.awaits, waiting.due_at) == ("hasPhoneNumber", post.clock.now())
    assert early == ["Hello Richard"]
    assert subjects(post) == ["Hello Richard", "no"]


async def test_without_end_it_waits_for_the_event(office: Open) -> None:
    post = await office()
    await condition(post, "hasPhoneNumber", delay_type="waitUntil")
    lead = await post.add(RICHARD)

    await post.work()
    post.clock.forward(400 * DAY)
    await post.work()

    assert subjects(post) == ["Hello Richard"]
    assert (await post.lead(lead.id)).waits_for is WaitsFor.CONDITION


async def test_a_branch_that_ends_goes_on_after_its_condition(office: Open) -> None:
    post = await office()
    await condition(post, "hasPhoneNumber", delay_days=3)
    async with post.database.transaction() as db:
        await campaigns.pause(db, post.team.id, post.campaign.id)
        last: dict[str, Any] = {"subject": "last", "message": "<p>last</p>"}
        await make.other_step(db, post.campaign, StepType.EMAIL, delay_days=2, **last)
        await sequences.start_campaign(db, post.team.id, post.campaign.id, now=post.clock.now())
    lead = await post.add(RICHARD, PHONE)

    await post.work()
    post.clock.forward(2 * DAY)
    await post.work()

    assert subjects(post) == ["Hello Richard", "yes", "last"]
    ended = await post.lead(lead.id)
    assert (ended.sequence_id, ended.step_position, ended.due_at) == (None, 3, None)


async def test_a_condition_that_is_deleted_lets_its_leads_go_on(office: Open) -> None:
    post = await office()
    step = await condition(post, "hasPhoneNumber", delay_type="waitUntil")
    await post.add(RICHARD)
    await post.work()

    async with post.database.transaction() as db:
        await campaigns.pause(db, post.team.id, post.campaign.id)
        last: dict[str, Any] = {"subject": "last", "message": "<p>last</p>"}
        await make.other_step(db, post.campaign, StepType.EMAIL, delay_days=0, **last)
        await delete(db, post, step)
        await sequences.start_campaign(db, post.team.id, post.campaign.id, now=post.clock.now())
    await post.work()

    assert subjects(post) == ["Hello Richard", "last"]


async def delete(db: Db, post: PostOffice, step: Step) -> None:
    """As the API does."""
    await leads.leave_step(db, post.team.id, step.id, now=post.clock.now())
    await sequences.delete_step(db, post.team.id, step.sequence_id, step.id)
    await leads.shift_positions(db, post.team.id, post.campaign.id, None, step.position, by=-1)
    await leads.refit(db, post.team.id, post.campaign.id)


WAKE = {
    "emailsOpened": ActivityType.EMAILS_OPENED,
    "emailsClicked": ActivityType.EMAILS_CLICKED,
    "meetingBooked": ActivityType.MEETING_BOOKED,
    "aircallDone": ActivityType.AIRCALL_DONE,
}


@pytest.mark.parametrize("delay_type", ["within", "waitUntil"])
@pytest.mark.parametrize(("key", "happened"), WAKE.items())
async def test_what_happens_in_time_is_acted_on_at_once(
    office: Open, key: str, happened: ActivityType, delay_type: str
) -> None:
    post = await office()
    await condition(post, key, delay_type=delay_type, delay_days=3)
    lead = await post.add(RICHARD)
    await post.work()
    post.clock.forward(DAY)

    async with post.database.transaction() as db:
        fact = Fact(team_id=post.team.id, type=happened, lead_id=lead.id, at=post.clock.now())
        await activities.record(db, [fact])
    await post.work()

    assert subjects(post) == ["Hello Richard", "yes"]


async def test_a_number_that_is_filled_in_is_acted_on_at_once(office: Open) -> None:
    post = await office()
    await condition(post, "hasPhoneNumber", delay_type="waitUntil")
    lead = await post.add(RICHARD)
    await post.work()

    async with post.database.transaction() as db:
        said = {"phone": "+1 555 0100"}
        await leads.set_variables(db, post.team.id, lead.id, said, now=post.clock.now())
    await post.work()

    assert subjects(post) == ["Hello Richard", "yes"]


async def test_another_variable_ends_no_waiting(office: Open) -> None:
    post = await office()
    await condition(post, "hasPhoneNumber", delay_days=3)
    lead = await post.add(RICHARD)
    await post.work()

    async with post.database.transaction() as db:
        said = {"colour": "red"}
        await leads.set_variables(db, post.team.id, lead.id, said, now=post.clock.now())
    await post.work()
    waiting = await post.lead(lead.id)
    post.clock.forward(3 * DAY)
    await post.work()

    assert waiting.due_at == post.clock.now()
    assert subjects(post) == ["Hello Richard", "no"]
