"""Receivers that fail: told again as planned, given a rest, and given up only after three days."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from pomelo import hooks
from pomelo.base.faults import Fault
from pomelo.hooks import DeliveryState, DisabledFor, Hook
from pomelo.hooks.schedule import JITTER, WAITS
from pomelo.hooks.telling import tell
from pomelo.leads import ActivityType
from tests import certificates
from tests.hooks.office import Office
from tests.hooks.receiver import OK, Answer, Told, hang, hang_up, receiving, status

SENT, OPENED = ActivityType.EMAILS_SENT, ActivityType.EMAILS_OPENED
THREE_DAYS = timedelta(hours=72)


def first(count: int, answer: Answer) -> Callable[[Told], Answer]:
    """Answer so many times like this, then well."""
    left = iter([answer] * count)
    return lambda _: next(left, OK)


async def attempts_at(here: Office, hook: Hook, count: int) -> list[datetime]:
    """Let time pass until so many attempts were made; gives when each was."""
    at = []
    for _ in range(count):
        await here.until_next(hook)
        at.append(here.clock.now())
        await here.work()
    return at


async def test_what_is_queued_again_during_its_last_attempt_is_told_again(here: Office) -> None:
    """The receiver was mended meanwhile; the attempt that was under way fails."""

    async def fail(writer: asyncio.StreamWriter) -> None:
        async with here.database.transaction() as db:
            assert await hooks.replay(db, here.team, hook.id, now=here.clock.now()) == 1
        writer.write(status(500))
        await writer.drain()

    answers = iter([fail])
    async with receiving(lambda _: next(answers, OK)) as receiver:
        hook = await here.add_hook_to_tell(receiver.url)
        async with here.database.transaction() as db:
            await tell(db, now=here.clock.now())
            await db.execute("UPDATE hook_deliveries SET attempts = $1", len(WAITS))
        await attempts_at(here, hook, 2)

        assert [line.state for line in await here.log(hook)] == ["delivered"]
        assert len(receiver.told) == 2


async def test_all_of_a_lead_that_is_queued_again_meanwhile_is_told_at_once(here: Office) -> None:
    """An attempt that no longer counts puts nothing off."""

    async def fail(writer: asyncio.StreamWriter) -> None:
        async with here.database.transaction() as db:
            await hooks.replay(db, here.team, hook.id, now=here.clock.now())
        writer.write(status(500))
        await writer.drain()

    answers = iter([fail])
    async with receiving(lambda _: next(answers, OK)) as receiver:
        hook = await here.add_hook(receiver.url)
        await here.happen(await here.add_lead(), SENT, OPENED)
        async with here.database.transaction() as db:
            await tell(db, now=here.clock.now())
            await db.execute("UPDATE hook_deliveries SET attempts = 4")

        await here.work()

        assert {line.state for line in await here.log(hook)} == {"delivered"}


async def test_an_event_is_told_until_it_arrives_under_the_same_id(here: Office) -> None:
    async with receiving(first(5, status(500))) as receiver:
        hook = await here.add_hook_to_tell(receiver.url)

        at = await attempts_at(here, hook, 6)

    assert len(receiver.told) == 6
    assert len(set(receiver.ids)) == 1
    assert len({one.body for one in receiver.told}) == 1
    waits = [later - sooner for sooner, later in pairwise(at)]
    for planned, waited in zip(WAITS, waits, strict=False):
        assert planned <= waited <= planned * (1 + JITTER)
    (line,) = await here.log(hook)
    assert (line.state, line.attempts, line.status, line.fault) == ("delivered", 6, 200, None)
    assert (await here.hook(hook)).fail_counter == 0


async def test_only_after_three_days_a_hook_is_given_up_and_nothing_is_lost(here: Office) -> None:
    async with receiving(lambda _: status(503)) as receiver:
        hook = await here.add_hook_to_tell(receiver.url)
        began = here.clock.now()
        while (await here.hook(hook)).disabled_at is None:
            assert len(receiver.told) <= len(WAITS)
            await attempts_at(here, hook, 1)
        given_up_at = here.clock.now()
        here.clock.forward(timedelta(days=6, hours=23))
        await here.work()
        (line,) = await here.log(hook)
        receiver.answer = lambda _: OK

        async with here.database.transaction() as db:
            queued = await hooks.replay(db, here.team, hook.id, now=here.clock.now())
        await here.work()

    assert given_up_at - began >= THREE_DAYS
    assert (line.state, line.attempts, line.status) == ("failed", len(WAITS) + 1, 503)
    assert queued == 1
    assert len(set(receiver.ids)) == 1
    assert (await here.log(hook))[0].state is DeliveryState.DELIVERED
    assert (await here.hook(hook)).disabled_for is None


async def test_a_failure_of_last_week_gives_nothing_up_that_is_new(here: Office) -> None:
    async with receiving(lambda _: status(500)) as receiver:
        hook = await here.add_hook_to_tell(receiver.url)
        await here.work()
        async with here.database.transaction() as db:
            await db.execute("DELETE FROM hook_deliveries")
        here.clock.forward(timedelta(days=7))
        await here.happen(await here.add_lead("erlich@piedpiper.com"), SENT)

        await here.work()

    assert (await here.hook(hook)).disabled_at is None
    assert [line.state for line in await here.log(hook)] == ["waiting"]


async def test_while_it_is_disabled_a_hook_is_told_nothing_and_nothing_piles_up(
    here: Office,
) -> None:
    async with receiving(lambda _: status(410)) as receiver:
        hook = await here.add_hook_to_tell(receiver.url)
        await here.work()
        await here.happen(await here.add_lead("erlich@piedpiper.com"), SENT)
        await here.work()

    shown = await here.hook(hook)
    assert shown.disabled_for is DisabledFor.GONE
    assert len(receiver.told) == 1
    assert [line.state for line in await here.log(hook)] == ["failed"]
    async with here.database.transaction() as db:
        assert await db.fetchval("SELECT count(*) FROM activities WHERE told_at IS NULL") == 0


async def test_what_waited_for_a_hook_that_is_gone_has_failed_and_can_be_told_again(
    here: Office,
) -> None:
    lead = await here.add_lead()
    async with receiving(lambda _: status(410)) as receiver:
        hook = await here.add_hook(receiver.url)
        await here.happen(lead, SENT, OPENED)
        await here.work()
        here.courier._swept_at = 0.0
        await here.work()
        states = [line.state for line in await here.log(hook)]
        receiver.answer = lambda _: OK
        async with here.database.transaction() as db:
            await hooks.replay(db, here.team, hook.id, now=here.clock.now())

        await here.work()

    assert states == ["failed"] * 4
    assert [line.state for line in await here.log(hook)] == ["delivered"] * 4


async def test_the_log_is_forgotten_after_seven_days(here: Office) -> None:
    async with receiving() as receiver:
        hook = await here.add_hook_to_tell(receiver.url)
        await here.work()
        here.clock.forward(timedelta(days=7, seconds=1))
        here.courier._swept_at = 0.0

        await here.work()

    assert await here.log(hook) == []


async def test_a_receiver_that_asks_for_patience_gets_it(here: Office) -> None:
    async with receiving(first(1, status(429, "Retry-After: 600"))) as receiver:
        hook = await here.add_hook_to_tell(receiver.url)

        at = await attempts_at(here, hook, 2)

    assert timedelta(seconds=600) <= at[1] - at[0] <= timedelta(seconds=601)


async def reset(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (status(500), Fault.STATUS),
        (status(404), Fault.STATUS),
        (status(302, "Location: http://127.0.0.1/"), Fault.REDIRECT),
        (b"SSH-2.0-OpenSSH\r\n\r\n", Fault.GARBLED),
        (b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 40_000 + b"\r\n\r\n", Fault.GARBLED),
        (hang_up, Fault.CLOSED),
        (hang, Fault.TIMED_OUT),
    ],
    ids=["500", "404", "302", "not http", "headers without end", "hung up", "no answer"],
)
async def test_the_log_says_what_was_wrong(
    here: Office, answer: Answer, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pomelo.base.calling.SECONDS", 0.3)
    async with receiving(lambda _: answer) as receiver:
        hook = await here.add_hook_to_tell(receiver.url)

        await here.work()

    (line,) = await here.log(hook)
    assert (line.state, line.attempts, line.fault) == ("waiting", 1, fault)
    assert line.latency_ms is not None


async def test_a_connection_that_breaks_or_that_nobody_takes_is_a_failure(here: Office) -> None:
    async with receiving(lambda _: reset) as receiver:
        broken = await here.add_hook_to_tell(receiver.url)
        await here.work()
    nobody = await here.add_hook(receiver.url, type="emailsOpened")
    unknown = await here.add_hook("http://nobody.invalid/", type="emailsOpened")
    await here.happen(await here.add_lead("erlich@piedpiper.com"), OPENED)

    await here.work()

    lines = [(await here.log(hook))[0] for hook in (broken, nobody, unknown)]
    assert lines[0].fault is Fault.CLOSED
    assert [line.fault for line in lines[1:]] == [Fault.UNREACHABLE, Fault.UNRESOLVED]


async def test_a_certificate_that_is_not_trusted_is_a_failure(here: Office, tmp_path: Path) -> None:
    async with receiving(tls=certificates.make(tmp_path, "hooks.test")[0]) as receiver:
        hook = await here.add_hook_to_tell(receiver.url)

        await here.work()

    assert (await here.log(hook))[0].fault is Fault.TLS_FAILED
    assert receiver.told == []


async def test_a_dead_receiver_is_asked_seldom_however_much_waits_for_it(here: Office) -> None:
    async with receiving(lambda _: status(500)) as receiver:
        hook = await here.add_hook(receiver.url, type="emailsSent")
        for number in range(20):
            await here.happen(await here.add_lead(f"lead{number}@hooli.com"), SENT)

        for _ in range(60):
            await here.work()
            here.clock.forward(timedelta(seconds=10))

    assert (await here.hook(hook)).fail_counter == len(receiver.told)
    # Four at first; then the rest of 5 to 60 seconds that grows with each failure.
    assert len(receiver.told) <= 20


async def test_one_that_is_back_is_noticed_within_a_minute_and_told_everything(
    here: Office,
) -> None:
    async with receiving(lambda _: status(500)) as receiver:
        hook = await here.add_hook(receiver.url, type="emailsSent")
        for number in range(20):
            await here.happen(await here.add_lead(f"lead{number}@hooli.com"), SENT)
        for _ in range(30):
            await here.work()
            here.clock.forward(timedelta(seconds=10))
        receiver.answer = lambda _: OK
        failed = len(receiver.told)

        here.clock.forward(timedelta(seconds=60))
        await here.work()
        soon = len(receiver.told) - failed
        while any(line.state == "waiting" for line in await here.log(hook)):
            await here.until_next(hook)
            await here.work()

    assert soon > 0
    assert {line.state for line in await here.log(hook)} == {DeliveryState.DELIVERED}
    assert (await here.hook(hook)).fail_counter == 0
