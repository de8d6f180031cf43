"""A sender with hours of its own sends only while they and its campaign's are open."""

from datetime import datetime, time, timedelta

from pomelo import campaigns, worker
from pomelo.insight.causes import Cause
from pomelo.schedules import ScheduleChanges, ScheduleValues
from tests import make
from tests.insight.scenes import explain
from tests.trips.conftest import Open
from tests.wire import PostOffice

HOUR = timedelta(hours=1)
EVERY_DAY = tuple(range(1, 8))


async def opened(office: Open, start: str, end: str) -> PostOffice:
    """An office at 9 o'clock; its campaign sends always, its sender from start to end."""
    post = await office(("Hello", "<p>Hi</p>"))
    values = ScheduleValues(
        start_time=start, end_time=end, timezone="UTC", weekdays=EVERY_DAY, seconds_to_wait=0
    )
    now = post.clock.now()
    async with post.database.transaction() as db:
        own = await make.schedule(db, post.team.id, values)
        await campaigns.set_sender_hours(db, post.team.id, post.sender.id, own.id, now=now)
        await worker.appear(db, "wrk_one", "")
    return post


async def test_it_sends_in_its_own_hours_only(office: Open) -> None:
    post = await opened(office, "14:00", "16:00")
    await post.add_many(3)
    sent_at = []

    for _ in range(24):
        before = len(post.sink.mails)
        await post.work()
        sent_at += [post.clock.now().time()] * (len(post.sink.mails) - before)
        post.clock.forward(HOUR)

    assert sent_at == [time(14)] * 3


async def test_explain_names_its_hours_and_when_they_open(office: Open) -> None:
    post = await opened(office, "14:00", "16:00")
    lead = await post.add("gavin@hooli.com")

    found = await explain(post, lead.id)
    assert found.goes_at is not None
    await post.work()
    post.clock.forward(datetime.fromisoformat(found.goes_at) - post.clock.now())
    await post.work()

    assert found.cause is Cause.WINDOW
    assert post.sender.email in found.sentence
    assert len(post.sink.mails) == 1


async def test_another_sender_takes_who_is_new_meanwhile(office: Open) -> None:
    post = await opened(office, "14:00", "16:00")
    async with post.database.transaction() as db:
        other = await post.add_sender(db, "dinesh@piedpiper.example")
        both = [post.sender.id, other.id]
        await campaigns.set_senders(db, post.team.id, post.campaign.id, both, now=post.clock.now())
    await post.add_many(2)

    await post.work()

    assert {mail.envelope_from for mail in post.sink.mails} == {other.email}
    assert len(post.sink.mails) == 2


async def test_hours_that_never_meet_the_campaigns_send_nothing(office: Open) -> None:
    post = await opened(office, "14:00", "16:00")
    async with post.database.transaction() as db:
        (one, *_) = await campaigns.schedules_of(db, post.team.id, post.campaign.id)
        mornings = ScheduleChanges(start_time="08:00", end_time="10:00")
        await campaigns.change_schedule(db, post.team.id, one.id, mornings, now=post.clock.now())
    lead = await post.add("gavin@hooli.com")

    for _ in range(24):
        await post.work()
        post.clock.forward(HOUR)

    assert post.sink.mails == []
    assert (await explain(post, lead.id)).cause is Cause.HOURS_NEVER_MEET


async def test_a_change_of_its_hours_counts_at_once(office: Open) -> None:
    post = await opened(office, "14:00", "16:00")
    await post.add("gavin@hooli.com")
    await post.work()

    async with post.database.transaction() as db:
        kept = await campaigns.sender_hours(db, post.team.id, [post.sender.id])
        longer = ScheduleChanges(start_time="08:00")
        await campaigns.change_schedule(
            db, post.team.id, kept[post.sender.id], longer, now=post.clock.now()
        )
    await post.work()

    assert len(post.sink.mails) == 1


async def test_a_slow_server_carries_no_mail_out_of_its_hours(office: Open) -> None:
    post = await opened(office, "09:00", "10:00")
    object.__setattr__(post.desk, "lease_seconds", 86_400.0)  # as if it were renewed meanwhile
    post.sink._on_mail = lambda _: post.clock.forward(timedelta(minutes=25))
    await post.add_many(5)

    await post.work()

    assert len(post.sink.mails) == 3
