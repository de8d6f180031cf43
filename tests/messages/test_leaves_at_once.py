"""Leave to begin DATA while somebody else changes the campaigns."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from pomelo import campaigns, leads, messages, senders, sequences
from pomelo.base.addresses import parse
from pomelo.base.db import Database, Db
from pomelo.base.ids import MessageId
from pomelo.campaigns import Campaign
from pomelo.leads import Lead, NewLead, Want
from pomelo.messages import Intent, Mark
from tests import make
from tests.messages.test_leaves import LEASE, WORKER, intent_for
from tests.postgres import IMPATIENT, until_somebody_waits_for_a_lock

PEOPLE = [parse(f"p{number}@hooli.com") for number in range(20)]


async def two_campaigns(db: Db) -> list[Campaign]:
    """Running campaigns of one sender, in the order of their ids."""
    await db.execute(
        "INSERT INTO installation (secret_fingerprint, created_at) VALUES ('f', now())"
    )
    team = (await make.team(db)).id
    sender = await make.sender(db, team)
    made = [await make.running_campaign(db, team, sender, name) for name in ("One", "Two")]
    return sorted(made, key=lambda one: one.id)


async def people_of(db: Db, campaign: Campaign) -> list[Lead]:
    """Many leads, in the order of their ids."""
    new = [NewLead(campaign.team_id, campaign.id, one, {}) for one in PEOPLE]
    added = await leads.add(db, new, now=make.NOW)
    return sorted((one for one in added if isinstance(one, Lead)), key=lambda one: one.id)


async def begun(db: Db, lead: Lead, now: datetime) -> Intent:
    """The intent of a lead's first mail."""
    (sender,) = await campaigns.list_senders(db, lead.team_id, lead.campaign_id)
    (step,) = await sequences.list_steps(db, lead.team_id, lead.campaign_id)
    want = Want(lead.team_id, lead.campaign_id, sender.id, len(PEOPLE))
    claimed = await leads.claim_due(db, [want], now=now, until=now + LEASE)
    held = next(one for one in claimed if one.id == lead.id)
    intent = intent_for(lead, held, step)
    assert await messages.begin(db, [intent], now=now) == [intent.id]
    return intent


async def test_it_locks_campaigns_in_the_order_of_those_who_change_many(
    database: Database, now: datetime
) -> None:
    async with database.transaction() as db:
        first, last = await two_campaigns(db)
        await senders.claim_ready(db, worker=WORKER, now=now, until=now + LEASE, amount=1)
        # The lead of the first campaign comes after that of the last.
        crossed = [(await people_of(db, first))[-1], (await people_of(db, last))[0]]
        intents = [await begun(db, lead, now) for lead in crossed]

    async def leave() -> Sequence[MessageId]:
        marks = [Mark(one, deliver_to="", suppression_keys=()) for one in intents]
        async with database.transaction() as db:
            return await messages.mark(db, marks, worker=WORKER, now=now, heard_since=now)

    async with database.transaction() as db:
        await db.execute(IMPATIENT)
        await campaigns.pause(db, first.team_id, first.id)
        leaving = asyncio.create_task(leave())
        await until_somebody_waits_for_a_lock(database)
        await campaigns.pause(db, last.team_id, last.id)

    assert await leaving == []
