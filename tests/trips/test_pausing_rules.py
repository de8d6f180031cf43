"""What a reply, a click or a meeting does to a lead, as its campaign chose: go on, wait, or end."""

from datetime import timedelta
from typing import Any

import pytest

from pomelo import activities, campaigns
from pomelo.activities import Fact
from pomelo.campaigns import CampaignChanges
from pomelo.leads import ActivityType, Lead
from tests.trips.conftest import Open
from tests.wire import PostOffice

A = ActivityType
RICHARD = "richard@piedpiper.com"
STEPS = (("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
EVENTS = [
    (A.EMAILS_REPLIED, "replied", {"stop_on_replied": True}),
    (A.EMAILS_CLICKED, "clicked", {"stop_on_clicked": True}),
    (A.MEETING_BOOKED, "meeting", {"stop_on_meeting": True}),
]


async def written_to(post: PostOffice, **chosen: Any) -> Lead:
    """A lead that got the first mail, in a campaign that chose this."""
    async with post.database.transaction() as db:
        changes = CampaignChanges(**{"stop_on_replied": False, **chosen})
        await campaigns.change(db, post.team.id, post.campaign.id, changes)
    lead = await post.add(RICHARD)
    await post.work()
    return lead


async def happens(post: PostOffice, lead: Lead, kind: ActivityType, **extra: object) -> None:
    async with post.database.transaction() as db:
        fact = Fact(
            team_id=post.team.id, type=kind, lead_id=lead.id, at=post.clock.now(), extra=extra
        )
        await activities.record(db, [fact])


async def later(post: PostOffice) -> int:
    post.clock.forward(timedelta(days=2))
    await post.work()
    return len(post.mails(RICHARD))


@pytest.mark.parametrize(("kind", "event", "rule"), EVENTS)
async def test_where_nothing_is_chosen_it_goes_on(
    office: Open, kind: ActivityType, event: str, rule: dict[str, bool]
) -> None:
    post = await office(*STEPS)
    lead = await written_to(post, pause_on=(event,), **dict.fromkeys(rule, False))

    await happens(post, lead, kind)

    assert await later(post) == 2


@pytest.mark.parametrize(("kind", "event", "rule"), EVENTS)
async def test_what_stops_is_the_end(
    office: Open, kind: ActivityType, event: str, rule: dict[str, bool]
) -> None:
    post = await office(*STEPS)
    lead = await written_to(post, **rule)

    await happens(post, lead, kind)

    assert await later(post) == 1
    assert (await post.lead(lead.id)).stopped_by is kind


@pytest.mark.parametrize(("kind", "event", "rule"), EVENTS)
async def test_what_pauses_waits_for_a_person(
    office: Open, kind: ActivityType, event: str, rule: dict[str, bool]
) -> None:
    post = await office(*STEPS)
    lead = await written_to(post, pause_on=(event,), **rule)

    await happens(post, lead, kind)
    held = await later(post)
    paused = await post.lead(lead.id)
    async with post.database.transaction() as db:
        await activities.resume(db, post.team.id, [lead.id], now=post.clock.now())
    await post.work()

    assert (held, paused.is_paused, paused.stopped_by) == (1, True, None)
    assert len(post.mails(RICHARD)) == 2


@pytest.mark.parametrize(("link", "count"), [("https://cal.com/x", 1), ("https://other.com/", 2)])
async def test_only_the_links_that_are_meant_stop(office: Open, link: str, count: int) -> None:
    post = await office(*STEPS)
    lead = await written_to(post, stop_on_clicked=True, click_filter="cal.com")

    await happens(post, lead, A.EMAILS_CLICKED, location=link)

    assert await later(post) == count
