"""Workers are killed around DATA: what is in doubt then is settled from Sent, none wrongly."""

import random

import pytest

from pomelo import senders
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.base.ids import SenderId, TeamId
from pomelo.senders import Changes, Replies, Server, TlsMode
from tests import make
from tests.chaos import books
from tests.chaos.kills import tell
from tests.chaos.post import Post, post
from tests.inbound import imapsim
from tests.inbound.imapsim import Account
from tests.inbound.reading import until

KILLS = 30
PEOPLE = 12
SENDERS = 6
POINTS = ("after_leave", "after_data")
SECONDS = 120.0


async def read_by_imap(database: Database, account: Account) -> None:
    """Say of all senders that their mailbox is that account."""
    server = Server("127.0.0.1", account.port, TlsMode.NONE, imapsim.LOGIN, imapsim.PASSWORD)
    async with database.transaction() as db:
        for row in await db.fetch("SELECT team_id, id FROM senders"):
            team, sender = TeamId(row[0]), SenderId(row[1])
            await senders.set_imap(db, team, sender, server, vault=make.VAULT)
            changes = Changes(replies=Replies.IMAP)
            await senders.change(db, team, sender, changes, now=make.NOW)


def keep_copies(office: Post, account: Account) -> set[str]:
    """Put what the mail server accepted into Sent; gives the names of all of it."""
    taken = {mail.message_id for mail in books.read_ledger(office.ledger)}
    for name in taken:
        account.folders["Sent"].add(f"Message-ID: {name}\r\n\r\nHello\r\n".encode())
    return taken


async def uncertain(database: Database) -> set[str]:
    async with database.transaction() as db:
        rows = await db.fetch("SELECT header_id FROM messages WHERE state = 'uncertain'")
    return {row[0] for row in rows}


@pytest.mark.chaos
async def test_doubts_after_kills_are_settled_from_sent_and_none_wrongly(
    postgres: Embedded, database: Database
) -> None:
    places = random.Random(7)
    async with post(postgres, database, senders=SENDERS) as office, imapsim.serving() as account:
        for number in range(KILLS):
            point = POINTS[number % len(POINTS)]
            await office.kill_at(point, passing=places.randint(1, 15), people=PEOPLE)
        worker = office.start_worker()
        await office.books()
        doubts = await uncertain(database)
        worker.kill()
        taken = keep_copies(office, account)
        await read_by_imap(database, account)
        office.start_worker(POMELO_DOUBT_MINUTES="0.1")

        async def are_settled() -> bool:
            async with database.transaction() as db:
                unheard = await db.fetchval(
                    "SELECT count(*) FROM leads WHERE waits_for = 'replies'"
                )
            return not unheard and not await uncertain(database) & taken

        await until(are_settled, SECONDS)
        ended = await office.books()

    assert (ended.lost, ended.repeated, ended.strange) == ([], {}, [])
    assert ended.uncertain == doubts - taken
    settled = len(doubts & taken)
    tell(
        "doubts settled from Sent", kills=KILLS, sessions=SENDERS, doubts=len(doubts),
        with_copy=settled, settled=settled, wrongly=0, held=len(ended.uncertain),
    )  # fmt: skip
