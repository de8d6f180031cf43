"""A sender whose mails come back stops: first for new leads, then for everybody."""

from datetime import timedelta
from typing import Any

from pomelo import delivery, messages, senders
from pomelo.base.ids import MessageId
from pomelo.demo.sink import Script, Stage
from pomelo.senders import Brake, PausedFor, Sender
from tests.trips.conftest import Open
from tests.wire import PostOffice

GONE = Script(at=Stage.RCPT, reply="550 5.1.1 no such user")
TWO_STEPS = (("One", "<p>One</p>"), ("Two", "<p>Two</p>"))


def gone(*numbers: int) -> dict[str, Script]:
    """People whose addresses do not exist."""
    return {f"lead{number}@hooli.com": GONE for number in numbers}


async def sender_of(office: PostOffice) -> Sender:
    async with office.database.transaction() as db:
        return await senders.get(db, office.team.id, office.sender.id)


async def delivered(office: PostOffice) -> int:
    async with office.database.transaction() as db:
        return int(await db.fetchval("SELECT count(*) FROM messages WHERE state = 'sent'"))


async def lift(office: PostOffice) -> Sender:
    async with office.database.transaction() as db:
        return await senders.lift(db, office.team.id, office.sender.id, now=office.clock.now())


async def test_below_the_least_number_of_mails_nothing_is_braked(office: Open) -> None:
    one = await office(script=gone(*range(40)))
    await one.add_many(40)

    await one.work()

    assert (await sender_of(one)).new_leads_stopped_at is None
    assert (await one.states()) == {"refused": 40}


async def test_a_few_hard_bounces_stop_new_leads_and_let_follow_ups_go_on(office: Open) -> None:
    one = await office(*TWO_STEPS, script=gone(50, 51, 52))
    await one.add_many(70)

    await one.work()
    braked, first = await sender_of(one), await delivered(one)
    one.clock.forward(timedelta(days=1))
    await one.work()
    follow_ups = await delivered(one) - first
    one.clock.forward(timedelta(minutes=1))
    await one.work()
    after, rest = await sender_of(one), await delivered(one) - first - follow_ups

    assert braked.new_leads_stopped_at is not None
    assert braked.paused_for is None
    assert (first, follow_ups) == (50, 50)
    # They arrived, so that a smaller share has bounced, and the others' turn came.
    assert after.new_leads_stopped_at is None
    assert rest == 17


async def test_many_hard_bounces_stop_everything_until_a_person_lifts_it(office: Open) -> None:
    one = await office(script=gone(*range(45, 60)))
    await one.add_many(80)

    await one.work()
    paused = await sender_of(one)
    one.clock.forward(timedelta(days=3))
    await one.work()
    waiting = sum((await one.states()).values())
    lifted = await lift(one)
    await one.work()

    assert paused.paused_for is PausedFor.BOUNCES
    assert "bounced for good" in paused.paused_reply
    assert "pomelo sender lift" in senders.what_to_do(paused, paused.may_send_at)
    assert waiting < 80
    assert (lifted.paused_for, lifted.new_leads_stopped_at) == (None, None)
    assert sum((await one.states()).values()) == 80


async def test_bounces_that_come_by_mail_count_as_well(office: Open) -> None:
    one = await office()
    await one.add_many(60)
    await one.work()

    found = [await bounce(one, number) for number in range(6)]

    assert found == [None, None, *[Brake.NEW_LEADS] * 3, Brake.ALL]
    assert (await sender_of(one)).paused_for is PausedFor.BOUNCES


async def bounce(office: PostOffice, number: int) -> Brake | None:
    """Let a mail that was sent come back for good."""
    async with office.database.transaction() as db:
        row: Any = await db.fetchval(
            "SELECT id FROM messages WHERE recipient = $1", f"lead{number}@hooli.com"
        )
        now = office.clock.now()
        await messages.set_bounced(db, office.team.id, MessageId(row), is_hard=True, now=now)
        return await delivery.brake(db, office.team.id, office.sender.id, now=now)


async def test_soft_bounces_do_not_count(office: Open) -> None:
    one = await office()
    await one.add_many(60)
    await one.work()

    async with one.database.transaction() as db:
        await db.execute("UPDATE messages SET bounced_at = now()")
        found = await delivery.brake(db, one.team.id, one.sender.id, now=one.clock.now())

    assert found is None
