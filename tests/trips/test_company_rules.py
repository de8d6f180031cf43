"""Contact rules of companies and campaigns, where people go, change or were begun by a task."""

from datetime import timedelta

import pytest

from pomelo import campaigns, leads, sequences
from pomelo.base.addresses import parse
from pomelo.leads import ActivityType, NewLead
from pomelo.sequences import StepType
from pomelo.tasks import TaskState
from pomelo.teams import Cap, ContactRules
from tests import make
from tests.trips.conftest import Open
from tests.trips.test_contact_rules import (
    DINESH,
    RICHARD,
    each_day,
    elsewhere,
    happens,
    remove,
    set_rules,
)
from tests.trips.test_tasks import end, open_tasks
from tests.wire import PostOffice

DAY = timedelta(days=1)
ONE = ("Hello", "<p>Hi</p>")
JIM = "jim@consulting.example"


async def test_of_two_campaigns_the_one_whose_first_mail_was_earlier_goes_on(
    office: Open,
) -> None:
    post = await office(("B1", "<p>Hi</p>"))
    await set_rules(post, ContactRules(is_one_campaign=True))
    later = post.campaign
    async with post.database.transaction() as db:
        await campaigns.pause(db, post.team.id, later.id)
        await make.step(db, later, "", "<p>B2</p>", delay_days=5)
        await sequences.start_campaign(db, post.team.id, later.id, now=post.clock.now())
    await begin_with_a_task(post)
    (task,) = await open_tasks(post)
    await end(post, TaskState.DONE, task)
    post.campaign = later
    await post.add(RICHARD)

    await each_day(post, 8)

    assert [mail["Subject"] for mail in post.mails(RICHARD)] == ["B1", "Re: B1", "A1"]


async def begin_with_a_task(post: PostOffice) -> None:
    """Let another campaign begin with Richard by a task; its mail comes a day after."""
    async with post.database.transaction() as db:
        made = await make.campaign(db, post.team.id, "A")
        await make.open_always(db, made)
        await make.other_step(db, made, StepType.MANUAL, delay_days=0, title="Call")
        await make.step(db, made, "A1", "<p>A1</p>", delay_days=1)
        post.campaign = made
        await post.start(db, post.sender)
        new = NewLead(post.team.id, made.id, parse(RICHARD))
        await leads.add(db, [new], now=post.clock.now())
    await post.work()


async def test_mails_of_a_person_who_was_removed_count_for_their_company(office: Open) -> None:
    post = await office(ONE)
    await set_rules(post, ContactRules(company=Cap(1, 7)))
    richard = await post.add(RICHARD)
    await post.work()
    await remove(post, richard)
    await post.add(DINESH)

    assert await each_day(post, 8) == [0] * 7 + [1]


async def test_so_does_their_answer(office: Open) -> None:
    post = await office(ONE)
    await set_rules(post, ContactRules(quiet_days=7))
    richard = await post.add(RICHARD)
    await post.work()
    await happens(post, richard, ActivityType.EMAILS_REPLIED)
    await remove(post, richard)
    await post.add(DINESH)

    assert await each_day(post, 8) == [0] * 7 + [1]


async def test_all_spellings_of_an_address_are_one_person(office: Open) -> None:
    post = await office(ONE)
    await set_rules(post, ContactRules(person=Cap(1, 7)))
    await post.add(RICHARD)
    await post.work()
    await post.add("richard+fair@hooli.com")

    assert await each_day(post, 8) == [0] * 7 + [1]


async def test_nor_are_they_begun_by_another_campaign_under_another_spelling(office: Open) -> None:
    post = await office(ONE, ("", "<p>Again</p>"))
    await set_rules(post, ContactRules(is_one_campaign=True))
    await post.add(RICHARD)
    await post.work()
    await elsewhere(post, "richard+fair@hooli.com")

    await post.work(post.another_worker())

    assert post.mails("richard+fair@hooli.com") == []


@pytest.mark.parametrize(("again", "mails"), [({}, 0), ({"companyDomain": "aviato.com"}, 1)])
async def test_only_another_company_that_is_named_replaces_one(
    office: Open, again: dict[str, object], mails: int
) -> None:
    post = await office(ONE)
    await set_rules(post, ContactRules(company=Cap(1, 30)))
    await post.add(RICHARD)
    await post.work()
    await post.add(JIM, {"companyDomain": "hooli.com"})

    (second,) = await elsewhere(post, JIM)
    async with post.database.transaction() as db:
        await leads.set_variables(db, post.team.id, second.id, again, now=post.clock.now())

    assert await each_day(post, 1) == [mails]


async def test_whoever_works_elsewhere_now_waits_for_the_old_company_no_more(
    office: Open,
) -> None:
    post = await office(ONE)
    await set_rules(post, ContactRules(company=Cap(1, 30)))
    await post.add(RICHARD)
    await post.work()
    dinesh = await post.add(DINESH)
    held = await each_day(post, 1)

    async with post.database.transaction() as db:
        variables: dict[str, object] = {"companyDomain": "aviato.com"}
        await leads.set_variables(db, post.team.id, dinesh.id, variables, now=post.clock.now())

    assert (held, await each_day(post, 2)) == ([0], [1, 0])
