"""Hooks while several things happen to them at once: nothing is lost, and the order stays."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from pomelo import hooks
from pomelo.base.db import Db
from pomelo.hooks import Hook, store
from pomelo.hooks.telling import tell
from pomelo.leads import ActivityType
from tests.hooks.office import Office
from tests.hooks.receiver import OK, receiving, status

SENT, OPENED = ActivityType.EMAILS_SENT, ActivityType.EMAILS_OPENED


async def replayed_while(here: Office, hook: Hook, work: Callable[[Db], Awaitable[object]]) -> None:
    """Tell everything again; before that is committed, let something else begin."""

    async def meanwhile() -> None:
        async with here.database.transaction() as db:
            await work(db)

    async with here.database.transaction() as db:
        since = here.clock.now() - timedelta(days=30)
        assert await hooks.replay(db, here.team, hook.id, since=since, now=here.clock.now()) == 1
        other = asyncio.create_task(meanwhile())
        await until_somebody_waits(here)
    await other


async def until_somebody_waits(here: Office) -> None:
    async with asyncio.timeout(10):
        while True:
            async with here.database.transaction() as db:
                if await db.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                    return
            await asyncio.sleep(0.01)


async def test_what_is_just_told_again_is_not_forgotten(here: Office) -> None:
    async with receiving() as receiver:
        hook = await here.add_hook_to_tell(receiver.url)
        await here.work()
        here.clock.forward(timedelta(days=8))
        now = here.clock.now()

        await replayed_while(here, hook, lambda db: store.forget(db, before=now, limit=10))
        await here.work()

    assert len(receiver.told) == 2


async def test_what_is_just_told_again_is_not_given_up(here: Office) -> None:
    async with receiving() as receiver:
        hook = await here.add_hook_to_tell(receiver.url)
        async with here.database.transaction() as db:
            await tell(db, now=here.clock.now())
            await db.execute("UPDATE hooks SET disabled_at = now(), disabled_for = 'failing'")
        here.clock.forward(timedelta(minutes=1))
        now = here.clock.now()

        await replayed_while(here, hook, lambda db: store.give_up_waiting(db, limit=10, now=now))
        await here.work()

    assert [line.state for line in await here.log(hook)] == ["delivered"]


async def test_what_happens_while_an_attempt_fails_is_told_after_it(here: Office) -> None:
    lead = await here.add_lead()

    async def fail(writer: asyncio.StreamWriter) -> None:
        """Fail while what happened next is being queued, and not committed yet."""
        async with here.database.transaction() as db:
            await here.happen(lead, OPENED)
            assert await tell(db, now=here.clock.now())
            writer.write(status(500))
            await writer.drain()
            await until_somebody_waits(here)

    answers = iter([fail])
    async with receiving(lambda _: next(answers, OK)) as receiver:
        hook = await here.add_hook(receiver.url)
        await here.happen(lead, SENT)
        await here.work()
        for _ in range(3):
            await here.until_next(hook)
            await here.work()

    types = [one for one in receiver.types if one in {SENT, OPENED}]
    assert types == [SENT, SENT, OPENED]


async def test_a_hook_with_much_left_comes_after_those_that_wait(here: Office) -> None:
    hook = await here.add_hook_to_tell("http://127.0.0.1/")
    async with here.database.transaction() as db:
        await tell(db, now=here.clock.now())
    here.clock.forward(timedelta(hours=1))
    now = here.clock.now()

    async with here.database.transaction() as db:
        (claimed,) = await store.claim(
            db, is_failing=False, rests_from=4, full=[], amount=9, until=now, now=now
        )
        await store.release(
            db,
            claimed,
            fail_counter=0,
            first_failed_at=None,
            rests_until=hook.created_at,
            disabled_for=None,
            now=now,
        )

        assert await store.list_due(db, hook.team_id, hook.id, now=now, limit=1)
        assert await db.fetchval("SELECT next_at FROM hooks") == now


async def test_what_arrived_while_the_database_is_away_for_a_moment_is_not_told_again(
    here: Office,
) -> None:
    async def set_writable(is_so: bool) -> None:
        """Let the database take writes, or none, of everybody at once."""
        connection = await here.database.connect()
        name = await connection.fetchval("SELECT quote_ident(current_database())")
        await connection.execute("SET default_transaction_read_only = off")
        await connection.execute(
            f"ALTER DATABASE {name} SET default_transaction_read_only = {'off' if is_so else 'on'}"
        )
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
            " current_database() AND pid <> pg_backend_pid()"
        )
        await connection.close()

    async def answer(writer: asyncio.StreamWriter) -> None:
        await set_writable(False)
        writer.write(OK)
        await writer.drain()
        await asyncio.sleep(0.5)  # so long it is away
        await set_writable(True)

    async with receiving(lambda _: answer) as receiver:
        hook = await here.add_hook_to_tell(receiver.url)
        while not receiver.told:
            await here.courier.work_once()
            await asyncio.sleep(0.01)
        while here.courier.is_busy:
            await asyncio.sleep(0.01)

    assert len(receiver.told) == 1
    assert [line.state for line in await here.log(hook)] == ["delivered"]
