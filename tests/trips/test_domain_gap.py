"""Mails of one sender to one domain are spread, and who waits is not asked over and over."""

from datetime import datetime, timedelta

import pytest

from pomelo import campaigns, senders, worker
from pomelo.delivery.contacting import TurnsCleaner, Waker
from pomelo.insight.causes import Cause
from pomelo.senders import Changes
from tests.insight.scenes import explain
from tests.trips.conftest import Open
from tests.wire import PostOffice

GAP = 600
TURN = timedelta(seconds=GAP + 2)
DAY = timedelta(days=1)


async def set_gap(post: PostOffice, seconds: int) -> None:
    async with post.database.transaction() as db:
        changes = Changes(domain_gap_seconds=seconds)
        await senders.change(db, post.team.id, post.sender.id, changes, now=post.clock.now())


async def crowd(post: PostOffice, amount: int, domain: str = "hooli.com", first: int = 0) -> None:
    for number in range(first, first + amount):
        await post.add(f"p{number}@{domain}")


def heard(post: PostOffice) -> list[str]:
    return [to for mail in post.sink.mails for to in mail.recipients]


async def claims(post: PostOffice) -> int:
    """How often leads were claimed."""
    async with post.database.transaction() as db:
        return int(await db.fetchval("SELECT sum(fence) FROM leads"))


async def turns(post: PostOffice, amount: int) -> list[int]:
    """Let turns go by; gives how many mails went in each of them."""
    counts = []
    for _ in range(amount):
        before = len(post.sink.mails)
        await post.work()
        counts.append(len(post.sink.mails) - before)
        post.clock.forward(TURN)
    return counts


async def test_one_domain_gets_a_mail_a_gap_and_others_do_not_wait(office: Open) -> None:
    post = await office()
    await set_gap(post, GAP)
    await crowd(post, 5)
    await post.add("richard@piedpiper.com")

    assert await turns(post, 6) == [2, 1, 1, 1, 1, 0]
    assert heard(post).index("richard@piedpiper.com") < 2


async def test_who_finds_the_mail_before_late_keeps_its_turn_and_knows_it(office: Open) -> None:
    post = await office()
    await set_gap(post, GAP)
    async with post.database.transaction() as db:
        await worker.appear(db, "wrk_one", "")
    people = [await post.add(f"p{number}@hooli.com") for number in range(4)]
    await post.work()
    post.clock.forward(timedelta(seconds=GAP + 5))  # the second one goes five seconds late
    await post.work()
    third = people[[lead.email for lead in people].index(await _next(post))]

    opens_at = post.clock.now() + timedelta(seconds=GAP)
    said = await explain(post, third.id)
    post.clock.forward(timedelta(seconds=GAP - 4))
    await post.work()
    early = len(heard(post))
    post.clock.forward(timedelta(seconds=4))
    await post.work()

    assert said.goes_at is not None
    assert datetime.fromisoformat(said.goes_at) == opens_at
    assert (early, heard(post)[2:]) == (2, [third.email])


async def _next(post: PostOffice) -> str:
    """Whose turn is the first."""
    async with post.database.transaction() as db:
        query = "SELECT email FROM leads WHERE held_by = 'domainGap' ORDER BY due_at LIMIT 1"
        return str(await db.fetchval(query))


async def test_who_waits_for_a_domain_is_asked_about_once_a_mail(office: Open) -> None:
    post = await office()
    await set_gap(post, GAP)
    await crowd(post, 30)

    await turns(post, 31)

    assert len(heard(post)) == 30
    assert await claims(post) <= 2 * 30


async def test_turns_that_all_were_missed_are_given_anew_once(office: Open) -> None:
    post = await office()
    await set_gap(post, GAP)
    await crowd(post, 30)
    await post.work()
    post.clock.forward(DAY)

    await turns(post, 30)

    assert len(heard(post)) == 30
    assert await claims(post) <= 3 * 30


async def test_a_follow_up_comes_before_new_leads_that_wait(office: Open) -> None:
    post = await office(("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
    await crowd(post, 1)
    await post.work()
    post.clock.forward(DAY - TURN)
    await set_gap(post, GAP)
    await crowd(post, 9, first=1)

    assert await turns(post, 3) == [1, 1, 1]
    assert "p0@hooli.com" in heard(post)[1:]


@pytest.mark.parametrize("gap", [0, 60])
async def test_another_gap_counts_at_once_for_who_waits(office: Open, gap: int) -> None:
    post = await office()
    await set_gap(post, GAP)
    await crowd(post, 4)
    await post.work()

    await set_gap(post, gap)
    async with post.database.transaction() as db:
        is_more = await Waker().wake(db, now=post.clock.now())
    post.clock.forward(timedelta(seconds=gap + 2))
    await post.work()

    assert is_more
    assert len(heard(post)) == (4 if gap == 0 else 2)


async def test_what_explain_says_of_a_domain_is_what_happens(office: Open) -> None:
    post = await office()
    await set_gap(post, GAP)
    await crowd(post, 1)
    await post.work()
    lead = await post.add("gavin@hooli.com")
    async with post.database.transaction() as db:
        await worker.appear(db, "wrk_one", "")

    asked = await explain(post, lead.id)
    await post.work()
    held = await explain(post, lead.id)
    assert held.at is not None
    post.clock.forward(datetime.fromisoformat(held.at) - post.clock.now())
    await post.work()

    assert (asked.cause, held.cause) == (Cause.DOMAIN_GAP, Cause.DOMAIN_GAP)
    assert heard(post)[-1] == "gavin@hooli.com"


async def test_two_senders_write_to_one_domain_apart(office: Open) -> None:
    post = await office()
    async with post.database.transaction() as db:
        other = await post.add_sender(db, "dinesh@piedpiper.example")
        await senders.change(
            db, other.team_id, other.id, Changes(domain_gap_seconds=GAP), now=post.clock.now()
        )
        both = [post.sender.id, other.id]
        await campaigns.set_senders(db, post.team.id, post.campaign.id, both, now=post.clock.now())
    await set_gap(post, GAP)
    await crowd(post, 4)

    assert await turns(post, 2) == [2, 2]


async def test_domains_that_hold_nobody_any_more_are_forgotten(office: Open) -> None:
    post = await office()
    await set_gap(post, GAP)
    await crowd(post, 2)
    await post.work()
    kept = []
    for wait in (DAY, 3 * TURN):
        post.clock.forward(wait)
        await TurnsCleaner(post.database, post.clock).clean()
        async with post.database.transaction() as db:
            kept.append(await db.fetchval("SELECT count(*) FROM domain_turns"))

    assert kept == [1, 0]
