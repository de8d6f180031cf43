"""Contacts in the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo.base.db import Db
from pomelo.base.ids import ContactId, TeamId
from pomelo.base.sql import load
from pomelo.contacts.model import Contact

QUERIES: Final = load(__package__ or "")


class Wanted(msgspec.Struct, frozen=True):
    """A contact as it is made if there is none of its key."""

    team_id: TeamId
    id: ContactId
    email: str
    address_key: str
    person_key: str
    company: str


class Ensured(msgspec.Struct, frozen=True):
    """A contact that is there and locked."""

    team_id: TeamId
    id: ContactId
    address_key: str


async def ensure(db: Db, wanted: Sequence[Wanted], *, now: datetime) -> list[Ensured]:
    """Insert what is missing and lock all; no key may be wanted twice."""
    return await QUERIES["ensure"].rows(db, Ensured, rows=wanted, now=now)


async def set_companies(db: Db, companies: Sequence[tuple[TeamId, ContactId, str]]) -> int:
    """Write whom people work for, as `company_of` or `named_company` says it."""
    return await QUERIES["set_companies"].run(
        db,
        team_ids=[team for team, _, _ in companies],
        ids=[contact for _, contact, _ in companies],
        companies=[company for _, _, company in companies],
    )


async def find(db: Db, team: TeamId, contact: ContactId) -> Contact | None:
    """Find a contact by its id."""
    return await QUERIES["find"].row(db, Contact, team_id=team, contact_id=contact)


async def find_by_key(db: Db, team: TeamId, key: str) -> Contact | None:
    """Find a contact by its address key."""
    return await QUERIES["find_by_key"].row(db, Contact, team_id=team, address_key=key)


async def list_of_people(db: Db, team: TeamId, person_keys: Sequence[str]) -> list[Contact]:
    """List who shares one of these person keys."""
    return await QUERIES["list_of_people"].rows(
        db, Contact, team_id=team, person_keys=list(person_keys)
    )


async def list_of_domains(db: Db, team: TeamId, domain_keys: Sequence[str]) -> list[Contact]:
    """List who has an address at one of these `@domains`."""
    return await QUERIES["list_of_domains"].rows(
        db, Contact, team_id=team, domain_keys=list(domain_keys)
    )


async def list_after(db: Db, team: TeamId, identifier: str, limit: int) -> list[Contact]:
    """List the contacts whose ids follow one."""
    return await QUERIES["list_after"].rows(db, Contact, team_id=team, id=identifier, limit=limit)


async def lock(db: Db, team: TeamId, contact: ContactId) -> None:
    """Lock a contact as `ensure` does, so that nobody adds a lead of it meanwhile."""
    await QUERIES["lock"].run(db, team_id=team, contact_id=contact)


async def forget(db: Db, team: TeamId, contact: ContactId) -> None:
    """Erase a contact that was locked and has no lead any more."""
    await QUERIES["forget"].run(db, team_id=team, contact_id=contact)
