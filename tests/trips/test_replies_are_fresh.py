"""Who has answered gets no follow-up, however long nobody could read the mailbox."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

from pomelo import senders
from pomelo.api.email_accounts import remove
from pomelo.base.loops import run_loop
from pomelo.delivery import Deliverer
from pomelo.inbound import Mailboxes
from pomelo.leads import ActivityType, Lead, WaitsFor
from pomelo.senders import Changes, Replies
from tests.inbound import imapsim
from tests.inbound.imapsim import Account
from tests.inbound.reading import PACE, connect, until
from tests.inbound.sent import Sent
from tests.wire import PostOffice

Open = Callable[..., Awaitable[PostOffice]]
STEPS = (("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))


@asynccontextmanager
async def read(post: PostOffice) -> AsyncIterator[None]:
    """Let the worker read mailboxes meanwhile."""
    mailboxes, stop = Mailboxes(post.desk, slots=5, pace=PACE), asyncio.Event()
    loop = asyncio.create_task(run_loop("mailboxes", mailboxes.work_once, stop, rest_seconds=0.05))
    try:
        yield
    finally:
        stop.set()
        await loop
        await mailboxes.finish()


async def until_read(post: PostOffice) -> None:
    since = post.clock.now()

    async def is_read() -> bool:
        async with post.database.transaction() as db:
            sender = await senders.get(db, post.team.id, post.sender.id)
        return sender.replies_read_at is not None and sender.replies_read_at >= since

    await until(is_read)


async def opened(office: Open, account: Account) -> tuple[PostOffice, Lead, Lead]:
    """A campaign of two mails, the first of which went to two people."""
    post = await office(*STEPS)
    ours = cast("Sent", SimpleNamespace(team=post.team, sender=post.sender))
    await connect(post.database, ours, account)
    async with read(post):
        await until_read(post)
    one, other = await post.add("richard@piedpiper.com"), await post.add("gavin@hooli.com")
    await post.work()
    assert (await post.sent_count(one.id), await post.sent_count(other.id)) == (1, 1)
    return post, one, other


async def test_no_follow_up_leaves_until_a_waiting_reply_was_read(office: Open) -> None:
    async with imapsim.serving() as account:
        post, one, other = await opened(office, account)
        first = str(post.mails("richard@piedpiper.com")[0]["Message-ID"])
        account.deliver(
            f"From: <richard@piedpiper.com>\r\nSubject: Re: Hello\r\nIn-Reply-To: {first}\r\n"
            "Message-ID: <a@piedpiper.com>\r\n\r\nYes, let us talk.\r\n".encode()
        )

        for _ in range(10):  # nobody reads
            post.clock.forward(timedelta(days=1))
            await post.work()
        waiting = [(await post.lead(lead.id)).waits_for for lead in (one, other)]
        unheard = [await post.sent_count(lead.id) for lead in (one, other)]
        async with read(post):
            await until_read(post)
        await post.work(Deliverer(post.desk, slots=5))

    assert waiting == [WaitsFor.REPLIES, WaitsFor.REPLIES]
    assert unheard == [1, 1]
    assert (await post.lead(one.id)).stopped_by is ActivityType.EMAILS_REPLIED
    assert [await post.sent_count(lead.id) for lead in (one, other)] == [1, 2]


async def test_a_sender_that_is_no_more_read_by_imap_goes_on(office: Open) -> None:
    async with imapsim.serving() as account:
        post, _, other = await opened(office, account)
        post.clock.forward(timedelta(days=3))
        await post.work()
        held = await post.sent_count(other.id)

        async with post.database.transaction() as db:
            changes = Changes(replies=Replies.NONE)
            await senders.change(db, post.team.id, post.sender.id, changes, now=post.clock.now())
        await post.work(Deliverer(post.desk, slots=5))

    assert held == 1
    assert await post.sent_count(other.id) == 2


async def test_a_mailbox_that_is_gone_lets_its_leads_wait_for_another(office: Open) -> None:
    async with imapsim.serving() as account:
        post, _, other = await opened(office, account)
        post.clock.forward(timedelta(days=3))
        await post.work()

        async with post.database.transaction() as db:
            await remove(db, post.team.id, post.sender.id, now=post.clock.now())

    assert (await post.lead(other.id)).waits_for is WaitsFor.SENDER
