"""A mail server that drops, hangs, says BYE and renumbers: every reply is heard exactly once."""

import random
from collections import Counter
from datetime import datetime

import pytest
from msgspec import structs

from pomelo import senders
from pomelo.base.db import Database
from tests.inbound import imapsim, sent
from tests.inbound.imapsim import Account
from tests.inbound.reading import PACE, connect, first_look, kept, reading, reply, until
from tests.inbound.sent import Sent

QUICK = structs.replace(PACE, answer=0.3, talk=1.0, look=1.0, longest=0.05)
# What happens instead of an answer, at any command or within a mail.
FAULTS = ("drop", "bye", "mute")


class Storm:
    """So many faults, at random moments.

    Args:
        account: Where.
        count: How many.
        seed: Of the moments.
    """

    def __init__(self, account: Account, count: int, seed: int) -> None:
        self.account = account
        self.left = count
        self.seen: Counter[str] = Counter()
        self.random = random.Random(seed)
        account.fault = self._answer

    def _answer(self, name: str) -> str | None:
        """Strike while a command is answered, oftener within a mail and at the end of IDLE."""
        chance = 0.3 if name in ("LITERAL", "DONE", "IDLE") else 0.1
        if self.left <= 0 or self.random.random() > chance:
            return None
        return self._count(f"{name.lower()} ", self.random.choice(FAULTS))

    def strike_who_waits(self) -> None:
        kind = self.random.choice(("cut", "hush", "renumber"))
        if kind == "renumber":
            self.account.inbox.renumber()
        self.account.hush() if kind == "hush" else self.account.cut()
        self._count("idle ", kind)

    def _count(self, where: str, kind: str) -> str:
        self.left -= 1
        self.seen[where + kind] += 1
        return kind


async def weather(database: Database, ours: Sent, account: Account, *, drops: int) -> int:
    """Let replies come through a storm until it is over; gives how many came."""
    storm, planted = Storm(account, drops, seed=drops), 0

    async def are_read() -> bool:
        return len(await kept(database, ours)) == planted

    while storm.left > 0:
        planted += 1
        account.deliver(reply(ours, planted), "Junk" if planted % 5 == 0 else "INBOX")
        if storm.random.random() < 0.5:
            await until(are_read, seconds=30)
        if storm.left > 0 and storm.random.random() < 0.5:
            await until(lambda: account.idling > 0 or storm.left <= 0, seconds=30)
            storm.strike_who_waits()
    await until(are_read, seconds=30)
    return planted


async def read_at(database: Database, ours: Sent) -> datetime:
    async with database.transaction() as db:
        sender = await senders.get(db, ours.team.id, ours.sender.id)
    assert sender.replies_read_at is not None
    return sender.replies_read_at


async def heard(database: Database, drops: int) -> tuple[int, int, int]:
    """Give how many replies came, how many were kept, and how many the lead was told to have."""
    async with imapsim.serving() as account:
        async with database.transaction() as db:
            ours = await sent.sent(db)
        await connect(database, ours, account)
        async with reading(database, QUICK):
            await first_look(database, ours)
            planted = await weather(database, ours, account, drops=drops)
            for folder in account.folders.values():
                folder.renumber()
            account.cut()
            before = await read_at(database, ours)

            async def is_read_anew() -> bool:
                return await read_at(database, ours) > before

            await until(is_read_anew)
        found = len(await kept(database, ours))
        async with database.transaction() as db:
            told = await db.fetchval("SELECT replied_count FROM leads WHERE id = $1", ours.lead.id)
    return planted, found, told


async def test_every_reply_is_heard_once_through_ten_faults(database: Database) -> None:
    planted, found, told = await heard(database, 10)

    assert planted == found == told


@pytest.mark.chaos
async def test_every_reply_is_heard_once_through_a_hundred_faults(database: Database) -> None:
    planted, found, told = await heard(database, 100)

    assert planted == found == told
