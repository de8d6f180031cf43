"""Many mails that got lost on a real line: what has a copy in Sent is settled, nothing else is.

The figures are in docs/guarantees.md.
"""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from email import message_from_bytes
from typing import Final

import pytest

from pomelo import senders
from pomelo.base.db import Database
from pomelo.demo.sink import Act, Script, Stage
from pomelo.inbound import Settler
from pomelo.senders import Changes, Replies, Server, TlsMode
from tests import make
from tests.inbound import imapsim
from tests.inbound.imapsim import Account
from tests.inbound.reading import PACE, reading, until
from tests.wire import PostOffice

PLANTED: Final = 60
# One in so many was lost by the server after all, and has no copy.
LOST_ONE_IN: Final = 5
DROP: Final = Script(Stage.DOT, Act.DROP, times=1)


@pytest.fixture
async def office(database: Database, now: object) -> AsyncIterator[PostOffice]:
    """An office whose mails are all in doubt, for the line broke after the last byte of each."""
    script = {f"lead{number}@hooli.com": DROP for number in range(PLANTED)}
    post = PostOffice(database, now, script=script)  # type: ignore[arg-type]
    await post.open(("Hello", "<p>One</p>"), ("", "<p>Two</p>"))
    await post.add_many(PLANTED)
    while (await post.states()).get("uncertain", 0) < PLANTED:
        await post.work()
        post.clock.forward(timedelta(hours=1))  # the sender rests after each
    yield post
    await post.close()


async def read_by_imap(post: PostOffice, account: Account) -> None:
    server = Server("127.0.0.1", account.port, TlsMode.NONE, imapsim.LOGIN, imapsim.PASSWORD)
    async with post.database.transaction() as db:
        team, sender = post.team.id, post.sender.id
        await senders.set_imap(db, team, sender, server, vault=make.VAULT)
        changes = Changes(replies=Replies.IMAP)
        await senders.change(db, team, sender, changes, now=post.clock.now())


def renamed(raw: bytes, number: int) -> bytes:
    """The copy of a provider that gives mails a Message-ID of its own."""
    mail = message_from_bytes(raw)
    mail.replace_header("Message-ID", f"<{number}.given.by@provider.example>")
    return mail.as_bytes()


async def settled(post: PostOffice) -> set[str]:
    async with post.database.transaction() as db:
        rows = await db.fetch("SELECT recipient FROM messages WHERE state = 'sent'")
    return {row[0] for row in rows}


async def test_planted_doubts_with_a_copy_are_settled_and_none_wrongly(
    office: PostOffice, account: Account
) -> None:
    """Copies lie there before, or come while nobody, or somebody, looks; some under new names."""
    chance = random.Random(4)
    taken = [mail for mail in office.sink.mails if chance.randrange(LOST_ONE_IN)]
    copies = [
        renamed(mail.raw, number) if chance.random() < 0.3 else mail.raw
        for number, mail in enumerate(taken)
    ]
    chance.shuffle(copies)
    before, late = copies[: len(copies) // 2], copies[len(copies) // 2 :]
    for raw in before:
        account.folders["Sent"].add(raw)
    await read_by_imap(office, account)

    async with reading(office.database, PACE, clock=office.clock) as tools:
        settler = Settler(tools)

        async def are_settled(amount: int) -> bool:
            await settler.work_once()
            return len(await settled(office)) >= amount

        await until(lambda: are_settled(len(before)), 60)
        for raw in late:
            account.deliver(raw, "Sent")
        account.cut()
        await until(lambda: are_settled(len(copies)), 60)
        await settler.work_once()

    assert await office.states() == {"sent": len(taken), "uncertain": PLANTED - len(taken)}
    assert await settled(office) == {mail.recipients[0] for mail in taken}
    async with office.database.transaction() as db:
        going = await db.fetchval("SELECT count(*) FROM leads WHERE waits_for IS NULL")
        told = await db.fetchval("SELECT count(*) FROM activities WHERE type = 'emailsSent'")
    assert (going, told) == (len(taken), len(taken))
