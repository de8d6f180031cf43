"""Hooks and workers side by side: none troubles another, none is told too much at once."""

import asyncio
from datetime import timedelta

from pomelo import hooks
from pomelo.hooks.actions import A_TEAM
from pomelo.leads import ActivityType
from tests.hooks.office import Office
from tests.hooks.receiver import OK, hang, receiving, status

SENT = ActivityType.EMAILS_SENT


async def test_a_bad_event_does_not_hold_up_those_of_other_leads(here: Office) -> None:
    bad = await here.add_lead("bad@hooli.com")
    async with receiving(
        lambda told: status(500) if told.json["leadEmail"] == "bad@hooli.com" else OK
    ) as receiver:
        hook = await here.add_hook(receiver.url, type="emailsSent")
        await here.happen(bad, SENT)
        for number in range(20):
            await here.happen(await here.add_lead(f"lead{number}@hooli.com"), SENT)

        await here.work()

    states = [line.state for line in await here.log(hook)]
    assert states == ["waiting", *["delivered"] * 20]


async def slowly(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.02)
    writer.write(OK)


async def test_at_most_four_are_under_way_to_an_endpoint(here: Office) -> None:
    async with receiving(lambda _: slowly) as receiver:
        await here.add_hook(receiver.url, type="emailsSent")
        for number in range(40):
            await here.happen(await here.add_lead(f"lead{number}@hooli.com"), SENT)
        other = here.another()

        await asyncio.gather(here.work(), here.work(other))
        await other.finish()

    assert receiver.busiest == 4
    assert len(receiver.told) == len(set(receiver.ids)) == 40


async def test_hooks_of_one_endpoint_call_it_no_more_often_at_once(here: Office) -> None:
    async with receiving(lambda _: slowly) as receiver:
        for _ in range(3):
            await here.add_hook(receiver.url, type="emailsSent")
        for number in range(10):
            await here.happen(await here.add_lead(f"lead{number}@hooli.com"), SENT)
        await here.work()

    assert receiver.busiest == 4
    assert len(receiver.told) == 30


async def test_dead_endpoints_slow_no_other_team(here: Office) -> None:
    """Not even if a team has more of them than a worker has places."""
    strangers = await here.add_campaign("Hooli")
    async with receiving(lambda _: hang) as dead, receiving() as alive:
        for number in range(A_TEAM):
            await here.add_hook(f"{dead.url}/{number}", of=strangers, type="emailsSent")
        await here.add_hook(alive.url, type="emailsSent")
        ours, here.campaign = here.campaign, strangers
        await here.happen(await here.add_lead("gavin@hooli.com"), SENT)
        await here.courier.work_once()
        await here.courier.work_once()
        await dead.until(15)
        here.campaign = ours
        await here.happen(await here.add_lead(), SENT)

        await here.courier.work_once()
        await alive.until(1, seconds=1)

    assert (len(dead.told), len(alive.told)) == (15, 1)


async def test_a_hook_whose_secrets_cannot_be_read_troubles_no_other(here: Office) -> None:
    async with receiving() as receiver:
        broken = await here.add_hook(receiver.url + "/broken", type="emailsSent")
        async with here.database.transaction() as db:
            await db.execute("UPDATE hooks SET signing_secret = 'x' WHERE id = $1", broken.id)
        await here.add_hook(receiver.url + "/well", type="emailsSent")
        await here.happen(await here.add_lead(), SENT)

        await here.work()

    assert [one.path for one in receiver.told] == ["/pomelo/well"]


async def test_a_removed_hook_is_told_at_most_what_is_under_way(here: Office) -> None:
    told_by_then: list[int] = []

    async def remove(writer: asyncio.StreamWriter) -> None:
        if len(receiver.told) == 8:
            async with here.database.transaction() as db:
                await hooks.remove(db, here.team, hook.id)
            told_by_then.append(len(receiver.told))
        writer.write(OK)
        await writer.drain()

    async with receiving(lambda _: remove) as receiver:
        hook = await here.add_hook(receiver.url, type="emailsSent")
        for number in range(60):
            await here.happen(await here.add_lead(f"p{number}@hooli.com"), SENT)

        await here.work()

    assert len(receiver.told) - told_by_then[0] <= 4


async def test_a_lost_claim_notes_nothing(here: Office) -> None:
    """Another worker took the hook over while this one waited for an answer."""
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def wait(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await go_on.wait()
        writer.write(OK)

    answers = iter([wait])
    async with receiving(lambda _: next(answers, OK)) as receiver:
        hook = await here.add_hook_to_tell(receiver.url)
        await here.courier.work_once()
        await asked.wait()
        here.clock.forward(timedelta(minutes=2))
        other = here.another()
        await here.work(other)
        taken_over = await here.log(hook)
        go_on.set()
        await here.work()
        await other.finish()

    assert (taken_over[0].state, taken_over[0].attempts) == ("delivered", 1)
    assert await here.log(hook) == taken_over
    assert len(set(receiver.ids)) == 1
    assert len(receiver.told) == 2


async def test_a_slow_receiver_is_no_dead_worker(here: Office) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def wait(writer: asyncio.StreamWriter) -> None:
        asked.set()
        await go_on.wait()
        writer.write(OK)

    async with receiving(lambda _: wait) as receiver:
        await here.add_hook_to_tell(receiver.url)
        await here.courier.work_once()
        await asked.wait()
        here.clock.forward(timedelta(seconds=50))
        await here.courier.renew()
        here.clock.forward(timedelta(seconds=50))
        other = here.another()
        await here.work(other)
        go_on.set()
        await here.work()
        await other.finish()

    assert len(receiver.told) == 1
