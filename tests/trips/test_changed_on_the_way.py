"""Limits and hours that are changed while a batch is on its way count for the next mail."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from pomelo import campaigns, leads, senders
from pomelo.api.team import TeamChanges, apply
from pomelo.base.db import Db
from pomelo.delivery.plan import Job
from pomelo.leads import Lead
from pomelo.schedules import LeadZones, ScheduleChanges
from tests.trips.conftest import Open
from tests.wire import PostOffice

Change = Callable[[PostOffice, Db], Awaitable[object]]


async def of_sender(post: PostOffice, db: Db) -> None:
    changes, now = senders.Changes(limit_per_day=1), post.clock.now()
    await senders.change(db, post.team.id, post.sender.id, changes, now=now)


async def of_team(post: PostOffice, db: Db) -> None:
    await apply(db, post.team.id, TeamChanges(limit_per_day=1), now=post.clock.now())


async def of_hours(post: PostOffice, db: Db) -> None:
    team = post.team.id
    (hours, *_) = await campaigns.schedules_of(db, team, post.campaign.id)
    changes = ScheduleChanges(start_time="12:00", end_time="13:00")
    await campaigns.change_schedule(db, team, hours.id, changes, now=post.clock.now())


@pytest.mark.parametrize("change", [of_sender, of_team, of_hours], ids=lambda one: one.__name__)
async def test_what_is_changed_after_the_first_mail_of_a_batch_holds_the_others(
    office: Open, change: Change
) -> None:
    post = await office(("Hello", "<p>Hi</p>"))
    changing: list[asyncio.Task[int]] = []

    async def make_change() -> int:
        async with post.database.transaction() as db:
            await change(post, db)
        return len(post.sink.mails)

    def first(_: object) -> None:
        if not changing:
            changing.append(asyncio.create_task(make_change()))

    post.sink._on_mail = first
    await post.add_many(50)
    await post.work()
    answered_after = await changing[0]

    # One may have had its leave when the change was answered.
    assert len(post.sink.mails) <= answered_after + 1 < 50


async def of_the_clocks(post: PostOffice, db: Db, _: Lead) -> None:
    now = post.clock.now()
    await campaigns.set_lead_zones(db, post.team.id, post.campaign.id, LeadZones.OWN, now=now)


async def of_the_lead(post: PostOffice, db: Db, lead: Lead) -> None:
    variables: dict[str, object] = {"timezone": "America/Los_Angeles"}
    await leads.set_variables(db, post.team.id, lead.id, variables, now=post.clock.now())


@pytest.mark.parametrize(
    ("change", "zones", "lives_in"),
    [
        (of_the_clocks, LeadZones.OFF, "America/Los_Angeles"),
        (of_the_lead, LeadZones.OWN, "Europe/Berlin"),
    ],
)
async def test_clocks_that_change_after_the_claim_hold_the_mail_back(
    office: Open,
    change: Callable[[PostOffice, Db, Lead], Awaitable[None]],
    zones: LeadZones,
    lives_in: str,
) -> None:
    post = await office(("Hello", "<p>Hi</p>"))  # it is nine o'clock in London
    async with post.database.transaction() as db:
        (hours,) = await campaigns.schedules_of(db, post.team.id, post.campaign.id)
        day = ScheduleChanges(start_time="08:00", end_time="18:00")
        await campaigns.change_schedule(db, post.team.id, hours.id, day, now=post.clock.now())
        now = post.clock.now()
        await campaigns.set_lead_zones(db, post.team.id, post.campaign.id, zones, now=now)
    lead = await post.add("richard@hooli.com", {"timezone": lives_in})
    deliverer = post.another_worker()
    claim = deliverer._claim

    async def claim_then_change(amount: int) -> tuple[bool, list[Job]]:
        claimed = await claim(amount)
        async with post.database.transaction() as db:
            await change(post, db, lead)
        return claimed

    deliverer._claim = claim_then_change  # type: ignore[method-assign]
    await deliverer.work_once()
    await deliverer.finish()
    early = len(post.sink.mails)
    post.clock.forward(timedelta(hours=9))
    await post.work(post.another_worker())

    assert (early, len(post.sink.mails)) == (0, 1)
