"""A person answers a lead by hand: in the thread, once, and by the same protocol as steps."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from pomelo import activities, letters, messages, senders
from pomelo.base import addresses
from pomelo.base.db import Database
from pomelo.delivery import (
    AddressBounced,
    AnswerEmpty,
    AnswerTangled,
    Rehearsing,
    Singles,
)
from pomelo.demo.sink import Script, Stage
from pomelo.leads import LeadState
from pomelo.senders import PausedFor
from pomelo.unsubscribes import Source
from tests import make
from tests.answering import RICHARD, Answering

DAY = timedelta(days=1)
DINESH = "dinesh@piedpiper.com"


@pytest.fixture
async def office(database: Database, now: datetime) -> AsyncIterator[Answering]:
    made = Answering(database, now)
    yield made
    await made.close()


async def test_an_answer_goes_out_in_the_thread_and_is_recorded(office: Answering) -> None:
    await office.open_with()
    await office.reply()
    office.clock.forward(timedelta(minutes=5))

    message = await office.write("<p>Gladly, <b>Richard</b></p>")
    await office.carry()

    mail = office.mails(RICHARD)[-1]
    first = office.mails(RICHARD)[0]
    assert mail["In-Reply-To"] == "<one@piedpiper.com>"
    assert mail["References"].split() == [first["Message-ID"], "<one@piedpiper.com>"]
    assert mail["Subject"] == "Re: Hello"
    assert mail["From"] == "Jared Dunn <jared@piedpiper.example>"
    text = mail.get_body(("plain",))
    assert text is not None
    assert text.get_content().strip() == "Gladly, Richard"
    assert mail["List-Unsubscribe"] is None
    assert b"/t/o/" not in office.sink.mails[-1].raw
    assert await office.standing(message) == "sent"
    assert await office.types() == ["emailsSent", "emailsReplied", "emailsSent"]
    assert (await office.lead(office.richard.id)).state is LeadState.WARMED
    assert await office.queue() == 0


async def test_what_is_answered_to_an_answer_is_heard(office: Answering) -> None:
    await office.open_with()
    await office.reply()
    await office.write()
    await office.carry()

    await office.reply("Good", **{"Message-ID": "<two@piedpiper.com>"})

    assert (await office.types()).count("emailsReplied") == 2


async def test_an_answer_moves_no_step_and_the_sequence_goes_on(office: Answering) -> None:
    await office.open_with()

    await office.write("By the way", subject="Another thing")
    await office.carry()
    office.clock.forward(DAY)
    await office.work()

    subjects = [mail["Subject"] for mail in office.mails(RICHARD)]
    assert subjects == ["Hello", "Another thing", "Re: Hello"]
    assert office.mails(RICHARD)[1]["In-Reply-To"] is None
    assert office.mails(RICHARD)[2]["In-Reply-To"] == office.mails(RICHARD)[0]["Message-ID"]


async def test_whoever_unsubscribed_may_be_answered_but_a_dead_address_is_not_written_to(
    office: Answering,
) -> None:
    await office.open_with()
    async with office.database.transaction() as db:
        await activities.unsubscribe(
            db, office.team.id, [addresses.parse(RICHARD)], source=Source.LEAD, now=office.clock.at
        )
    await office.write()
    await office.carry()
    assert len(office.mails(RICHARD)) == 2

    waiting = await office.write()
    async with office.database.transaction() as db:
        await db.execute("UPDATE unsubscribes SET source = 'bounced'")
    with pytest.raises(AddressBounced, match=RICHARD):
        await office.write()
    await office.carry()

    assert len(office.mails(RICHARD)) == 2
    assert await office.standing(waiting) == "refused"
    assert (await office.types())[-1] == "emailsAnswerFailed"


async def test_an_answer_waits_while_its_sender_is_paused(office: Answering) -> None:
    await office.open_with()
    now = office.clock.now()
    async with office.database.transaction() as db:
        await senders.pause(
            db, office.team.id, office.sender.id,
            reason=PausedFor.THROTTLED, reply="later", until=now + DAY, now=now,
        )  # fmt: skip
    await office.write()

    await office.carry()
    assert len(office.mails(RICHARD)) == 1
    office.clock.forward(DAY)
    await office.carry()

    assert len(office.mails(RICHARD)) == 2


async def test_an_answer_takes_a_place_in_the_day_but_waits_for_neither_limit_nor_gap(
    office: Answering,
) -> None:
    await office.open(gap=600, limit=1)
    office.singles = Singles(office.desk)
    office.richard = await office.add(RICHARD)
    await office.work()

    await office.write()
    await office.carry()

    async with office.database.transaction() as db:
        limits = [(office.team.id, office.sender.id, 10)]
        (quota,) = await messages.quotas(db, limits, since=office.clock.now() - DAY)
    assert quota.sent == 2
    assert len(office.mails(RICHARD)) == 2


async def test_a_copy_that_is_refused_is_left_out(office: Answering) -> None:
    office.script[DINESH] = Script(Stage.RCPT, reply="550 5.1.1 no such user")
    await office.open_with()

    message = await office.write(copies=("jian@piedpiper.com", DINESH, RICHARD))
    await office.carry()

    assert office.sink.mails[-1].recipients == (RICHARD, "jian@piedpiper.com")
    assert b"Cc: jian@piedpiper.com, dinesh@piedpiper.com" in office.sink.mails[-1].raw
    assert await office.standing(message) == "sent"
    async with office.database.transaction() as db:
        reply = await db.fetchval("SELECT reply FROM messages WHERE id = $1", message)
    assert f"no copy for {DINESH}" in reply


async def test_a_refused_recipient_is_a_bounce(office: Answering) -> None:
    await office.open_with()
    office.script[RICHARD] = Script(Stage.RCPT, reply="550 5.1.1 no such user")

    message = await office.write()
    await office.carry()

    assert await office.standing(message) == "refused"
    assert await office.types() == ["emailsSent", "emailsBounced"]
    assert (await office.lead(office.richard.id)).state is LeadState.EMAILS_BOUNCED


async def test_a_deleted_mailbox_ends_what_waits_for_it(office: Answering) -> None:
    await office.open_with()
    message = await office.write()
    async with office.database.transaction() as db:
        await senders.delete(db, office.team.id, office.sender.id, now=office.clock.now())

    await office.carry()

    assert await office.standing(message) == "refused"
    assert (await office.types())[-1] == "emailsAnswerFailed"


async def test_with_its_lead_an_answer_goes(office: Answering) -> None:
    await office.open_with()
    await office.write()
    await office.carry()
    await office.write()
    async with office.database.transaction() as db:
        await activities.remove(db, office.team.id, office.richard.id)

    await office.carry()

    assert len(office.mails(RICHARD)) == 2
    assert await office.queue() == 0


async def test_in_a_rehearsal_no_lead_is_written_to(office: Answering) -> None:
    await office.open_with()
    waiting = await office.write()
    async with office.database.transaction() as db:
        await db.execute("UPDATE installation SET deliver_to = 'op@piedpiper.example'")

    with pytest.raises(Rehearsing):
        await office.write()
    await office.carry()

    assert len(office.mails(RICHARD)) == 1
    assert await office.standing(waiting) == "deferred"


@pytest.mark.parametrize("message", ["", "  ", "<p> </p>", "<script>alert(1)</script>"])
async def test_an_empty_answer_is_refused(office: Answering, message: str) -> None:
    await office.open_with()

    with pytest.raises(AnswerEmpty):
        await office.write(message)


async def test_an_answer_whose_tags_are_entangled_is_refused(office: Answering) -> None:
    await office.open_with()

    with pytest.raises(AnswerTangled):
        await office.write("<ul><li>" * 24_000 + "x")


async def test_hooks_are_not_told_of_it(office: Answering) -> None:
    await office.open_with()
    async with office.database.transaction() as db:
        await db.execute("UPDATE teams SET has_hooks = true")

    await office.write()
    await office.carry()

    async with office.database.transaction() as db:
        untold = await db.fetchval("SELECT count(*) FROM activities WHERE told_at IS NULL")
    assert untold == 0


async def test_an_answer_is_signed_where_its_sender_signs(office: Answering) -> None:
    await office.open_with()
    async with office.database.transaction() as db:
        await senders.set_dkim(
            db, office.team.id, office.sender.id,
            selector="s1", pem=letters.new_pem(), vault=make.VAULT,
        )  # fmt: skip

    await office.write()
    await office.carry()

    assert "s=s1" in office.mails(RICHARD)[-1]["DKIM-Signature"]
