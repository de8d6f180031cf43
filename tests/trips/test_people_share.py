"""What many people write at the same time: no mailbox and no team holds up another."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from pomelo import delivery
from pomelo.base.db import Database
from pomelo.delivery import NewAnswer
from pomelo.delivery.singles import store
from pomelo.delivery.singles.loop import TEAM_SLOTS
from pomelo.demo.sink import Act, Script, Stage
from pomelo.leads import Lead
from tests.answering import PEN, RICHARD, Answering

DAY = timedelta(days=1)


@pytest.fixture
async def office(database: Database, now: datetime) -> AsyncIterator[Answering]:
    made = Answering(database, now)
    yield made
    await made.close()


async def test_mailboxes_whose_server_hangs_hold_up_no_other(office: Answering) -> None:
    """A server may take five minutes for a mail; each mailbox holds a place of its own."""
    await office.open_with()
    dinesh = await office.add("dinesh@piedpiper.com")
    office.script[RICHARD] = Script(at=Stage.RCPT, do=Act.HANG)
    for number in range(TEAM_SLOTS - 1):
        await write_from(office, f"s{number}@piedpiper.example", office.richard)
    await office.singles.work_once()
    await write_from(office, "well@piedpiper.example", dinesh)

    while not office.mails(dinesh.email):
        await office.singles.work_once()
        await asyncio.sleep(0.002)

    assert len(office.mails(RICHARD)) == 1  # the first of all, by the sequence


async def test_a_team_that_holds_its_places_leaves_the_others_to_others(office: Answering) -> None:
    await office.open_with()
    for number in range(TEAM_SLOTS + 1):
        await write_from(office, f"s{number}@piedpiper.example", office.richard)
    now, until = office.clock.now(), office.clock.now() + DAY

    async with office.database.transaction() as db:
        none = await store.claim(db, amount=9, busy=[], full=[office.team.id], now=now, until=until)
        all_ = await store.claim(db, amount=99, busy=[], full=[], now=now, until=until)

    assert (none, len(all_)) == ([], TEAM_SLOTS + 1)


async def write_from(office: Answering, sender: str, lead: Lead) -> None:
    """Write to a lead from another mailbox, which begins a conversation."""
    async with office.database.transaction() as db:
        mailbox = await office.add_sender(db, sender)
        new = NewAnswer(
            team_id=office.team.id,
            lead_id=lead.id,
            sender_id=mailbox.id,
            user_id=mailbox.user_id,
            words=delivery.read_words("Gladly"),
            subject="Hello",
        )
        await delivery.answer(db, PEN, new, now=office.clock.now())
