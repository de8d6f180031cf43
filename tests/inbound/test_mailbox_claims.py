"""Who reads a mailbox, for how long, and what becomes of it when that does not work."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from msgspec import structs

from pomelo import senders
from pomelo.base.db import Database
from pomelo.inbound import list_troubled, read_anew
from pomelo.inbound.imap import LEAVE_REFUSED
from pomelo.inbound.mailboxes import store
from pomelo.inbound.mailboxes.model import Mailbox
from pomelo.senders import Changes, Replies, Server, TlsMode
from tests import make
from tests.inbound import imapsim
from tests.inbound.imapsim import Account
from tests.inbound.reading import (
    PACE,
    connect,
    desk,
    first_look,
    kept,
    reading,
    reply,
    until,
    until_kept,
    was_read,
)
from tests.inbound.sent import NOW, Sent
from tests.senders.connected import connected
from tests.senders.identity import providing


async def troubles(database: Database) -> list[str]:
    async with database.transaction() as db:
        return [one.trouble for one in await list_troubled(db)]


async def test_a_refused_log_in_is_said_and_rests(
    database: Database, account: Account, ours: Sent
) -> None:
    account.password = "changed"

    async def is_said() -> bool:
        return bool(await troubles(database))

    async with reading(database, structs.replace(PACE, refused=1000.0)):
        await until(is_said)
        assert await troubles(database) == [
            "The server refuses the log-in; check login and password."
        ]

        account.password = imapsim.PASSWORD
        async with database.transaction() as db:
            await read_anew(db, ours.team.id, ours.sender.id, now=NOW)
        await first_look(database, ours)

        assert await troubles(database) == []


async def test_an_old_claim_is_none_of_a_mailbox_that_went_and_came_back(
    database: Database, ours: Sent
) -> None:
    async def take(worker: str, seconds: int) -> Mailbox:
        async with database.transaction() as db:
            at = NOW + timedelta(seconds=seconds)
            await store.enrol(db, now=at)
            taken = await store.claim(
                db, worker=worker, now=at, until=at + timedelta(hours=1), amount=1, busy=[]
            )
        return taken[0]

    old = await take("wrk_one", 0)
    for replies in (Replies.NONE, Replies.IMAP):
        async with database.transaction() as db:
            changes = Changes(replies=replies)
            await senders.change(db, ours.team.id, ours.sender.id, changes, now=NOW)
            await store.retire(db)

    new = await take("wrk_two", 1)

    async with database.transaction() as db:
        assert [await store.hold(db, one) for one in (old, new)] == [False, True]


async def test_a_mailbox_is_read_by_one_worker_and_another_takes_over(
    database: Database, account: Account, ours: Sent
) -> None:
    async with reading(database, worker="wrk_one"):
        await first_look(database, ours)
        async with reading(database, worker="wrk_two"):
            await until(lambda: account.idling == 1)
            assert account.log_ins == 1
            async with database.transaction() as db:  # the first one is gone, for all we know
                await db.execute("UPDATE mailboxes SET next_at = '2000-01-01', fence = fence + 1")
            await until(lambda: account.log_ins == 2)
            account.deliver(reply(ours))
            await until_kept(database, ours)
            await until(lambda: account.idling == 1)

    assert len(await kept(database, ours)) == 1


async def test_who_lost_the_mailbox_writes_nothing(database: Database, ours: Sent) -> None:
    async with database.transaction() as db:
        await store.enrol(db, now=NOW)
        until_then, tools = NOW + timedelta(minutes=1), desk(database)
        mine = (
            await store.claim(db, worker=tools.worker, now=NOW, until=until_then, amount=5, busy=[])
        )[0]
        later = until_then + timedelta(seconds=1)
        theirs = await store.claim(db, worker="o", now=later, until=later, amount=5, busy=[])

        assert [one.fence for one in theirs] == [mine.fence + 1]
        assert not await store.hold(db, mine)
        assert await store.renew(db, [mine], until=later) == []


async def test_replies_by_pipe_need_no_mailbox(
    database: Database, account: Account, ours: Sent
) -> None:
    async def is_retired() -> bool:
        async with database.transaction() as db:
            found: int = await db.fetchval("SELECT count(*) FROM mailboxes")
        return found == 0

    async with reading(database):
        await first_look(database, ours)
        async with database.transaction() as db:
            await senders.change(
                db, ours.team.id, ours.sender.id, Changes(replies=Replies.PIPE), now=NOW
            )
        await until(is_retired)
        await until(lambda: account.idling == 0)


async def test_a_slow_mailbox_delays_no_other(
    database: Database, account: Account, ours: Sent
) -> None:
    async with imapsim.serving() as slow:
        slow.fault = lambda name: "mute" if name == "LIST" else None
        async with database.transaction() as db:
            sender = await make.sender(db, ours.team.id, "slow@pomelo.example")
        other = structs.replace(ours, sender=sender)
        await connect(database, other, slow)

        async with reading(database, structs.replace(PACE, answer=20, talk=20)):
            await until(lambda: slow.log_ins == 1)
            await first_look(database, ours)
            account.deliver(reply(ours))
            await until_kept(database, ours)

            assert not await was_read(database, other)


async def test_an_idle_mailbox_costs_no_thread(
    database: Database, account: Account, ours: Sent
) -> None:
    async with reading(database):
        await first_look(database, ours)
        await until(lambda: account.idling == 1)

        def talking() -> list[str]:
            return [one.name for one in threading.enumerate() if one.name == "mailbox"]

        await until(lambda: talking() == [])


async def test_no_secret_is_logged(
    database: Database, account: Account, ours: Sent, capfd: pytest.CaptureFixture[str]
) -> None:
    account.password = "changed"

    async with reading(database):
        await until(lambda: "AUTHENTICATE" in account.heard)
        await asyncio.sleep(0)

    said = "".join(capfd.readouterr())
    assert imapsim.PASSWORD not in said
    assert "canary" not in said


@asynccontextmanager
async def by_token(database: Database, account: Account, *tokens: str) -> AsyncIterator[None]:
    """Let the mailbox of a connected sender be read, whose server takes some tokens."""
    account.tokens = {*tokens}
    async with providing() as identity:
        await connected(database, identity, NOW)
        here = Server("127.0.0.1", account.port, TlsMode.NONE)
        oauth = identity.oauth(client=structs.replace(identity.client(), imap=here))
        async with reading(database, structs.replace(PACE, refused=1000.0), oauth=oauth):
            yield


@pytest.mark.parametrize("taken", ["access-2", "access-3"])
async def test_a_connected_mailbox_is_read_by_a_token_that_is_renewed_once(
    database: Database, account: Account, taken: str
) -> None:
    async with by_token(database, account, taken):
        await until(lambda: account.idling == 1)

    assert account.shown == ["access-2", "access-3"][: len(account.shown)]
    assert account.shown[-1] == taken


async def test_a_refused_leave_is_told_as_such(database: Database, account: Account) -> None:
    async def is_told() -> bool:
        return bool(await troubles(database))

    async with by_token(database, account):
        await until(is_told)

    assert await troubles(database) == [LEAVE_REFUSED]
    assert account.shown == ["access-2", "access-3"]
