"""A paused team sends nothing, of no campaign, and goes on where it was."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from pomelo import campaigns, sequences
from pomelo.base.db import Database
from pomelo.demo.sink import Act, Script, Stage
from pomelo.leads import Lead
from pomelo.sequences import StepType
from tests import make
from tests.wire import PostOffice

RICHARD, ERLICH = "richard@piedpiper.com", "erlich@aviato.com"
DAY = timedelta(days=1)


@pytest.fixture
async def post(database: Database, now: datetime) -> AsyncIterator[PostOffice]:
    # Every RCPT takes a moment, so that a pause meets mails at all stages.
    slow = Script(Stage.RCPT, Act.DELAY, seconds=0.002)
    made = PostOffice(database, now, script=lambda _: slow)
    await made.open(("Hello", "<p>Hi</p>"), ("", "<p>Again</p>"))
    yield made
    await made.close()


async def pause(post: PostOffice) -> datetime:
    async with post.database.transaction() as db:
        await campaigns.pause_team(db, post.team.id, now=post.clock.now())
    return post.clock.now()


async def resume(post: PostOffice) -> None:
    async with post.database.transaction() as db:
        await campaigns.resume_team(db, post.team.id, now=post.clock.now())


async def task_step(post: PostOffice) -> None:
    async with post.database.transaction() as db:
        await campaigns.pause(db, post.team.id, post.campaign.id)
        await make.other_step(db, post.campaign, StepType.MANUAL, delay_days=1, title="Call")
        now = post.clock.now()
        await sequences.start_campaign(db, post.team.id, post.campaign.id, now=now)


async def test_a_pause_wins_against_every_mail_not_yet_at_data(post: PostOffice) -> None:
    await post.add_many(300)

    async def pause_soon() -> datetime:
        while len(post.sink.mails) < 20:
            await asyncio.sleep(0.001)
        return await pause(post)

    post.clock.runs()
    paused_at, _ = await asyncio.gather(pause_soon(), post.work())

    async with post.database.transaction() as db:
        rows = await db.fetch("SELECT data_at FROM messages WHERE data_at IS NOT NULL")
    assert len(rows) == len(post.sink.mails)
    assert 20 <= len(rows) < 300
    assert [row["data_at"] for row in rows if row["data_at"] > paused_at] == []

    await resume(post)
    await post.work()
    assert sorted(mail.recipients[0] for mail in post.sink.mails) == sorted(
        f"lead{number}@hooli.com" for number in range(300)
    )


async def test_who_is_added_while_it_is_paused_waits_for_its_end(post: PostOffice) -> None:
    await pause(post)
    await post.add(RICHARD)

    post.clock.forward(DAY)
    await post.work()
    assert post.mails(RICHARD) == []

    await resume(post)
    await post.work()
    assert len(post.mails(RICHARD)) == 1


async def test_what_is_no_mail_waits_too(post: PostOffice) -> None:
    await task_step(post)
    lead = await post.add(RICHARD)
    await post.work()
    post.clock.forward(2 * DAY)
    await post.work()
    assert len(post.mails(RICHARD)) == 2
    await pause(post)
    post.clock.forward(DAY)

    await post.work()
    assert await tasks_of(post, lead) == 0

    await resume(post)
    await post.work()
    assert await tasks_of(post, lead) == 1


async def tasks_of(post: PostOffice, lead: Lead) -> int:
    async with post.database.transaction() as db:
        return int(await db.fetchval("SELECT count(*) FROM tasks WHERE lead_id = $1", lead.id))


async def test_a_campaign_started_meanwhile_begins_with_its_end(post: PostOffice) -> None:
    async with post.database.transaction() as db:
        await campaigns.pause(db, post.team.id, post.campaign.id)
    await post.add(ERLICH)
    await pause(post)
    async with post.database.transaction() as db:
        now = post.clock.now()
        await sequences.start_campaign(db, post.team.id, post.campaign.id, now=now)

    await post.work()
    assert post.mails(ERLICH) == []

    await resume(post)
    await post.work()
    assert len(post.mails(ERLICH)) == 1


async def test_a_campaign_paused_by_hand_stays_paused(post: PostOffice) -> None:
    await post.add(ERLICH)
    await pause(post)
    async with post.database.transaction() as db:
        await campaigns.pause(db, post.team.id, post.campaign.id)

    await resume(post)
    await post.work()

    assert post.mails(ERLICH) == []
