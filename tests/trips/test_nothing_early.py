"""Whatever a person changes meanwhile: no mail, task or call goes before its time."""

from datetime import datetime, timedelta

from pomelo import activities, campaigns, leads, schedules, senders, sequences, worker
from pomelo.base import addresses
from pomelo.demo.sink import Script, Stage
from pomelo.insight.causes import Cause
from pomelo.leads import NewLead
from pomelo.sequences import StepType
from tests import make
from tests.insight.scenes import explain, run
from tests.trips.conftest import Open
from tests.wire import PostOffice

ONE = ("Hello", "<p>Hi</p>")
RICHARD = "richard@piedpiper.com"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


async def is_away(post: PostOffice, lead: leads.Lead) -> datetime:
    """Let somebody be away for two weeks."""
    back_at = post.clock.now() + 14 * DAY
    async with post.database.transaction() as db:
        await leads.wait_until_back(db, post.team.id, lead.id, back_at)
    return back_at


async def test_who_is_away_is_left_alone_when_their_step_is_mended(office: Open) -> None:
    post = await office(ONE, ("", "<p>{{city}}</p>"))
    lead = await post.add(RICHARD)
    await post.work()
    post.clock.forward(DAY)
    await post.work()
    await is_away(post, lead)
    async with post.database.transaction() as db:
        team, now = post.team.id, post.clock.now()
        await leads.set_variables(db, team, lead.id, {"city": "Paris"}, now=now)
        await activities.mend(db, team, [lead.id], now=now)

    post.clock.forward(13 * DAY)
    await post.work()
    assert len(post.mails(RICHARD)) == 1
    post.clock.forward(DAY)
    await post.work()
    assert len(post.mails(RICHARD)) == 2


async def test_who_is_away_is_left_alone_when_the_condition_they_wait_at_is_deleted(
    office: Open,
) -> None:
    post = await office(ONE)
    async with post.database.transaction() as db:
        await campaigns.pause(db, post.team.id, post.campaign.id)
        condition = await make.other_step(
            db, post.campaign, StepType.CONDITIONAL, delay_days=5, key="emailsClicked",
            delay_type="within",
        )  # fmt: skip
        await make.step(db, post.campaign, "", "<p>after</p>", delay_days=0)
        await sequences.start_campaign(db, post.team.id, post.campaign.id, now=post.clock.now())
    lead = await post.add(RICHARD)
    await post.work()
    post.clock.forward(MINUTE)
    await post.work()
    back_at = await is_away(post, lead)

    async with post.database.transaction() as db:
        await leads.leave_step(db, post.team.id, condition.id, now=post.clock.now())

    assert (await post.lead(lead.id)).due_at == back_at


async def test_a_sender_let_go_on_by_hand_keeps_its_gap(office: Open) -> None:
    """It is no way around the gap, paused or not."""
    post = await office(ONE, gap=1200)
    await _second_campaign(post)
    await post.add_many(3)
    await post.work()

    for pause in (False, True):
        post.clock.forward(MINUTE)
        async with post.database.transaction() as db:
            if pause:
                why, now = senders.PausedFor.AUTH, post.clock.now()
                await senders.pause(
                    db, post.team.id, post.sender.id, reason=why, reply="", until=None, now=now
                )
            await senders.lift(db, post.team.id, post.sender.id, now=post.clock.now())
        await post.work()
        assert len(post.sink.mails) == 1

    post.clock.forward(21 * MINUTE)
    await post.work()
    assert len(post.sink.mails) == 2


async def test_a_sender_taken_off_and_put_back_keeps_its_wait(office: Open) -> None:
    post = await office(ONE)
    await run(post, "UPDATE schedules SET seconds_to_wait = 1200")
    await post.add_many(3)
    await post.work()
    async with post.database.transaction() as db:
        other = await post.add_sender(db, "monica@piedpiper.example")
        for ids in ([other.id], [post.sender.id]):
            await campaigns.set_senders(
                db, post.team.id, post.campaign.id, ids, now=post.clock.now()
            )

    post.clock.forward(MINUTE)
    await post.work()
    assert len(post.sink.mails) == 1
    post.clock.forward(20 * MINUTE)
    await post.work()
    assert len(post.sink.mails) == 2


async def test_a_retry_is_not_brought_forward_by_a_rule_that_held_its_lead_before(
    office: Open,
) -> None:
    grey = Script(Stage.RCPT, reply="451 4.7.1 Greylisted, come back later", times=1)
    post = await office(ONE, script={"lead1@hooli.com": grey})
    async with post.database.transaction() as db:
        await worker.appear(db, "wrk_one", "")
    await run(post, "UPDATE senders SET domain_gap_seconds = 600")
    await post.add("lead0@hooli.com")
    await post.work()
    await post.add("lead1@hooli.com")
    await post.work()
    post.clock.forward(timedelta(seconds=601))
    await post.work()
    async with post.database.transaction() as db:
        deferred = await db.fetchval("SELECT lead_id FROM messages WHERE state = 'deferred'")

    assert (await explain(post, deferred)).cause is Cause.TRIED_AGAIN
    async with post.database.transaction() as db:
        changes, now = senders.Changes(domain_gap_seconds=300), post.clock.now()
        await senders.change(db, post.team.id, post.sender.id, changes, now=now)
    await post.work(post.another_worker())
    assert len(post.sink.mails) == 1


async def test_no_task_is_made_while_no_hour_is_open(office: Open) -> None:
    post = await office(ONE)
    async with post.database.transaction() as db:
        team, campaign, now = post.team.id, post.campaign.id, post.clock.now()
        await campaigns.pause(db, team, campaign)
        await make.other_step(db, post.campaign, StepType.MANUAL, delay_days=0, title="Call")
        await sequences.start_campaign(db, team, campaign, now=now)
        (own, *_) = await campaigns.schedules_of(db, team, campaign)
        today = now.date()
        days = tuple(today + timedelta(days=day) for day in range(400))
        mondays = tuple(day for day in days if day.isoweekday() == 1)
        closed = schedules.ScheduleChanges(weekdays=(1,), days_off=mondays)
        await campaigns.change_schedule(db, team, own.id, closed, now=now)
    lead = await post.add(RICHARD)
    async with post.database.transaction() as db:
        await db.execute("UPDATE leads SET step_position = 1, needs_sender = false")
    await post.work()
    assert (await post.lead(lead.id)).waits_for is None

    async with post.database.transaction() as db:
        opened = schedules.ScheduleChanges(weekdays=(1, 2, 3, 4, 5, 6, 7), days_off=())
        await campaigns.change_schedule(db, team, own.id, opened, now=post.clock.now())
    post.clock.forward(DAY)
    await post.work()
    assert (await post.lead(lead.id)).waits_for == "task"


async def _second_campaign(post: PostOffice) -> None:
    async with post.database.transaction() as db:
        team, now = post.team.id, post.clock.now()
        other = await make.campaign(db, team, "Second")
        await make.open_always(db, other)
        await make.step(db, other, *ONE)
        await campaigns.set_senders(db, team, other.id, [post.sender.id], now=now)
        await sequences.start_campaign(db, team, other.id, now=now)
        people = [addresses.parse(f"b{number}@hooli.com") for number in range(3)]
        await leads.add(db, [NewLead(team, other.id, one, {}) for one in people], now=now)
