"""When one rule lets go another may have begun: what `explain` says is when the mail then goes."""

from datetime import datetime, timedelta

import pytest

from pomelo import activities, campaigns, leads, senders, worker
from pomelo.insight.causes import Cause
from pomelo.schedules import LeadZones, ScheduleValues
from tests import make
from tests.insight.scenes import explain, run
from tests.trips.conftest import Open
from tests.wire import PostOffice

ONE = ("Hello", "<p>Hi</p>")
RICHARD = "richard@piedpiper.com"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


async def appear(post: PostOffice) -> None:
    async with post.database.transaction() as db:
        await worker.appear(db, "wrk_one", "")


async def goes(post: PostOffice, foreseen: datetime) -> datetime:
    """Let time go by until Richard has his mail, slowly from an hour before it is foreseen on."""
    while not post.mails(RICHARD):
        is_near = post.clock.now() >= foreseen - HOUR
        post.clock.forward(MINUTE if is_near else HOUR)
        await post.work()
    return post.clock.now()


async def keep_hours(post: PostOffice, start: str, end: str) -> None:
    await run(post, f"UPDATE schedules SET start_time = '{start}', end_time = '{end}'")


async def keep_own_hours(post: PostOffice, start: str, end: str) -> None:
    async with post.database.transaction() as db:
        every_day = (1, 2, 3, 4, 5, 6, 7)
        values = ScheduleValues(
            name="own", timezone="UTC", start_time=start, end_time=end, weekdays=every_day
        )
        own = await make.schedule(db, post.team.id, values)
        now = post.clock.now()
        await campaigns.set_sender_hours(db, post.team.id, post.sender.id, own.id, now=now)


async def told(post: PostOffice) -> datetime:
    lead = await post.add(RICHARD, {"firstName": "Richard", "timezone": "UTC"})
    said = await explain(post, lead.id)
    assert said.goes_at is not None
    return datetime.fromisoformat(said.goes_at)


async def test_a_gap_that_ends_after_the_hours(office: Open) -> None:
    post = await office(ONE, gap=1200)
    await appear(post)
    await keep_hours(post, "09:00", "10:00")
    post.clock.forward(50 * MINUTE)
    await post.add_many(1)
    await post.work()

    said = await told(post)
    assert said == await goes(post, said) == datetime.fromisoformat("2026-03-11T09:00Z")


async def test_a_limit_that_has_room_after_the_hours(office: Open) -> None:
    post = await office(ONE, limit=1)
    await appear(post)
    post.clock.forward(HOUR)
    await post.add_many(1)
    await post.work()
    await keep_hours(post, "06:00", "09:30")
    post.clock.forward(22 * HOUR)

    said = await told(post)
    assert said == await goes(post, said) == datetime.fromisoformat("2026-03-12T06:00Z")


async def test_hours_of_a_sender_that_begin_before_those_of_a_lead(office: Open) -> None:
    post = await office(ONE)
    await appear(post)
    await keep_hours(post, "07:00", "00:00")
    await keep_own_hours(post, "06:00", "08:00")
    async with post.database.transaction() as db:
        await campaigns.set_lead_zones(
            db, post.team.id, post.campaign.id, LeadZones.OWN, now=post.clock.now()
        )

    said = await told(post)
    assert said == await goes(post, said) == datetime.fromisoformat("2026-03-11T07:00Z")


@pytest.mark.parametrize("zones", [LeadZones.OFF, LeadZones.OWN])
async def test_hours_that_are_never_open_together_have_no_instant(
    office: Open, zones: LeadZones
) -> None:
    post = await office(ONE)
    await appear(post)
    await keep_hours(post, "09:00", "12:00")
    await keep_own_hours(post, "13:00", "15:00")
    async with post.database.transaction() as db:
        await campaigns.set_lead_zones(
            db, post.team.id, post.campaign.id, zones, now=post.clock.now()
        )
    lead = await post.add(RICHARD, {"firstName": "Richard", "timezone": "UTC"})

    said = await explain(post, lead.id)

    assert (said.cause, said.goes_at) == (Cause.WINDOW, None)


async def test_a_text_that_failed_still_says_what_it_lacks(office: Open) -> None:
    post = await office(("Hello", "<p>{{city}}</p>"))
    lead = await post.add(RICHARD)
    await post.work()

    said = await explain(post, lead.id)

    assert said.cause is Cause.TEMPLATE_FAILING
    assert said.sentence.endswith("is missing: city.")


async def test_a_campaign_of_which_no_lead_can_go_is_not_ready(office: Open) -> None:
    post = await office(ONE)
    await appear(post)
    lead = await post.add(RICHARD)
    await post.work()
    at_its_end = await explain(post, post.campaign.id)
    paused = await post.add("monica@piedpiper.com")
    async with post.database.transaction() as db:
        await activities.pause(db, post.team.id, [lead.id, paused.id], now=post.clock.now())
    held = await explain(post, post.campaign.id)

    assert (at_its_end.cause, at_its_end.goes_at) == (Cause.FINISHED, None)
    assert (held.cause, held.goes_at) == (Cause.LEAD_PAUSED, None)
    assert held.counts == {Cause.FINISHED: 1, Cause.LEAD_PAUSED: 1}


async def test_a_lead_whose_sender_was_deleted_is_explained(office: Open) -> None:
    post = await office(ONE, ("", "<p>Again</p>"))
    await appear(post)
    lead = await post.add(RICHARD)
    await post.work()
    async with post.database.transaction() as db:
        team, now = post.team.id, post.clock.now()
        other = await post.add_sender(db, "monica@piedpiper.example")
        await campaigns.set_senders(db, team, post.campaign.id, [other.id], now=now)
        await senders.delete(db, team, post.sender.id, now=now)
        await leads.park_sender(db, team, post.sender.id, now=now)
    post.clock.forward(2 * DAY)

    said = await explain(post, lead.id)

    assert (said.cause, said.goes_at) == (Cause.SENDER_GONE, None)
