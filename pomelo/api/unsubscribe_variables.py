"""The unsubscribe list on the wire, as newer clients know it: variables and contacts."""

from collections.abc import AsyncIterator
from typing import Annotated, Final

import msgspec

from pomelo import activities, contacts, unsubscribes
from pomelo.api.answers import CSV, TEXT, Csv, Text, moment
from pomelo.api.call import AppState, Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.paging import part
from pomelo.api.unsubscribe_shapes import (
    SECTION,
    ShownContact,
    ShownVariable,
    VariableDetail,
    csv_lines,
    detail,
    variable,
)
from pomelo.api.unsubscribes import PageQuery, read_all
from pomelo.base.addresses import (
    Address,
    AddressOrDomainInvalid,
    Domain,
    parse,
    parse_value,
    suppressed_as,
    suppression_keys,
)
from pomelo.base.db import Db
from pomelo.base.errors import Invalid, NotFound
from pomelo.base.ids import ContactId, TeamId
from pomelo.contacts import Contact, ContactNotFound
from pomelo.unsubscribes import PROTECTED, Source, Unsubscribe, UnsubscribeProtected

MOST: Final = 10_000


class TooManyValues(Invalid):
    """Maximum 10000 values allowed"""


class VariableUnlisted(NotFound):
    """Variable not found"""


class VariableNotListed(Invalid):
    """Variable not found in unsubscribe list"""


class ContactUnknown(Invalid):
    """Bad contact identifier"""


class Values(msgspec.Struct, frozen=True):
    """What to unsubscribe."""

    values: Annotated[
        tuple[str, ...], msgspec.Meta(description="Addresses and `@domains`, at most 10,000")
    ]


async def list_some(call: Call[PageQuery, None]) -> list[ShownVariable]:
    """Answer a part of the list, oldest first."""
    cut = part(offset=call.query.offset, limit=call.query.limit, page=None)
    async with call.state.database.transaction(readonly=True) as db:
        found = await unsubscribes.list_page(
            db, call.caller.team, offset=cut.offset, limit=cut.limit
        )
    return [variable(entry) for entry in found]


async def add_many(call: Call[NoQuery, Values]) -> Text:
    """Unsubscribe many addresses and domains, all or none."""
    if len(call.body.values) > MOST:
        raise TooManyValues
    await _unsubscribe(call, [_parsed(value) for value in call.body.values])
    return Text("Variables unsubscribed")


async def get(call: Call[NoQuery, None]) -> VariableDetail:
    """Answer the entry of an address or domain."""
    key = suppressed_as(parse_value(call.path["value"]))
    async with call.state.database.transaction(readonly=True) as db:
        found = await unsubscribes.find(db, call.caller.team, key)
    if found is None:
        raise VariableUnlisted
    return detail(found)


async def add(call: Call[NoQuery, None]) -> VariableDetail:
    """Unsubscribe an address or a domain."""
    return detail((await _unsubscribe(call, [parse_value(call.path["value"])]))[0][0])


async def remove(call: Call[NoQuery, None]) -> Text:
    """Take an address or a domain off the list, unless the person put it there."""
    key = suppressed_as(parse_value(call.path["value"]))

    async def work(db: Db) -> None:
        if not await _resubscribe(db, call, key):
            raise VariableNotListed

    await call.state.database.retrying(work)
    return Text("Variable subscribed")


async def get_contact(call: Call[NoQuery, None]) -> ShownContact:
    """Answer whether a person may be written to."""
    async with call.state.database.transaction(readonly=True) as db:
        contact = await _contact(db, call)
        listed = await _listed(db, contact.team_id, [contact])
    return ShownContact(id=contact.id, do_not_contact=contact.id in listed)


async def add_contact(call: Call[NoQuery, None]) -> Text:
    """Write to a person no more."""

    async def work(db: Db) -> None:
        values = [parse((await _contact(db, call)).email)]
        await activities.unsubscribe(db, call.caller.team, values, source=Source.API, now=call.now)

    await call.state.database.retrying(work)
    return Text("Contact subscription updated")


async def remove_contact(call: Call[NoQuery, None]) -> Text:
    """Take a person's address off the list; a domain that covers it stays."""

    async def work(db: Db) -> None:
        await _resubscribe(db, call, suppressed_as(parse((await _contact(db, call)).email)))

    await call.state.database.retrying(work)
    return Text("Contact subscription updated")


async def export(call: Call[NoQuery, None]) -> Csv:
    """Answer the whole list as CSV."""
    pages = read_all(call.state, call.caller.team)
    rows = (
        [(one.id, one.value, one.source, moment(one.created_at)) for one in page]
        async for page in pages
    )
    heads = ("_id", "value", "source", "createdAt")
    return Csv("unsubscribed-variables.csv", csv_lines(heads, rows))


