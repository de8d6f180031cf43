"""Leads as people: found within their team, newest first; erased with all they have."""

import asyncio
from datetime import datetime, timedelta

import pytest

from pomelo import contacts, leads
from pomelo.base.addresses import parse
from pomelo.base.db import Database, Db
from pomelo.base.ids import LeadId
from pomelo.leads import Lead, LeadState, NewLead
from tests import make


async def test_a_lead_is_found_by_id_within_its_team(db: Db) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    lead = await make.lead(db, campaign)
    stranger = await make.team(db)

    assert await leads.find(db, lead.team_id, lead.id) == lead
    assert await leads.find(db, stranger.id, lead.id) is None
    with pytest.raises(leads.LeadNotFound):
        await leads.get(db, lead.team_id, LeadId("lea_none"))


async def test_leads_of_an_address_come_newest_first(db: Db, now: datetime) -> None:
    team = await make.team(db)
    added = []
    for hour in range(3):
        campaign = await make.campaign(db, team.id)
        new = NewLead(team.id, campaign.id, parse("richard@piedpiper.com"))
        added += await leads.add(db, [new], now=now + timedelta(hours=hour))

    found = await leads.list_of_key(db, team.id, "richard@piedpiper.com")

    assert found == added[::-1]
    assert await leads.list_of_key(db, team.id, "dinesh@piedpiper.com") == []


async def test_a_list_is_oldest_first_and_keeps_to_the_states_asked_for(db: Db) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    states = (LeadState.IMPORTED, LeadState.HOOKED, LeadState.WARMED)
    people = [
        await make.lead(db, campaign, f"p{n}@hooli.com", state=state)
        for n, state in enumerate(states)
    ]

    everybody = await leads.list_page(db, campaign.team_id, campaign.id, states=None, limit=10)
    some = await leads.list_page(db, campaign.team_id, campaign.id, states=states[1:], limit=10)
    none = await leads.list_page(db, campaign.team_id, campaign.id, states=[], limit=10)
    first = await leads.list_page(db, campaign.team_id, campaign.id, states=None, limit=1)

    assert {one.id for one in everybody} == {lead.id for lead in people}
    assert {one.state for one in some} == set(states[1:])
    assert none == []
    assert len(first) == 1


async def test_deleting_leaves_nothing_of_a_person_in_no_other_campaign(db: Db) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    lead = await make.lead(db, campaign, state=LeadState.HOOKED)

    await leads.delete(db, lead.team_id, lead.id)

    for table in ("leads", "contacts", "activities"):
        assert await db.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_deleting_leaves_a_person_in_their_other_campaigns(db: Db) -> None:
    team = await make.team(db)
    one = await make.lead(db, await make.campaign(db, team.id))
    two = await make.lead(db, await make.campaign(db, team.id))

    await leads.delete(db, team.id, one.id)

    assert await leads.list_of_key(db, team.id, two.address_key) == [two]
    assert await contacts.get(db, team.id, two.contact_id)


async def test_deleting_again_finds_nothing(db: Db) -> None:
    campaign = await make.campaign(db, (await make.team(db)).id)
    lead = await make.lead(db, campaign)
    await leads.delete(db, lead.team_id, lead.id)

    with pytest.raises(leads.LeadNotFound):
        await leads.delete(db, lead.team_id, lead.id)


async def test_adding_and_deleting_at_once_leave_one_lead_or_none(
    database: Database, now: datetime
) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        campaign = await make.campaign(db, team.id)

    async def add() -> None:
        async with database.transaction() as db:
            await leads.add(db, [NewLead(team.id, campaign.id, parse("a@hooli.com"))], now=now)

    async def delete() -> None:
        async with database.transaction() as db:
            for lead in await leads.list_of_key(db, team.id, "a@hooli.com"):
                try:
                    await leads.delete(db, team.id, lead.id)
                except leads.LeadNotFound:
                    return

    await asyncio.gather(*(act() for _ in range(40) for act in (add, delete)))

    async with database.transaction() as db:
        left = await leads.list_of_key(db, team.id, "a@hooli.com")
        people = await db.fetchval("SELECT count(*) FROM contacts")
    assert len(left) == people <= 1
    assert all(isinstance(lead, Lead) for lead in left)
