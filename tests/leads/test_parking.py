"""Leads of a sender that is gone wait for a person; of many, a job lets the later ones wait."""

import pytest

from pomelo import leads
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.ids import SenderId
from pomelo.campaigns import Campaign
from pomelo.leads import Parking, parking
from tests import make

GONE, OTHER = SenderId("usm_gone"), SenderId("usm_other")
MANY = """
INSERT INTO leads (team_id, id, campaign_id, contact_id, email, address_key, sender_id, due_at,
  created_at, updated_at)
SELECT team_id, 'lea_' || n, campaign_id, contact_id, n || '@hooli.com', n || '@hooli.com', $1,
  due_at, created_at, updated_at
FROM leads, generate_series(1, $2) AS n WHERE email = 'first@hooli.com'
"""


async def crowd(db: Db, size: int) -> Campaign:
    """A campaign with so many leads of the sender, and two of others."""
    campaign = await make.campaign(db, (await make.team(db)).id)
    await make.lead(db, campaign, "first@hooli.com")
    await db.execute(MANY, GONE, size)
    await make.lead(db, campaign, "other@hooli.com")
    await db.execute("UPDATE leads SET sender_id = $1 WHERE email = 'other@hooli.com'", OTHER)
    return campaign


async def waiting(db: Db) -> dict[str | None, int]:
    rows = await db.fetch(
        "SELECT sender_id, count(*) FROM leads WHERE waits_for = 'sender' GROUP BY sender_id"
    )
    return {row[0]: row[1] for row in rows}


async def queued(db: Db) -> list[bytes]:
    rows = await db.fetch("SELECT payload FROM jobs.pgqueuer WHERE entrypoint = 'park_sender'")
    return [row[0] for row in rows]


async def test_a_few_wait_at_once(db: Db) -> None:
    campaign = await crowd(db, 3)

    await leads.park_sender(db, campaign.team_id, GONE, now=make.NOW)

    assert await waiting(db) == {GONE: 3}
    assert await queued(db) == []


async def test_of_many_a_job_lets_the_later_ones_wait_and_may_run_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parking, "AT_ONCE", 50)
    async with database.transaction() as db:
        campaign = await crowd(db, 180)
        await leads.park_sender(db, campaign.team_id, GONE, now=make.NOW)
        first, (payload,) = await waiting(db), await queued(db)
    job = Parking(database, Clock())

    await job.run(payload)
    await job.run(payload)

    async with database.transaction() as db:
        assert await waiting(db) == {GONE: 180}
    assert first[GONE] <= 50


async def test_what_is_over_or_waits_for_something_else_stays(db: Db) -> None:
    campaign = await crowd(db, 3)
    await db.execute("UPDATE leads SET stopped_by = 'emailsReplied' WHERE id = 'lea_1'")
    await db.execute("UPDATE leads SET waits_for = 'uncertain' WHERE id = 'lea_2'")

    await leads.park_sender(db, campaign.team_id, GONE, now=make.NOW)

    assert await waiting(db) == {GONE: 1}
