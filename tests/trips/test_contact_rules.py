"""How often a person or a company is written to, whatever the campaigns want."""

import asyncio
from datetime import timedelta

from pomelo import activities, campaigns, leads, teams, worker
from pomelo.activities import Fact
from pomelo.base.addresses import parse
from pomelo.delivery.plan import Job
from pomelo.insight.causes import Cause
from pomelo.leads import ActivityType, Lead, NewLead
from pomelo.teams import Cap, ContactRules
from tests import make
from tests.insight.scenes import explain
from tests.trips.conftest import Open
from tests.wire import PostOffice

DAY = timedelta(days=1)
STEPS = (("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
RICHARD, DINESH, GILFOYLE = (f"{name}@hooli.com" for name in ("richard", "dinesh", "gilfoyle"))


async def set_rules(post: PostOffice, rules: ContactRules) -> None:
    async with post.database.transaction() as db:
        await teams.set_contact_rules(db, post.team.id, rules)


async def elsewhere(post: PostOffice, *emails: str) -> list[Lead]:
    """Let these people be in another campaign too, which runs."""
    async with post.database.transaction() as db:
        campaign = await make.campaign(db, post.team.id)
        for subject, message in STEPS:
            await make.step(db, campaign, subject, message)
        post.campaign = campaign
        await make.open_always(db, post.campaign)
        await post.start(db, post.sender)
        new = [NewLead(post.team.id, campaign.id, parse(email)) for email in emails]
        return [
            one for one in await leads.add(db, new, now=post.clock.now()) if isinstance(one, Lead)
        ]


async def each_day(post: PostOffice, amount: int) -> list[int]:
    """Let days go by; gives how many mails went on each of them."""
    counts = []
    for _ in range(amount):
        before = len(post.sink.mails)
        await post.work(post.another_worker())
        counts.append(len(post.sink.mails) - before)
        post.clock.forward(DAY)
    return counts


async def happens(post: PostOffice, lead: Lead, kind: ActivityType) -> None:
    async with post.database.transaction() as db:
        fact = Fact(team_id=post.team.id, type=kind, lead_id=lead.id, at=post.clock.now())
        await activities.record(db, [fact])


async def remove(post: PostOffice, lead: Lead) -> None:
    async with post.database.transaction() as db:
        await activities.remove(db, post.team.id, lead.id)


async def change_after_the_gate(post: PostOffice, rules: ContactRules) -> None:
    """Let a worker claim what is due, and have the rules changed before it does anything."""
    deliverer = post.another_worker()
    claim = deliverer._claim

    async def claim_then_change(amount: int) -> tuple[bool, list[Job]]:
        claimed = await claim(amount)
        await set_rules(post, rules)
        return claimed

    deliverer._claim = claim_then_change  # type: ignore[method-assign]
    await deliverer.work_once()
    await deliverer.finish()


async def test_a_person_gets_no_more_mails_than_the_team_says(office: Open) -> None:
    post = await office(*STEPS)
    await set_rules(post, ContactRules(person=Cap(1, 3)))
    await post.add(RICHARD)

    assert await each_day(post, 5) == [1, 0, 0, 1, 0]


async def test_all_campaigns_count_together(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    await set_rules(post, ContactRules(person=Cap(2, 7)))
    await post.add(RICHARD)
    await elsewhere(post, RICHARD)

    assert await each_day(post, 9) == [2, 0, 0, 0, 0, 0, 0, 1, 0]


async def test_a_company_gets_no_more_mails_than_the_team_says(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    await set_rules(post, ContactRules(company=Cap(2, 2)))
    for name in ("a@hooli.com", "b@mail.hooli.com", "c@hooli.com", "d@hooli.com", "e@hooli.com"):
        await post.add(name)
    await post.add("f@gmail.com", {"companyDomain": "https://www.hooli.com/about"})

    assert await each_day(post, 6) == [2, 0, 2, 0, 2, 0]


async def test_mailboxes_that_anybody_can_have_make_no_company(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    await set_rules(post, ContactRules(company=Cap(1, 7)))
    for name in ("a@gmail.com", "b@gmail.com", "c@yahoo.co.uk", "d@yahoo.co.uk"):
        await post.add(name)

    assert await each_day(post, 1) == [4]


async def test_nobody_held_back_is_claimed_again_before_their_turn(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    await set_rules(post, ContactRules(company=Cap(1, 1)))
    await post.add_many(20)

    assert await each_day(post, 20) == [1] * 20
    async with post.database.transaction() as db:
        claims: int = await db.fetchval("SELECT sum(fence) FROM leads")
    assert claims - 20 == 19  # each was held back once, and that was all


async def test_a_company_is_left_alone_after_a_reply(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    await set_rules(post, ContactRules(quiet_days=3))
    richard = await post.add(RICHARD)
    await post.work()
    await happens(post, richard, ActivityType.EMAILS_REPLIED)
    await post.add(DINESH)
    await post.add("monica@raviga.com")

    assert await each_day(post, 5) == [1, 0, 0, 1, 0]


async def test_one_campaign_at_a_time_talks_to_a_person(office: Open) -> None:
    post = await office(*STEPS)
    await set_rules(post, ContactRules(is_one_campaign=True))
    await post.add(RICHARD)
    await post.work()
    (second,) = await elsewhere(post, RICHARD)

    assert await each_day(post, 4) == [0, 1, 1, 1]  # the other begins when this one has ended
    assert await post.sent_count(second.id) == 2


async def test_a_campaign_that_is_paused_talks_to_nobody(office: Open) -> None:
    post = await office(*STEPS)
    await set_rules(post, ContactRules(is_one_campaign=True))
    await post.add(RICHARD)
    await post.work()
    first = post.campaign.id
    await elsewhere(post, RICHARD)
    assert await each_day(post, 1) == [0]
    post.clock.forward(-DAY)

    async with post.database.transaction() as db:
        await campaigns.pause(db, post.team.id, first)

    assert await each_day(post, 1) == [1]


async def test_of_two_campaigns_that_both_talk_the_first_goes_on(office: Open) -> None:
    post = await office(*STEPS)
    first = await post.add(RICHARD)
    await post.work()
    (second,) = await elsewhere(post, RICHARD)
    post.clock.forward(timedelta(minutes=1))
    await post.work()
    await set_rules(post, ContactRules(is_one_campaign=True))
    post.clock.forward(DAY)

    await post.work(post.another_worker())
    assert [await post.sent_count(one.id) for one in (first, second)] == [2, 1]
    await post.work(post.another_worker())
    assert [await post.sent_count(one.id) for one in (first, second)] == [2, 2]


async def test_a_rule_that_is_changed_wakes_whom_it_held(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    await set_rules(post, ContactRules(company=Cap(1, 300)))
    for name in (RICHARD, DINESH, GILFOYLE):
        await post.add(name)
    assert await each_day(post, 2) == [1, 0]

    await set_rules(post, ContactRules(company=Cap(2, 300)))
    assert await each_day(post, 2) == [1, 0]
    await set_rules(post, ContactRules())
    assert await each_day(post, 1) == [1]


async def test_however_many_a_rule_held_they_are_woken_at_once(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    await set_rules(post, ContactRules(company=Cap(1, 300)))
    await post.add_many(500)
    async with post.database.transaction() as db:
        await db.execute(
            "UPDATE leads SET held_by = 'contactRule', held_version = 1, due_at = due_at + '9 days'"
        )
        now = post.clock.now()
        await teams.set_contact_rules(db, post.team.id, ContactRules())
        turns = [bool(await leads.wake_held(db, amount=200, now=now)) for _ in range(4)]
        left = await db.fetchval("SELECT count(*) FROM leads WHERE due_at > $1", now)

    assert (turns, left) == ([True, True, True, False], 0)


async def test_a_rule_changed_between_gate_and_park_is_not_lost(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    await set_rules(post, ContactRules(company=Cap(1, 300)))
    await post.add(RICHARD)
    await post.work()
    await post.add(DINESH)
    await change_after_the_gate(post, ContactRules())

    assert len(post.sink.mails) == 1
    assert await each_day(post, 1) == [1]


async def test_a_rule_made_after_the_gate_is_asked_before_the_mail(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    await post.add(RICHARD)
    await post.work()
    await post.add(DINESH)
    await change_after_the_gate(post, ContactRules(company=Cap(1, 300)))

    assert await each_day(post, 2) == [0, 0]
    assert await post.states() == {"sent": 1}


async def test_two_workers_never_write_to_one_company_at_once(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"), slots=2)
    await set_rules(post, ContactRules(company=Cap(3, 7)))
    async with post.database.transaction() as db:
        others = [await post.add_sender(db, f"jared{n}@piedpiper.example") for n in range(5)]
        ids = [one.id for one in (post.sender, *others)]
        now = post.clock.now()
        await campaigns.set_senders(db, post.team.id, post.campaign.id, ids, now=now)
    await post.add_many(60)
    workers = [post.another_worker() for _ in range(4)]

    await asyncio.gather(*(post.work(one) for one in workers))

    assert len(post.sink.mails) == 3


async def test_a_removed_lead_that_comes_back_has_had_its_mails(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    await set_rules(post, ContactRules(person=Cap(1, 7)))
    richard = await post.add(RICHARD)
    await post.work()
    await remove(post, richard)
    await post.add(RICHARD)

    assert await each_day(post, 8) == [0] * 7 + [1]


async def test_a_rehearsal_writes_to_nobody_so_no_rule_holds_it(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"), deliver_to="me@piedpiper.example")
    await set_rules(post, ContactRules(company=Cap(1, 7)))
    await post.add_many(5)

    assert await each_day(post, 1) == [5]


async def test_explain_says_until_when_a_rule_holds(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    async with post.database.transaction() as db:
        await worker.appear(db, "wrk_one", "")
    await set_rules(post, ContactRules(company=Cap(1, 3)))
    both = [await post.add(email) for email in (RICHARD, DINESH)]
    await post.work()

    (held,) = (one for one in both if not post.mails(one.email))
    told = await explain(post, held.id)
    whole = await explain(post, post.campaign.id)

    assert (told.cause, told.at) == (Cause.CONTACT_RULE, told.goes_at)
    assert whole.counts == {Cause.CONTACT_RULE: 1, Cause.FINISHED: 1}
    assert await each_day(post, 4) == [0, 0, 0, 1]


async def test_explain_says_that_another_campaign_talks(office: Open) -> None:
    post = await office(*STEPS)
    async with post.database.transaction() as db:
        await worker.appear(db, "wrk_one", "")
    await set_rules(post, ContactRules(is_one_campaign=True))
    await post.add(RICHARD)
    await post.work()
    (second,) = await elsewhere(post, RICHARD)

    before = await explain(post, second.id)
    await post.work()
    after = await explain(post, second.id)

    assert (before.cause, after.cause) == (Cause.CONTACT_RULE, Cause.CONTACT_RULE)
    assert (after.goes_at, after.waits_for) == (None, "the rules allow it")
