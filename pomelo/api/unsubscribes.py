"""The unsubscribe list on the wire, as classic clients know it: addresses and domains."""

from collections.abc import AsyncIterator
from typing import Final

import msgspec

from pomelo import activities, unsubscribes
from pomelo.api.answers import CSV, Csv, moment
from pomelo.api.call import AppState, Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.paging import PAGE, Limit, Offset, part
from pomelo.api.unsubscribe_shapes import (
    SECTION,
    AddedUnsubscribe,
    ShownUnsubscribe,
    csv_lines,
    shown,
)
from pomelo.base.addresses import AddressOrDomainInvalid, parse_value, suppressed_as
from pomelo.base.errors import NotFound
from pomelo.base.ids import TeamId
from pomelo.unsubscribes import Source, Unsubscribe, UnsubscribeNotFound

EXPORT: Final = "unsubscribes.csv"


class UnsubscriberNotFound(NotFound):
    """Unsubscriber not found"""


class PageQuery(msgspec.Struct, frozen=True):
    """Which part of the list."""

    offset: Offset = 0
    limit: Limit = PAGE


async def list_some(call: Call[PageQuery, None]) -> list[ShownUnsubscribe]:
    """Answer a part of the list, oldest first."""
    cut = part(offset=call.query.offset, limit=call.query.limit, page=None)
    async with call.state.database.transaction(readonly=True) as db:
        found = await unsubscribes.list_page(
            db, call.caller.team, offset=cut.offset, limit=cut.limit
        )
    return [shown(entry) for entry in found]


async def get(call: Call[NoQuery, None]) -> ShownUnsubscribe:
    """Answer the entry of an address or domain."""
    key = suppressed_as(parse_value(call.path["value"]))
    async with call.state.database.transaction(readonly=True) as db:
        found = await unsubscribes.find(db, call.caller.team, key)
    if found is None:
        raise UnsubscriberNotFound
    return shown(found)


async def add(call: Call[NoQuery, None]) -> AddedUnsubscribe:
    """Unsubscribe an address or a domain."""
    values = [parse_value(call.path["value"])]
    entries = await call.state.database.retrying(
        lambda db: activities.unsubscribe(
            db, call.caller.team, values, source=Source.API, now=call.now
        )
    )
    entry, is_new = entries[0]
    return AddedUnsubscribe(
        id=entry.id, email=entry.value, value=entry.value, already_unsubscribed=not is_new
    )


async def remove(call: Call[NoQuery, None]) -> AddedUnsubscribe:
    """Take an address or a domain off the list."""
    key = suppressed_as(parse_value(call.path["value"]))
    removed = await call.state.database.retrying(
        lambda db: activities.resubscribe(db, call.caller.team, key, now=call.now)
    )
    if removed is None:
        raise UnsubscribeNotFound
    return AddedUnsubscribe(id=removed.id, email=removed.value, value=removed.value)


async def export(call: Call[NoQuery, None]) -> Csv:
    """Answer the whole list as CSV."""
    pages = read_all(call.state, call.caller.team)
    rows = (
        [(one.value, one.source, moment(one.created_at)) for one in page] async for page in pages
    )
    return Csv(EXPORT, csv_lines(("value", "source", "createdAt"), rows))


async def read_all(state: AppState, team: TeamId) -> AsyncIterator[list[Unsubscribe]]:
    """Give the whole list, a page at a time; no transaction waits for a slow reader."""
    page: list[Unsubscribe] = []
    while True:
        async with state.database.transaction(readonly=True) as db:
            page = await unsubscribes.list_after(db, team, page[-1] if page else None)
        if not page:
            return
        yield page


def _export(path: str, name: str) -> AnyOperation:
    return Operation(
        method="GET",
        path=path,
        run=export,
        name=name,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Export the unsubscribe list",
        text="CSV with the columns `value,source,createdAt`, oldest first, complete.",
        media=CSV,
    )


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/unsubscribes",
        run=list_some,
        name="list",
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List unsubscribed addresses and domains",
        text=(
            "Oldest first, past the end an empty list. `source` says who put the entry there: "
            "`api`, `lead` (the person), `user`, `abuse`, or `bounced` (the address does not "
            "exist)."
        ),
        query=PageQuery,
        answer=list[ShownUnsubscribe],
    ),
    Operation(
        method="GET",
        path="/api/unsubscribes/{value}",
        run=get,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get an entry of the list",
        text="By address or `@domain`, as it was listed.",
        answer=ShownUnsubscribe,
        errors=(AddressOrDomainInvalid, UnsubscriberNotFound),
    ),
    Operation(
        method="POST",
        path="/api/unsubscribes/{value}",
        run=add,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Unsubscribe an address or a domain",
        text=(
            "Once this is answered, no mail to the address is begun any more, in no campaign of "
            "the team. An address stands for its +tagged spellings too, `@company.com` for "
            "everybody there. Repeating it adds `alreadyUnsubscribed: true` to the answer."
        ),
        answer=AddedUnsubscribe,
        errors=(AddressOrDomainInvalid,),
        answer_example={
            "_id": "uns_aaNfSAHJoa4gj86Px",
            "email": "richard@piedpiper.com",
            "value": "richard@piedpiper.com",
        },
    ),
    Operation(
        method="DELETE",
        path="/api/unsubscribes/{value}",
        run=remove,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Take an address or a domain off the list",
        text=(
            "The person's leads go on where they stood, unless another entry covers them or "
            "something else ended their sequence. This call takes off whatever is listed, also "
            "what the person did themselves (`lead`, `abuse`), for classic clients know no other "
            "answer: use it for those only when the person asks for it. DELETE "
            "/api/v2/unsubscribes/variables/{value} refuses them with 409."
        ),
        answer=AddedUnsubscribe,
        errors=(AddressOrDomainInvalid, UnsubscribeNotFound),
    ),
    _export("/api/unsubs/export", "export"),
    _export("/api/unsubscribes/export", "export_by_old_path"),
)
