"""Mail that comes in at the same moment, and mail that answers what really went out."""

import asyncio
from datetime import datetime

import msgspec
import pytest

from pomelo import activities, inbound
from pomelo.activities import Filter
from pomelo.base.db import Database
from pomelo.inbound import Received
from pomelo.inbound.parse import parse
from pomelo.leads import ActivityType, LeadState
from tests.inbound import sent as mailing
from tests.inbound.letters import letter
from tests.inbound.sent import SIGNER, Sent
from tests.wire import PostOffice


async def made(database: Database) -> Sent:
    async with database.transaction() as db:
        return await mailing.sent(db)


async def receive(database: Database, sent: Sent, raw: bytes) -> Received:
    return await database.retrying(lambda db: sent.receive(db, raw))


async def happened(database: Database, sent: Sent) -> list[ActivityType]:
    async with database.transaction() as db:
        asked = Filter(lead=sent.lead.id)
        found = await activities.list_page(db, sent.team.id, asked, offset=0, limit=50)
    return sorted(one.type for one in found)


async def test_the_same_mail_at_the_same_moment_is_one_activity(database: Database) -> None:
    sent = await made(database)
    raw = sent.answer("reply_top_posted")

    received = await asyncio.gather(*(receive(database, sent, raw) for _ in range(8)))

    assert sum(one.is_new for one in received) == 1
    assert (await happened(database, sent)).count(ActivityType.EMAILS_REPLIED) == 1


async def test_different_mails_about_one_lead_wait_for_each_other(database: Database) -> None:
    sent = await made(database)
    names = ("reply_top_posted", "auto_exchange_english", "delayed_exim_text", "bounce_qmail")
    raws = [
        b"Message-ID: <%d.%s@lead.example>\r\n" % (turn, name.encode()) + sent.answer(name)
        for turn in range(3)
        for name in names
    ]

    received = await asyncio.gather(*(receive(database, sent, raw) for raw in raws))

    assert all(one.is_new for one in received)
    assert await happened(database, sent) == sorted(
        [
            ActivityType.EMAILS_SENT,
            *[ActivityType.EMAILS_REPLIED] * 3,
            *[ActivityType.EMAILS_AUTO_REPLIED] * 3,
            *[ActivityType.EMAILS_DELAYED] * 3,
            *[ActivityType.EMAILS_BOUNCED] * 3,
        ]
    )


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("reply_top_posted", LeadState.WARMED),
        ("bounce_postfix_unknown_user", LeadState.EMAILS_BOUNCED),
        ("unsubscribe_mailto", LeadState.EMAILS_UNSUBSCRIBED),
        ("auto_gmail_vacation", LeadState.CONTACTED),
    ],
)
async def test_what_really_went_out_can_be_answered(
    database: Database, now: datetime, name: str, state: LeadState
) -> None:
    post = PostOffice(database, now)
    await post.open(("Hello", '<p><a href="https://piedpiper.com">Look</a></p>'))
    lead = await post.add("richard@piedpiper.com")
    await post.work()
    (mail,) = post.mails(lead.email)
    raw = letter(
        name,
        header_id=str(mail["Message-ID"]),
        token=str(mail["X-Pomelo-Id"]),
        sender=post.sender.email,
        lead=lead.email,
    )

    async with database.transaction() as db:
        await inbound.receive(
            db, post.team.id, post.sender.id, parse(raw), signer=SIGNER, now=post.clock.now()
        )

    assert (await post.lead(lead.id)).state is state
    await post.close()


async def test_our_own_mail_in_the_senders_mailbox_answers_nothing(
    database: Database, now: datetime
) -> None:
    post = PostOffice(database, now)
    await post.open(("Hello", '<p><a href="https://piedpiper.com">Look</a></p>'))
    lead = await post.add(post.sender.email)
    await post.work()
    (copy,) = post.sink.mails

    async with database.transaction() as db:
        received = await inbound.receive(
            db, post.team.id, post.sender.id, parse(copy.raw), signer=SIGNER, now=now
        )

    assert received == msgspec.structs.replace(received, rule=None, activity=None)
    assert (await post.lead(lead.id)).state is LeadState.CONTACTED
    await post.close()
