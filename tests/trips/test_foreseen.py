"""When one rule lets go another may have begun: what `explain` says is when the mail then goes."""

from datetime import datetime, timedelta

import pytest

from pomelo import activities, campaigns, leads, senders, worker
from pomelo.insight import MEANINGS
from pomelo.insight.causes import Cause
from pomelo.leads import ActivityType
from pomelo.schedules import LeadZones, ScheduleValues
from tests import make
from tests.insight.scenes import explain, happens, run
from tests.trips.conftest import Open
from tests.wire import PostOffice

ONE = ("Hello", "<p>Hi</p>")
RICHARD = "richard@piedpiper.com"
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
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


async def keep_own_hours(
    post: PostOffice, start: str, end: str, weekdays: tuple[int, ...] = EVERY_DAY
) -> None:
    async with post.database.transaction() as db:
        values = ScheduleValues(
            name="own", timezone="UTC", start_time=start, end_time=end, weekdays=weekdays
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

    everybody = await explain(post, post.campaign.id)
    sender = await explain(post, post.sender.id)

    assert (said.cause, said.goes_at, said.at) == (Cause.HOURS_NEVER_MEET, None, None)
    assert said.waits_for == "the hours are changed"
    assert said.next == ()
    if zones is LeadZones.OFF:  # else each lead has hours of its own
        assert everybody.counts == {Cause.HOURS_NEVER_MEET: 1}
        for one in (everybody, sender):
            assert (one.cause, one.goes_at, one.waits_for) == (said.cause, None, said.waits_for)


async def test_hours_that_meet_only_on_another_day_are_foreseen_for_all_who_ask(
    office: Open,
) -> None:
    post = await office(ONE)
    await appear(post)  # on a Tuesday
    await run(post, "UPDATE schedules SET weekdays = '{3,5,6}'")
    await keep_own_hours(post, "10:00", "12:00", weekdays=(4, 6))
    lead = await post.add(RICHARD, {"firstName": "Richard", "timezone": "UTC"})

    said = [await explain(post, asked) for asked in (lead.id, post.campaign.id, post.sender.id)]

    saturday = datetime.fromisoformat("2026-03-14T10:00Z")
    assert [datetime.fromisoformat(one.goes_at or "") for one in said] == [saturday] * 3
    assert saturday == await goes(post, saturday)


async def test_a_sender_is_asked_about_in_the_campaign_in_which_it_is_free_first(
    office: Open,
) -> None:
    post = await office(ONE)
    await appear(post)
    await keep_hours(post, "14:00", "15:00")
    await keep_own_hours(post, "08:00", "12:00")
    async with post.database.transaction() as db:
        other = await make.running_campaign(db, post.team.id, post.sender, "Other")
        await make.lead(db, other, RICHARD, variables={"firstName": "Richard"})

    said = await explain(post, post.sender.id)
    await post.work()

    assert (said.cause, said.next) == (Cause.READY, ())
    assert len(post.mails(RICHARD)) == 1


async def test_the_sender_that_is_free_first_is_the_one_that_is_asked_about(office: Open) -> None:
    post = await office(ONE)
    await appear(post)
    async with post.database.transaction() as db:
        other = await post.add_sender(db, "monica@piedpiper.example")
        both, now = [post.sender.id, other.id], post.clock.now()
        await campaigns.set_senders(db, post.team.id, post.campaign.id, both, now=now)
        first, free = [
            one.id for one in await campaigns.list_senders(db, post.team.id, post.campaign.id)
        ]
    await run(post, "UPDATE senders SET domain_gap_seconds = 7200")
    await run(
        post,
        "INSERT INTO domain_turns (team_id, sender_id, domain, gap_seconds, written_at)"
        " VALUES ($1, $2, 'piedpiper.com', 7200, $3)", post.team.id, first, now,
    )  # fmt: skip
    rests_until = now + 3 * DAY
    await run(
        post, "UPDATE senders SET may_send_at = $2, next_at = $2 WHERE id = $1", first, rests_until
    )

    said = await told(post)
    await post.work()

    assert said == now
    assert [mail.envelope_from for mail in post.sink.mails] == [
        {post.sender.id: post.sender.email, other.id: other.email}[free]
    ]


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


@pytest.mark.parametrize(
    ("failed", "cause"),
    [
        (ActivityType.EMAILS_FAILED, Cause.TEMPLATE_FAILING),
        (ActivityType.API_FAILED, Cause.CALL_FAILING),
    ],
)
async def test_a_campaign_that_waits_only_for_something_to_be_mended_has_not_finished(
    office: Open, failed: ActivityType, cause: Cause
) -> None:
    post = await office(ONE)
    await appear(post)
    await post.add("monica@piedpiper.com")
    await post.work()
    lead = await post.add(RICHARD)
    await happens(post, lead, failed)
    said = await explain(post, post.campaign.id)
    await keep_hours(post, "12:00", "13:00")
    at_night = await explain(post, post.campaign.id)

    assert (said.cause, said.goes_at, said.next) == (cause, None, ())
    assert said.sentence.endswith(" (1 of 2 leads).")
    assert (said.waits_for, said.do_this) == (MEANINGS[cause].waits_for, MEANINGS[cause].do)
    assert said.counts == {Cause.FINISHED: 1, cause: 1}
    assert (at_night.cause, at_night.goes_at) == (cause, None)
    assert [reason.cause for reason in at_night.next] == [Cause.WINDOW]


async def test_a_campaign_that_fails_for_some_says_first_what_the_others_wait_for(
    office: Open,
) -> None:
    post = await office(ONE)
    await appear(post)
    await happens(post, await post.add(RICHARD), ActivityType.EMAILS_FAILED)
    await post.add("monica@piedpiper.com")

    said = await explain(post, post.campaign.id)

    assert said.cause is Cause.READY
    assert said.counts == {Cause.READY: 1, Cause.TEMPLATE_FAILING: 1}


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
