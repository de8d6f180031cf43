"""Sent mails come into the Sent folder where the server keeps none: once each, or given up."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from pomelo import inbound, senders, teams
from pomelo.base import addresses
from pomelo.base.db import Database
from pomelo.demo.imap.wire import HungUp
from pomelo.inbound import Copier
from pomelo.inbound.mailboxes.model import Pace
from pomelo.senders import Changes, NewSender, SavesSentCopy, Sender
from tests import make
from tests.inbound.mailhost import ADDRESS, MailHost, hosting
from tests.wire import PostOffice

QUICK = Pace(connect=2, answer=2, talk=5)
HOUR = timedelta(hours=1)


class Office:
    """A post office whose sender has a mailbox, and a worker that keeps its copies."""

    def __init__(self, office: PostOffice, host: MailHost) -> None:
        self.office, self.host = office, host
        self.copier = Copier(office.desk, pace=QUICK)
        self.sender: Sender

    async def open(self, saves: SavesSentCopy | None) -> None:
        office = self.office
        await office.open()
        async with office.database.transaction() as db:
            owner = (await teams.list_users(db, office.team.id))[0]
            new = NewSender(owner.id, addresses.parse(ADDRESS), self.host.smtp, self.host.imap)
            now = office.clock.now()
            added = await senders.add(db, office.team.id, new, vault=make.VAULT, now=now)
            changes = Changes(saves_sent_copy=saves)
            self.sender = await senders.change(db, office.team.id, added.id, changes, now=now)
            await db.execute("UPDATE campaign_senders SET sender_id = $1", added.id)

    async def send(self, count: int) -> None:
        await self.office.add_many(count)
        await self.office.work()

    async def copy(self) -> None:
        await self.copier.work_once()
        await self.copier.drain()

    async def kept(self) -> tuple[int, int]:
        """How many mails' bytes are kept, and how many are on the list."""
        async with self.office.database.transaction() as db:
            raws = await db.fetchval("SELECT count(*) FROM messages WHERE raw IS NOT NULL")
            rows = await db.fetchval("SELECT count(*) FROM sent_appends")
        return int(raws), int(rows)


@pytest.fixture
async def host() -> AsyncIterator[MailHost]:
    async with hosting() as one:
        yield one


@pytest.fixture
async def office(database: Database, now: datetime, host: MailHost) -> AsyncIterator[Office]:
    one = Office(PostOffice(database, now), host)
    await one.open(SavesSentCopy.APPEND)
    yield one
    await one.copier.finish()
    await one.office.close()


async def test_each_mail_comes_into_sent_as_read_when_it_was_sent(office: Office) -> None:
    await office.send(3)
    before = await office.kept()

    await office.copy()

    sent = office.host.account.folders["Sent"].mails
    assert before == (3, 0)
    assert {mail.raw for mail in sent} == {mail.raw for mail in office.host.sink.mails}
    assert {mail.flags for mail in sent} == {("\\Seen",)}
    assert {mail.came_at for mail in sent} == {office.office.clock.now()}
    assert await office.kept() == (0, 0)


async def test_nothing_is_put_there_twice(office: Office) -> None:
    await office.send(1)
    office.host.account.folders["Sent"].add(
        office.host.sink.mails[0].raw, office.office.clock.now()
    )

    await office.copy()
    await office.copy()

    assert len(office.host.copies()) == 1
    assert await office.kept() == (0, 0)


async def test_an_attempt_that_nobody_noted_is_found_again(office: Office) -> None:
    await office.send(2)
    await office.copy()
    async with office.office.database.transaction() as db:  # as if its worker had died
        for mail in office.host.sink.mails:
            await db.execute(
                "UPDATE messages SET raw = $1 WHERE recipient = $2", mail.raw, mail.recipients[0]
            )

    await office.copy()

    assert len(office.host.copies()) == 2
    assert await office.kept() == (0, 0)


async def test_a_mailbox_that_fails_is_tried_again_and_the_mail_has_gone_all_the_same(
    office: Office,
) -> None:
    office.host.account.password = "changed meanwhile"
    await office.send(2)
    await office.copy()
    kept = await office.kept()

    office.host.account.password = office.host.imap.password
    await office.copy()  # it rests
    resting = len(office.host.copies())
    office.office.clock.forward(HOUR)
    await office.copy()

    assert await office.office.states() == {"sent": 2}
    assert (kept, resting) == ((2, 2), 0)
    assert len(office.host.copies()) == 2


async def test_one_mail_that_the_folder_does_not_take_keeps_out_no_other(office: Office) -> None:
    await office.send(5)
    poison = office.host.sink.mails[0].raw
    office.host.account.folders["Sent"].refuses = lambda raw: "no" if raw == poison else ""

    await office.copy()

    assert len(office.host.copies()) == 4
    assert await office.kept() == (1, 1)


@pytest.mark.parametrize("says", ["[OVERQUOTA] it is full", "[THROTTLED] later", "[LIMIT] no"])
async def test_a_mailbox_that_takes_nothing_now_is_not_offered_one_mail_after_the_other(
    office: Office, says: str
) -> None:
    offered: list[bytes] = []

    def refuse(raw: bytes) -> str:
        offered.append(raw)
        return says

    office.host.account.folders["Sent"].refuses = refuse
    await office.send(5)

    await office.copy()

    assert len(offered) == 1
    assert await office.kept() == (5, 5)


async def test_a_mail_at_which_the_server_hangs_up_comes_after_the_others(office: Office) -> None:
    await office.send(5)
    poison = office.host.sink.mails[0].raw

    def hang_up(raw: bytes) -> str:
        if raw == poison:
            raise HungUp
        return ""

    office.host.account.folders["Sent"].refuses = hang_up
    for _ in range(3):
        await office.copy()
        office.office.clock.forward(HOUR)

    assert len(office.host.copies()) == 4


async def test_after_a_day_it_is_given_up_with_a_note(office: Office) -> None:
    office.host.account.password = "changed for good"
    await office.send(2)
    for _ in range(12):
        await office.copy()
        office.office.clock.forward(4 * HOUR + HOUR)

    async with office.office.database.transaction() as db:
        (given_up,) = await inbound.list_given_up(db)
    assert (given_up.email, given_up.mails) == (ADDRESS, 2)
    assert "check login and password" in given_up.trouble
    assert await office.kept() == (0, 2)


async def test_a_mailbox_without_a_sent_folder_says_what_to_do(office: Office) -> None:
    del office.host.account.folders["Sent"]
    await office.send(1)

    await office.copy()

    async with office.office.database.transaction() as db:
        trouble = await db.fetchval("SELECT trouble FROM sent_appends")
    assert trouble == (
        f"No Sent folder was found; name it with `pomelo sender set {ADDRESS} --sent-folder NAME`."
    ).replace(ADDRESS, office.sender.email)


async def test_two_workers_share_the_list(office: Office) -> None:
    other = Copier(office.office._desk("wrk_other"), pace=QUICK)
    await office.send(20)

    await office.copier.work_once()
    await other.work_once()
    await office.copier.drain()
    await other.drain()

    assert len(office.host.copies()) == 20
    assert await office.kept() == (0, 0)


@pytest.mark.parametrize("saves", [None, SavesSentCopy.SERVER, SavesSentCopy.NONE])
async def test_who_needs_no_copies_keeps_no_bytes(
    database: Database, now: datetime, host: MailHost, saves: SavesSentCopy | None
) -> None:
    one = Office(PostOffice(database, now), host)
    await one.open(saves)
    await one.send(1)
    kept = await one.kept()

    await one.copy()

    assert (kept, host.copies()) == ((0, 0), [])
    await one.office.close()
