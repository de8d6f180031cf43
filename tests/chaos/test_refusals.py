"""In steady state a lead that must wait is asked about twice for each mail at most."""

from datetime import timedelta

import pytest

from pomelo import campaigns, leads, senders, teams
from pomelo.base.addresses import parse
from pomelo.leads import NewLead
from pomelo.schedules import LeadZones, ScheduleChanges
from pomelo.senders import Changes
from pomelo.teams import Cap, ContactRules
from tests.chaos.kills import tell
from tests.trips.conftest import Open, office
from tests.wire import PostOffice

__all__ = ["office"]

PEOPLE = 2_000
COMPANIES = 200
SENDERS = 10
DAYS = 25
DAY = timedelta(days=1)
ZONES = ("Asia/Tokyo", "Europe/Paris", "America/New_York", "America/Los_Angeles")


async def crowd(post: PostOffice) -> None:
    """Fill a campaign of two mails with the people of some companies, all over the world."""
    new = [
        NewLead(
            post.team.id,
            post.campaign.id,
            parse(f"p{number}@company{number % COMPANIES}.com"),
            {"timezone": ZONES[number % len(ZONES)]},
        )
        for number in range(PEOPLE)
    ]
    async with post.database.transaction() as db:
        for first in range(0, PEOPLE, 500):
            await leads.add(db, new[first : first + 500], now=post.clock.now())


async def set_up(post: PostOffice, *, rules: ContactRules, gap: int, zones: LeadZones) -> None:
    """Give the team ten senders and what holds its leads back."""
    now = post.clock.now()
    async with post.database.transaction() as db:
        more = [await post.add_sender(db, f"s{n}@piedpiper.example") for n in range(SENDERS - 1)]
        everybody = [post.sender.id, *(one.id for one in more)]
        await campaigns.set_senders(db, post.team.id, post.campaign.id, everybody, now=now)
        for one in everybody:
            changes = Changes(domain_gap_seconds=gap)
            await senders.change(db, post.team.id, one, changes, now=now)
        await teams.set_contact_rules(db, post.team.id, rules)
        await campaigns.set_lead_zones(db, post.team.id, post.campaign.id, zones, now=now)
        if zones is not LeadZones.OFF:
            (schedule,) = await campaigns.schedules_of(db, post.team.id, post.campaign.id)
            hours = ScheduleChanges(start_time="09:00", end_time="17:00")
            await campaigns.change_schedule(db, post.team.id, schedule.id, hours, now=now)


@pytest.mark.chaos
@pytest.mark.parametrize(
    ("name", "rules", "gap", "zones"),
    [
        ("company rule", ContactRules(company=Cap(2, 1)), 0, LeadZones.OFF),
        ("domain gap", ContactRules(), 3_600, LeadZones.OFF),
        ("lead zones", ContactRules(), 0, LeadZones.OWN),
        ("all of them", ContactRules(company=Cap(4, 1)), 1_800, LeadZones.OWN),
    ],
)
async def test_two_refusals_for_a_mail_at_most(
    office: Open, name: str, rules: ContactRules, gap: int, zones: LeadZones
) -> None:
    post = await office(("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
    await set_up(post, rules=rules, gap=gap, zones=zones)
    await crowd(post)

    for _ in range(DAYS * 24):
        await post.work()
        post.clock.forward(timedelta(hours=1))

    async with post.database.transaction() as db:
        claims = await db.fetchval("SELECT sum(fence) FROM leads")
    mails = len(post.sink.mails)
    refusals = claims - mails
    tell(f"refusals by {name}", mails=mails, refusals=refusals, a_mail=f"{refusals / mails:.2f}")
    assert mails == 2 * PEOPLE
    assert refusals <= 2 * mails
