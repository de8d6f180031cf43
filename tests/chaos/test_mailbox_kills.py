"""A worker that is killed while it reads a mailbox: every reply is heard, and heard once."""

import random
from datetime import UTC, datetime

import pytest

from pomelo import senders
from pomelo.base import clock
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.senders import Changes, Replies, Server, TlsMode
from tests import make
from tests.chaos.kills import tell
from tests.chaos.town import Process, town, url_of
from tests.inbound import imapsim, sent
from tests.inbound.imapsim import Account
from tests.inbound.reading import first_look, kept, reply, until
from tests.inbound.sent import Sent

KILLS = 20
SECONDS = 60.0


# Commands while which it dies, and within a mail.
MOMENTS = ("SEARCH", "FETCH", "LITERAL", "IDLE", "EXAMINE")


class Deadly:
    """Kills a worker when it comes to some command.

    Args:
        account: Where.
        moment: The command.
        worker: Whom.
    """

    def __init__(self, account: Account, moment: str, worker: Process) -> None:
        self._account = account
        self.moment = moment
        self._worker = worker
        account.fault = self._strike

    def _strike(self, name: str) -> str | None:
        if name != self.moment:
            return None
        self._account.fault = lambda _: None
        self._worker.kill()
        return "drop"

    def has_struck(self) -> bool:
        return not self._worker.is_alive


async def connected(database: Database, account: Account) -> Sent:
    async with database.transaction() as db:
        ours = await sent.sent(db)
        server = Server("127.0.0.1", account.port, TlsMode.NONE, imapsim.LOGIN, imapsim.PASSWORD)
        team, sender = ours.team.id, ours.sender.id
        await senders.set_imap(db, team, sender, server, vault=make.VAULT)
        now = datetime.now(UTC)
        await senders.change(db, team, sender, Changes(replies=Replies.IMAP), now=now)
    return ours


@pytest.mark.chaos
async def test_replies_to_a_worker_that_is_killed_twenty_times_are_heard_once(
    postgres: Embedded, database: Database
) -> None:
    chance, planted = random.Random(4), 0
    with town(url_of(postgres)) as here:
        async with imapsim.serving() as account:
            ours = await connected(database, account)
            worker = here.start("worker")
            await first_look(database, ours)

            async def are_heard() -> bool:
                return len(await kept(database, ours)) >= planted

            for _ in range(KILLS):
                deadly = Deadly(account, chance.choice(MOMENTS), worker)
                for folder in ("INBOX", chance.choice(("INBOX", "Junk"))):
                    planted += 1
                    account.deliver(reply(ours, planted), folder)
                if deadly.moment == "EXAMINE" or chance.random() < 0.5:
                    account.cut()
                await until(deadly.has_struck, SECONDS)
                worker = here.start("worker")
            began = clock.monotonic()
            await until(are_heard, SECONDS)
            took = clock.monotonic() - began
        found = await kept(database, ours)
        async with database.transaction() as db:
            told = await db.fetchval("SELECT replied_count FROM leads WHERE id = $1", ours.lead.id)

    assert len(found) == told == planted
    tell(
        "a reader killed", kills=KILLS, replies=planted, heard=len(found), told=told,
        last=f"{took:.1f}s",
    )  # fmt: skip
