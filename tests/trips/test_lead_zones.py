"""Hours on the clocks of each lead: nobody is written to at night."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from pomelo import campaigns, leads, worker
from pomelo.base.ids import LeadId
from pomelo.delivery.contacting import Waker
from pomelo.insight.causes import Cause
from pomelo.leads import HeldBy
from pomelo.schedules import LeadZones, ScheduleChanges
from tests.insight.scenes import explain
from tests.trips.conftest import Open
from tests.wire import PostOffice

Change = Callable[[PostOffice, LeadId], Awaitable[None]]
HOUR = timedelta(hours=1)
PLACES = {"kiribati": "Pacific/Kiritimati", "tokyo": "Asia/Tokyo", "la": "America/Los_Angeles"}


async def opened(office: Open) -> PostOffice:
    """An office whose campaign sends from 9 to 18, everywhere."""
    post = await office(("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
    hours = ScheduleChanges(
        start_time="09:00", end_time="18:00", timezone="Europe/Paris", weekdays=tuple(range(1, 8))
    )
    async with post.database.transaction() as db:
        await campaigns.set_lead_zones(
            db, post.team.id, post.campaign.id, LeadZones.OWN, now=post.clock.now()
        )
        (one,) = await campaigns.schedules_of(db, post.team.id, post.campaign.id)
        await campaigns.change_schedule(db, post.team.id, one.id, hours, now=post.clock.now())
        await worker.appear(db, "wrk_one", "")
    return post


async def days(post: PostOffice, amount: int) -> dict[str, list[datetime]]:
    """Let days go by, hour by hour; gives when each lead got mails."""
    got: dict[str, list[datetime]] = {}
    for _ in range(amount * 24):
        before = len(post.sink.mails)
        await post.work()
        for mail in post.sink.mails[before:]:
            got.setdefault(mail.recipients[0].partition("@")[0], []).append(post.clock.now())
        post.clock.forward(HOUR)
    return got


async def test_each_lead_is_written_to_by_its_own_day(office: Open) -> None:
    post = await opened(office)
    for name, zone in PLACES.items():
        await post.add(f"{name}@hooli.com", {"timezone": zone})
    await post.add("paris@hooli.com")

    got = await days(post, 4)

    for name, ats in got.items():
        home = ZoneInfo(PLACES.get(name, "Europe/Paris"))
        assert len(ats) == 2
        assert all(time(9) <= at.astimezone(home).time() < time(18) for at in ats)
    assert got.keys() == {*PLACES, "paris"}


async def test_a_lead_for_which_it_is_night_is_asked_about_once_a_mail(office: Open) -> None:
    post = await opened(office)
    for number in range(20):
        await post.add(f"p{number}@hooli.com", {"timezone": "America/Los_Angeles"})

    await days(post, 3)

    async with post.database.transaction() as db:
        claims = await db.fetchval("SELECT sum(fence) FROM leads")
    assert len(post.sink.mails) == 40
    assert claims <= 2 * 40 + 20  # the last look finds no step


async def test_what_explain_says_of_the_hour_is_what_happens(office: Open) -> None:
    post = await opened(office)
    lead = await post.add("gavin@hooli.com", {"timezone": "America/Los_Angeles"})

    asked = await explain(post, lead.id)
    await post.work()
    held = await explain(post, lead.id)
    assert held.goes_at is not None
    post.clock.forward(datetime.fromisoformat(held.goes_at) - post.clock.now())
    await post.work()

    assert (asked.cause, held.cause) == (Cause.WINDOW, Cause.WINDOW)
    assert asked.goes_at == held.goes_at
    assert post.clock.now().astimezone(ZoneInfo("America/Los_Angeles")).time() == time(9)
    assert len(post.sink.mails) == 1


async def change_hours(post: PostOffice, lead: LeadId) -> None:
    del lead
    async with post.database.transaction() as db:
        (one,) = await campaigns.schedules_of(db, post.team.id, post.campaign.id)
        always = ScheduleChanges(start_time="00:00", end_time="00:00")
        await campaigns.change_schedule(db, post.team.id, one.id, always, now=post.clock.now())


async def turn_off(post: PostOffice, lead: LeadId) -> None:
    del lead
    async with post.database.transaction() as db:
        await campaigns.set_lead_zones(
            db, post.team.id, post.campaign.id, LeadZones.OFF, now=post.clock.now()
        )


async def move_house(post: PostOffice, lead: LeadId) -> None:
    said = {"timezone": "Europe/Paris"}
    async with post.database.transaction() as db:
        await leads.set_variables(db, post.team.id, lead, said, now=post.clock.now())


@pytest.mark.parametrize("change", [change_hours, turn_off, move_house])
async def test_whoever_waits_for_an_hour_that_is_another_now_goes_on(
    office: Open, change: Change
) -> None:
    post = await opened(office)
    post.clock.at = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)  # night in Los Angeles
    lead = await post.add("gavin@hooli.com", {"timezone": "America/Los_Angeles"})
    await post.work()
    held_by = (await post.lead(lead.id)).held_by

    await change(post, lead.id)
    async with post.database.transaction() as db:
        await Waker().wake(db, now=post.clock.now())
    await post.work()

    assert held_by is HeldBy.WINDOW
    assert len(post.sink.mails) == 1


async def test_the_other_leads_of_a_sender_go_on_while_some_sleep(office: Open) -> None:
    post = await opened(office)
    post.clock.at = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
    for number in range(120):
        await post.add(f"p{number}@hooli.com", {"timezone": "America/Los_Angeles"})
    await post.add("jared@hooli.com", {"timezone": "Europe/Paris"})

    await post.work()

    assert [mail.recipients for mail in post.sink.mails] == [("jared@hooli.com",)]
