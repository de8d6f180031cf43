"""What can be done with contacts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final, TypeAlias

from pomelo.base import ids
from pomelo.base.addresses import Address, Domain, parse, suppressed_as, suppression_keys
from pomelo.base.db import Db
from pomelo.base.ids import ContactId, TeamId
from pomelo.contacts import store
from pomelo.contacts.companies import company_of, named_company
from pomelo.contacts.errors import ContactNotFound
from pomelo.contacts.model import Contact
from pomelo.contacts.store import Ensured, Wanted

PAGE: Final = 1_000
# A team and an address key.
Key: TypeAlias = tuple[TeamId, str]


async def ensure(
    db: Db,
    wanted: Sequence[tuple[TeamId, Address]],
    *,
    named: Mapping[Key, object] = MappingProxyType({}),
    now: datetime,
) -> dict[Key, ContactId]:
    """Give every address its contact, and lock these until the transaction ends.

    Args:
        db: The open transaction.
        wanted: Teams and addresses; the same one may come again.
        named: What was given as their `companyDomain`, by team and address key; of a contact that
            is there already, only another one that is named changes the company.
        now: When the new ones are made.

    Returns:
        Contact ids by team and address key. Whoever ensures one of the same addresses waits.
    """
    unique = {(team, address.key): address for team, address in wanted}
    new = [
        Wanted(
            team,
            ids.contact(),
            address.given,
            key,
            person_key(address),
            company_of(address, named.get((team, key))),
        )
        for (team, key), address in unique.items()
    ]
    rows = await store.ensure(db, new, now=now)
    made = {one.id for one in new}
    await _rename(db, [row for row in rows if row.id not in made], named)
    return {(row.team_id, row.address_key): row.id for row in rows}


async def _rename(db: Db, known: Sequence[Ensured], named: Mapping[Key, object]) -> None:
    """Write for whom those work who were there already, where that was named."""
    renamed = [
        (row.team_id, row.id, company)
        for row in known
        if (company := named_company(named.get((row.team_id, row.address_key))))
    ]
    if renamed:
        await store.set_companies(db, renamed)


async def get(db: Db, team: TeamId, contact: ContactId) -> Contact:
    """Get a contact.

    Raises:
        ContactNotFound: The team has none of that id.
    """
    found = await store.find(db, team, contact)
    if found is None:
        raise ContactNotFound
    return found


async def list_covered(db: Db, team: TeamId, values: Sequence[Address | Domain]) -> list[Contact]:
    """List whom these entries of an unsubscribe list cover.

    Returns:
        Contacts whose suppression keys hold one of the values: an address stands for its
        +tagged spellings too (not the other way round), a domain for everybody at it.
    """
    keys = {suppressed_as(value) for value in values}
    people = [person_key(value) for value in values if isinstance(value, Address)]
    domains = [value.key for value in values if isinstance(value, Domain)]
    found = await store.list_of_people(db, team, people) if people else []
    if domains:
        found += await store.list_of_domains(db, team, domains)
    covered = (c for c in found if keys.intersection(suppression_keys(parse(c.email))))
    return list({contact.id: contact for contact in covered}.values())


async def list_after(db: Db, team: TeamId, after: Contact | None) -> list[Contact]:
    """List the 1,000 contacts that follow one, or the first 1,000, ordered by id."""
    return await store.list_after(db, team, after.id if after else "", PAGE)


def person_key(address: Address) -> str:
    """Give what all spellings of a person share: the key without +tag and Gmail's dots."""
    return suppression_keys(address)[-2]