async def export_contacts(call: Call[NoQuery, None]) -> Csv:
    """Answer the people who must not be written to as CSV."""
    rows = _contact_rows(call.state, call.caller.team)
    return Csv("unsubscribed-contacts.csv", csv_lines(("_id", "doNotContact"), rows))


def _parsed(value: str) -> Address | Domain:
    try:
        return parse_value(value)
    except AddressOrDomainInvalid as error:
        raise AddressOrDomainInvalid(f"{error} ({value[:80]!r})") from None


async def _unsubscribe(
    call: Call[NoQuery, None] | Call[NoQuery, Values], values: list[Address | Domain]
) -> list[tuple[Unsubscribe, bool]]:
    return await call.state.database.retrying(
        lambda db: activities.unsubscribe(
            db, call.caller.team, values, source=Source.API, now=call.now
        )
    )


async def _resubscribe(db: Db, call: Call[NoQuery, None], key: str) -> bool:
    found = await unsubscribes.find(db, call.caller.team, key)
    if found is not None and found.source in PROTECTED:
        raise UnsubscribeProtected
    return await activities.resubscribe(db, call.caller.team, key, now=call.now) is not None


async def _contact(db: Db, call: Call[NoQuery, None]) -> Contact:
    try:
        return await contacts.get(db, call.caller.team, ContactId(call.path["contactId"]))
    except ContactNotFound:
        raise ContactUnknown from None


async def _listed(db: Db, team: TeamId, people: list[Contact]) -> set[ContactId]:
    """Find which of these people the list covers."""
    keys = {one.id: suppression_keys(parse(one.email)) for one in people}
    found = await unsubscribes.matching(db, [(team, key) for some in keys.values() for key in some])
    return {one for one, some in keys.items() if any((team, key) in found for key in some)}


async def _contact_rows(state: AppState, team: TeamId) -> AsyncIterator[list[tuple[str, str]]]:
    page: list[Contact] = []
    while True:
        async with state.database.transaction(readonly=True) as db:
            page = await contacts.list_after(db, team, page[-1] if page else None)
            listed = await _listed(db, team, page)
        if not page:
            return
        yield [(one.id, "true") for one in page if one.id in listed]


def _operation(method: str, path: str, run: object, summary: str, **more: object) -> AnyOperation:
    return Operation(
        method=method,
        path=f"/api/v2/unsubscribes/{path}",
        run=run,  # type: ignore[arg-type]
        permission=Permission.MEMBER,
        section=SECTION,
        summary=summary,
        **more,  # type: ignore[arg-type]
    )


_BY_VALUE: Final = "variables/{value}"
_BY_CONTACT: Final = "contacts/{contactId}"

OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    _operation(
        "GET", "variables", list_some, "List unsubscribed variables", name="list",
        query=PageQuery, answer=list[ShownVariable],
    ),
    _operation(
        "POST", "variables", add_many, "Unsubscribe many addresses and domains",
        text="All or none: one that is neither is named and refuses the rest.",
        body=Values, media=TEXT, errors=(TooManyValues, AddressOrDomainInvalid),
        example={"values": ["richard@piedpiper.com", "@hooli.com"]},
    ),
    _operation(
        "GET", _BY_VALUE, get, "Get an unsubscribed variable",
        answer=VariableDetail, errors=(AddressOrDomainInvalid, VariableUnlisted),
    ),
    _operation(
        "POST", _BY_VALUE, add, "Unsubscribe a variable", text="May be repeated.",
        answer=VariableDetail, errors=(AddressOrDomainInvalid,),
    ),
    _operation(
        "DELETE", _BY_VALUE, remove, "Take a variable off the list",
        text="What the person did themselves (`lead`, `abuse`) is protected.", media=TEXT,
        errors=(AddressOrDomainInvalid, VariableNotListed, UnsubscribeProtected),
    ),
    _operation(
        "GET", _BY_CONTACT, get_contact, "Ask whether a person may be written to",
        answer=ShownContact, errors=(ContactUnknown,),
    ),
    _operation(
        "POST", _BY_CONTACT, add_contact, "Unsubscribe a person",
        media=TEXT, errors=(ContactUnknown,),
    ),
    _operation(
        "DELETE", _BY_CONTACT, remove_contact, "Take a person off the list",
        text="Takes their address off; an entry for their whole domain stays.", media=TEXT,
        errors=(ContactUnknown, UnsubscribeProtected),
    ),
    _operation(
        "GET", "exports/variables", export, "Export unsubscribed variables",
        text="CSV with the columns `_id,value,source,createdAt`.", media=CSV,
    ),
    _operation(
        "GET", "exports/contacts", export_contacts, "Export unsubscribed people",
        text="CSV with the columns `_id,doNotContact`.", media=CSV,
    ),
)  # fmt: skip
