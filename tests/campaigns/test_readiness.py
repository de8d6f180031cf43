"""When senders may work for campaigns, asked and written for many at once."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import asyncpg
import pytest

from pomelo import campaigns, senders
from pomelo.base.db import Database, Db
from pomelo.base.ids import SenderId, TeamId
from pomelo.campaigns import Campaign, NextLook
from tests import make

HOUR = timedelta(hours=1)


async def running(db: Db) -> tuple[Campaign, SenderId]:
    team = await make.team(db)
    sender = await make.sender(db, team.id)
    return await make.running_campaign(db, team.id, sender), sender.id


async def next_at(db: Db, campaign: Campaign, sender: SenderId) -> datetime | None:
    found = await campaigns.next_of_senders(db, [(campaign.team_id, sender)])
    return found.get((campaign.team_id, sender))


def look(
    campaign: Campaign, sender: SenderId, at: datetime, may_send_at: datetime | None = None
) -> NextLook:
    return NextLook(campaign.team_id, campaign.id, sender, at, may_send_at)


async def ready(db: Db, campaign: Campaign, sender: SenderId, now: datetime) -> bool:
    rows = await campaigns.ready_rows(db, [(campaign.team_id, sender)], now=now)
    return [row.campaign_id for row in rows] == [campaign.id]


async def test_a_row_is_ready_when_its_moment_has_come(db: Db, now: datetime) -> None:
    campaign, sender = await running(db)
    await campaigns.set_next(db, [look(campaign, sender, now + HOUR)])

    assert not await ready(db, campaign, sender, now)
    assert await ready(db, campaign, sender, now + HOUR)


async def test_a_paused_campaign_is_never_ready(db: Db, now: datetime) -> None:
    campaign, sender = await running(db)
    await campaigns.pause(db, campaign.team_id, campaign.id)

    assert not await ready(db, campaign, sender, now + 1000 * HOUR)
    assert await next_at(db, campaign, sender) is None


async def test_what_a_worker_writes_does_not_undo_a_pause(db: Db, now: datetime) -> None:
    campaign, sender = await running(db)
    await campaigns.pause(db, campaign.team_id, campaign.id)

    await campaigns.set_next(db, [look(campaign, sender, now, now + HOUR)])

    assert await next_at(db, campaign, sender) is None
    await campaigns.start(db, campaign.team_id, campaign.id, now=now)
    assert await next_at(db, campaign, sender) == now + HOUR


async def test_waking_brings_a_look_forward_but_never_back(db: Db, now: datetime) -> None:
    campaign, sender = await running(db)
    await campaigns.set_next(db, [look(campaign, sender, now + 5 * HOUR)])

    await campaigns.wake(db, campaign.team_id, [campaign.id], at=now + HOUR)
    await campaigns.wake(db, campaign.team_id, [campaign.id], at=now + 2 * HOUR)

    assert await next_at(db, campaign, sender) == now + HOUR


async def test_waking_keeps_the_gap_after_a_mail(db: Db, now: datetime) -> None:
    campaign, sender = await running(db)
    await campaigns.set_next(db, [look(campaign, sender, now + 5 * HOUR, now + HOUR)])

    await campaigns.wake(db, campaign.team_id, [campaign.id], at=now)

    assert await next_at(db, campaign, sender) == now + HOUR


async def test_a_look_without_a_gap_keeps_the_gap_there_was(db: Db, now: datetime) -> None:
    campaign, sender = await running(db)
    await campaigns.set_next(db, [look(campaign, sender, now, now + 2 * HOUR)])

    await campaigns.set_next(db, [look(campaign, sender, now + HOUR)])

    assert await next_at(db, campaign, sender) == now + 2 * HOUR


async def test_waking_a_paused_campaign_wakes_nobody(db: Db, now: datetime) -> None:
    campaign, sender = await running(db)
    await campaigns.pause(db, campaign.team_id, campaign.id)
    await db.execute("UPDATE senders SET next_at = 'infinity'")

    await campaigns.wake(db, campaign.team_id, [campaign.id], at=now)

    assert await next_at(db, campaign, sender) is None
    assert (await senders.get(db, campaign.team_id, sender)).next_at.year == 9999


async def test_waking_wakes_the_mailbox_no_earlier_than_it_may_send(db: Db, now: datetime) -> None:
    campaign, sender = await running(db)
    await db.execute("UPDATE senders SET next_at = 'infinity', may_send_at = $1", now + HOUR)

    await campaigns.wake(db, campaign.team_id, [campaign.id], at=now)

    assert (await senders.get(db, campaign.team_id, sender)).next_at == now + HOUR


async def test_waking_does_not_wait_for_rows_in_other_hands(
    database: Database, now: datetime
) -> None:
    async with database.transaction() as db:
        campaign, sender = await running(db)
        await campaigns.set_next(db, [look(campaign, sender, now + HOUR)])

    async with database.transaction() as holder, database.transaction() as db:
        await holder.execute("SELECT FROM campaign_senders FOR UPDATE")
        await db.execute("SET LOCAL lock_timeout = '200ms'")
        await campaigns.wake(db, campaign.team_id, [campaign.id], at=now)

    async with database.transaction() as db:
        assert await next_at(db, campaign, sender) == now + HOUR


@pytest.fixture
async def listener(database: Database) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await database.connect()
    yield connection
    await connection.close()


async def test_workers_hear_of_a_start(
    database: Database, listener: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    heard: list[str] = []
    await listener.add_listener("pomelo_due", lambda *args: heard.append(args[2]))

    async with database.transaction() as db:
        await running(db)
    await listener.fetchval("SELECT 1")

    assert heard == ["pomelo_due"]


async def test_many_senders_of_many_teams_take_one_statement(db: Db, now: datetime) -> None:
    made = [await running(db) for _ in range(3)]
    asked: list[tuple[TeamId, SenderId]] = [(one.team_id, sender) for one, sender in made]
    statements: list[str] = []

    with db.query_logger(lambda query: statements.append(query.query)):
        rows = await campaigns.ready_rows(db, asked, now=now)
        await campaigns.set_next(db, [look(one, sender, now + HOUR) for one, sender in made])
        found = await campaigns.next_of_senders(db, asked)
    await db.fetchval("SELECT 1")  # the log of a statement comes with the next one

    assert len(statements) == 3
    assert {row.campaign_id for row in rows} == {one.id for one, _ in made}
    assert found == dict.fromkeys(asked, now + HOUR)


async def test_the_longest_waiting_campaign_comes_first(db: Db, now: datetime) -> None:
    first, sender = await running(db)
    mailbox = await senders.get(db, first.team_id, sender)
    second = await make.running_campaign(db, first.team_id, mailbox, "Campaign2")
    await campaigns.set_next(db, [look(second, sender, now - HOUR)])

    rows = await campaigns.ready_rows(db, [(first.team_id, sender)], now=now)

    assert [row.campaign_id for row in rows] == [second.id, first.id]


async def test_a_campaign_without_hours_is_never_ready(db: Db, now: datetime) -> None:
    campaign, sender = await running(db)
    await db.execute("DELETE FROM campaign_schedules")

    assert not await ready(db, campaign, sender, now)
