"""Which mails are read whole: all that are ours, by their heads alone, and few others."""

from datetime import timedelta

import pytest

from pomelo.base.db import Database, Db
from pomelo.inbound.mailboxes import store, wanted
from pomelo.inbound.mailboxes.model import Mailbox
from pomelo.inbound.parse import parse
from tests.inbound import letters
from tests.inbound.imapsim import Account
from tests.inbound.reading import first_look, reading, until
from tests.inbound.sent import NOW, Sent

Rows = set[tuple[str, str, str]]


async def rows(db: Db) -> Rows:
    found = await db.fetch("SELECT identity, kind, matched_by FROM inbound_mails")
    return {(row[0], row[1], row[2]) for row in found}


async def test_whatever_the_pipe_would_hear_is_heard(
    database: Database, account: Account, ours: Sent
) -> None:
    mails = [f"Message-ID: <{name}@x>\r\n".encode() + ours.answer(name) for name in letters.names()]
    async with database.transaction() as db:
        undone = db.transaction()
        await undone.start()
        for raw in mails:
            await ours.receive(db, raw)
        expected = await rows(db)
        await undone.rollback()

    async def are_heard() -> bool:
        async with database.transaction() as db:
            last = await db.fetchval("SELECT max(last_uid) FROM mailbox_folders")
            return bool(last == len(mails))

    async with reading(database):
        await first_look(database, ours)
        for raw in mails:
            account.deliver(raw)
        await until(are_heard)

    async with database.transaction() as db:
        assert await rows(db) == expected
    assert len(expected) > len(mails) / 2


@pytest.mark.parametrize(
    "head",
    [
        "From: news@shop.example\nSubject: Offers\nList-Id: <shop>\nPrecedence: bulk",
        "From: gavin@hooli.example\nSubject: Lunch",
        "From: gavin@hooli.example\nSubject: Re: Lunch\nIn-Reply-To: <1@hooli.example>",
        "From: receipts@shop.example\nSubject: Your order\nContent-Type: multipart/mixed; b=1",
    ],
)
def test_a_mail_of_somebody_elses_affairs_reports_nothing(head: str) -> None:
    assert not wanted.may_report(parse(head.encode() + b"\n\n"))


@pytest.mark.parametrize(
    "head",
    [
        "Content-Type: multipart/report; report-type=delivery-status; boundary=a",
        "Content-Type: message/delivery-status",
        "Return-Path: <>\nFrom: postmaster@hooli.example\nSubject: Undeliverable: Hello",
        "From: MAILER-DAEMON@hooli.example",
        "From: staff@hotmail.com\nSubject: complaint",
        "Subject: Out of office",
        "Auto-Submitted: auto-replied (vacation)",
        "Subject: unsubscribe",
    ],
)
def test_what_machines_say_may_be_about_a_mail_of_ours(head: str) -> None:
    assert wanted.may_report(parse(head.encode() + b"\n\n"))


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("Re: Cider press", ("cider press", "re: cider press")),
        ("AW: Re: Cider press", ("cider press", "re: cider press")),
        ("Fwd: Cider press", ("cider press", "re: cider press")),
        ("Cider press", ()),
        ("Re:", ()),
    ],
)
def test_a_subject_says_whether_it_answers(subject: str, answered: tuple[str, ...]) -> None:
    assert wanted.subjects_answered(parse(f"Subject: {subject}\n\n".encode())) == answered


@pytest.mark.parametrize("subject", ["Maße der Presse", "ÜBER Cider", "İçki"])
async def test_subjects_are_folded_as_the_database_folds_them(
    database: Database, ours: Sent, subject: str
) -> None:
    head = parse(f"From: <x@lead.example>\nSubject: Re: {subject}\n\nMay.\n".encode())
    mailbox = Mailbox(ours.team.id, ours.sender.id, 1, 0)
    since = NOW - timedelta(days=9)
    async with database.transaction() as db:
        await db.execute("UPDATE messages SET subject = $1", subject)

        assert await store.has_written(db, mailbox, "", wanted.subjects_answered(head), since=since)
