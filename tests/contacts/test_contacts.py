"""One contact a person and team; who an entry of the unsubscribe list covers."""

import asyncio
from datetime import datetime

import pytest

from pomelo import contacts
from pomelo.base import addresses
from pomelo.base.addresses import parse
from pomelo.base.db import Database, Db
from pomelo.base.ids import ContactId, TeamId
from tests import make


async def known(db: Db, team: TeamId, *emails: str) -> None:
    await contacts.ensure(db, [(team, parse(email)) for email in emails], now=make.NOW)


async def covered(db: Db, team: TeamId, value: str) -> set[str]:
    found = await contacts.list_covered(db, team, [addresses.parse_value(value)])
    return {contact.email for contact in found}


async def test_two_spellings_of_an_address_are_one_contact(db: Db, now: datetime) -> None:
    team = await make.team(db)
    pairs = [(team.id, parse("Richard@PiedPiper.com")), (team.id, parse("richard@piedpiper.com"))]

    found = await contacts.ensure(db, pairs, now=now)

    assert list(found) == [(team.id, "richard@piedpiper.com")]


async def test_a_contact_keeps_its_id_and_first_spelling(db: Db, now: datetime) -> None:
    team = await make.team(db)
    first = await contacts.ensure(db, [(team.id, parse("Richard@piedpiper.com"))], now=now)

    again = await contacts.ensure(db, [(team.id, parse("richard@piedpiper.com"))], now=now)

    assert again == first
    contact = await contacts.find_by_key(db, team.id, "richard@piedpiper.com")
    assert contact is not None
    assert contact.email == "Richard@piedpiper.com"


async def test_teams_do_not_share_contacts(db: Db, now: datetime) -> None:
    one, two = await make.team(db), await make.team(db)
    address = parse("richard@piedpiper.com")

    found = await contacts.ensure(db, [(one.id, address), (two.id, address)], now=now)

    assert len(set(found.values())) == 2
    with pytest.raises(contacts.ContactNotFound):
        await contacts.get(db, two.id, found[(one.id, address.key)])


async def test_an_unknown_contact_is_not_found(db: Db) -> None:
    team = await make.team(db)

    with pytest.raises(contacts.ContactNotFound):
        await contacts.get(db, team.id, ContactId("ctc_none"))


async def test_an_address_covers_its_tagged_spellings(db: Db) -> None:
    team = await make.team(db)
    await known(db, team.id, "richard@piedpiper.com", "richard+news@piedpiper.com", "dinesh@x.com")

    assert await covered(db, team.id, "richard@piedpiper.com") == {
        "richard@piedpiper.com",
        "richard+news@piedpiper.com",
    }


async def test_a_tagged_address_covers_itself_alone(db: Db) -> None:
    team = await make.team(db)
    await known(db, team.id, "richard@piedpiper.com", "richard+news@piedpiper.com")

    assert await covered(db, team.id, "richard+news@piedpiper.com") == {
        "richard+news@piedpiper.com"
    }


async def test_dots_mean_nothing_at_gmail(db: Db) -> None:
    team = await make.team(db)
    await known(db, team.id, "richard.hendricks@gmail.com", "rich.ard@piedpiper.com")

    assert await covered(db, team.id, "richardhendricks@googlemail.com") == {
        "richard.hendricks@gmail.com"
    }
    assert await covered(db, team.id, "richard@piedpiper.com") == set()


async def test_a_domain_covers_everybody_at_it_and_nobody_below(db: Db) -> None:
    team = await make.team(db)
    await known(db, team.id, "a@hooli.com", "B@HOOLI.com", "c@mail.hooli.com", "d@nothooli.com")

    assert await covered(db, team.id, "@hooli.com") == {"a@hooli.com", "B@hooli.com"}


async def test_batches_in_any_order_do_not_block_each_other(
    database: Database, now: datetime
) -> None:
    async with database.transaction() as db:
        team = await make.team(db)
    people = [(team.id, parse(f"p{number}@hooli.com")) for number in range(40)]

    async def ensure(number: int) -> dict[tuple[TeamId, str], ContactId]:
        async with database.transaction() as db:
            return await contacts.ensure(db, people[number:] + people[:number], now=now)

    found = await asyncio.gather(*(ensure(number) for number in range(20)))

    assert all(one == found[0] for one in found)
