"""The unsubscribe list: what is new, what stays, what outranks what, and who must wait."""

import asyncio
from datetime import datetime, timedelta

from pomelo import unsubscribes
from pomelo.base.addresses import parse_value, suppressed_as
from pomelo.base.db import Database, Db
from pomelo.unsubscribes import Source
from tests import make


async def test_an_entry_is_new_once(db: Db, now: datetime) -> None:
    team = await make.team(db)
    values = [parse_value("Richard@piedpiper.com"), parse_value("richard@piedpiper.com")]

    once = await unsubscribes.add(db, team.id, values, source=Source.API, now=now)
    again = await unsubscribes.add(db, team.id, values, source=Source.USER, now=now)

    assert [is_new for _, is_new in once] == [True, False]
    assert [is_new for _, is_new in again] == [False, False]
    assert {entry.id for entry, _ in once + again} == {once[0][0].id}
    assert again[0][0].source is Source.API


async def test_unsubscribing_outranks_a_bounce(db: Db, now: datetime) -> None:
    team = await make.team(db)
    values = [parse_value("richard@piedpiper.com")]
    await unsubscribes.add(db, team.id, values, source=Source.BOUNCED, now=now)

    entries = await unsubscribes.add(db, team.id, values, source=Source.LEAD, now=now)

    assert [(entry.source, is_new) for entry, is_new in entries] == [(Source.LEAD, False)]


async def test_a_bounce_does_not_outrank_unsubscribing(db: Db, now: datetime) -> None:
    team = await make.team(db)
    values = [parse_value("richard@piedpiper.com")]
    await unsubscribes.add(db, team.id, values, source=Source.LEAD, now=now)

    entries = await unsubscribes.add(db, team.id, values, source=Source.BOUNCED, now=now)

    assert entries[0][0].source is Source.LEAD


async def test_an_entry_is_found_and_removed_by_its_key(db: Db, now: datetime) -> None:
    team, other = await make.team(db), await make.team(db)
    value = parse_value("r.hendricks@gmail.com")
    await unsubscribes.add(db, team.id, [value], source=Source.API, now=now)
    key = suppressed_as(value)

    assert key == "rhendricks@gmail.com"
    assert await unsubscribes.find(db, other.id, key) is None
    assert await unsubscribes.remove(db, other.id, key) is None
    removed = await unsubscribes.remove(db, team.id, key)

    assert removed is not None
    assert removed.value == "r.hendricks@gmail.com"
    assert await unsubscribes.find(db, team.id, key) is None


async def test_keys_are_matched_within_their_team(db: Db, now: datetime) -> None:
    team, other = await make.team(db), await make.team(db)
    await unsubscribes.add(db, team.id, [parse_value("@hooli.com")], source=Source.USER, now=now)

    found = await unsubscribes.matching(
        db, [(team.id, "@hooli.com"), (team.id, "a@hooli.com"), (other.id, "@hooli.com")]
    )

    assert found == {(team.id, "@hooli.com"): Source.USER}


async def test_pages_and_the_whole_list_are_oldest_first(db: Db, now: datetime) -> None:
    team = await make.team(db)
    for number in range(5):
        value = parse_value(f"p{number}@hooli.com")
        later = now + timedelta(seconds=number)
        await unsubscribes.add(db, team.id, [value], source=Source.API, now=later)

    page = await unsubscribes.list_page(db, team.id, offset=3, limit=10)
    everything = await unsubscribes.list_after(db, team.id, None)
    after = await unsubscribes.list_after(db, team.id, everything[1])

    assert [entry.value for entry in page] == ["p3@hooli.com", "p4@hooli.com"]
    assert [entry.value for entry in everything] == [f"p{number}@hooli.com" for number in range(5)]
    assert after == everything[2:]


async def test_the_list_grows_only_when_nobody_is_adding_leads(
    database: Database, now: datetime
) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
        campaign = await make.campaign(db, team.id)
    order: list[str] = []

    async def unsubscribe() -> None:
        async with database.transaction() as db:
            values = [parse_value("a@hooli.com")]
            await unsubscribes.add(db, team.id, values, source=Source.API, now=now)
            order.append("added")

    async with database.transaction() as db:
        await make.lead(db, campaign)
        adding = asyncio.create_task(unsubscribe())
        async with database.transaction() as watch:
            while not await watch.fetchval(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
            ):
                continue
        order.append("held")
    await adding

    assert order == ["held", "added"]
