"""A mail in doubt: settled by a person, or by what came back for it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from pomelo import delivery
from pomelo.base.db import Database
from pomelo.demo.sink import Act, Script, Stage
from pomelo.leads import LeadState, WaitsFor
from pomelo.messages import MessageNotDoubtful, Resolution
from tests.wire import PostOffice

DAY = timedelta(days=1)
RICHARD = "richard@piedpiper.com"


@pytest.fixture
async def post(database: Database, now: datetime) -> AsyncIterator[PostOffice]:
    """An office whose first mail to Richard is in doubt."""
    drop = Script(Stage.DOT, Act.DROP, times=1)
    office = PostOffice(database, now, script={RICHARD: drop})
    await office.open(("Hello", "<p>One</p>"), ("", "<p>Two</p>"))
    await office.add(RICHARD)
    await office.work()
    yield office
    await office.close()


async def resolve(post: PostOffice, resolution: Resolution) -> None:
    async with post.database.transaction() as db:
        message = await db.fetchval("SELECT id FROM messages WHERE state = 'uncertain'")
        await delivery.resolve(db, post.team.id, message, resolution, now=post.clock.now())


async def test_said_to_have_arrived_it_counts_as_sent_and_the_next_step_keeps_its_delay(
    post: PostOffice,
) -> None:
    post.clock.forward(timedelta(hours=6))
    await resolve(post, Resolution.SENT)
    await post.work()
    assert len(post.mails(RICHARD)) == 1
    assert await post.states() == {"sent": 1}

    post.clock.forward(timedelta(hours=18))
    await post.work()

    assert len(post.mails(RICHARD)) == 2
    assert post.mails(RICHARD)[1]["In-Reply-To"] == post.mails(RICHARD)[0]["Message-ID"]


async def test_said_to_be_missing_the_very_same_mail_goes_again(post: PostOffice) -> None:
    await resolve(post, Resolution.RESEND)

    post.clock.forward(timedelta(minutes=1))  # the sender rests after a server that hung up
    await post.work()

    first, again = post.mails(RICHARD)
    assert first["Message-ID"] == again["Message-ID"]
    assert post.sink.mails[0].raw == post.sink.mails[1].raw
    assert await post.states() == {"sent": 1}


async def test_a_doubt_can_be_ended_once(post: PostOffice) -> None:
    async with post.database.transaction() as db:
        message = await db.fetchval("SELECT id FROM messages")
    await resolve(post, Resolution.SENT)

    with pytest.raises(MessageNotDoubtful):
        async with post.database.transaction() as db:
            await delivery.resolve(
                db, post.team.id, message, Resolution.RESEND, now=post.clock.now()
            )


async def test_a_lead_in_doubt_waits(post: PostOffice) -> None:
    post.clock.forward(3 * DAY)
    await post.work()

    async with post.database.transaction() as db:
        lead = await db.fetchrow("SELECT state, waits_for FROM leads")
    assert lead is not None
    assert tuple(lead) == (LeadState.IMPORTED, WaitsFor.UNCERTAIN)
    assert len(post.mails(RICHARD)) == 1
