"""The unsubscribe list as the API shows it, classic and new; and as CSV."""

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Annotated, Final

import msgspec

from pomelo.api.answers import Moment, moment
from pomelo.base import csv
from pomelo.base.ids import ContactId, UnsubscribeId
from pomelo.unsubscribes import Source, Unsubscribe

SECTION: Final = "Unsubscribes"


class ShownUnsubscribe(msgspec.Struct, frozen=True, rename="camel"):
    """An entry of the list; `email` and `value` are the same, for older and newer clients."""

    id: UnsubscribeId = msgspec.field(name="_id")
    email: str
    value: str
    source: Source
    created_at: Moment


class AddedUnsubscribe(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An entry that was added or was there already."""

    id: UnsubscribeId = msgspec.field(name="_id")
    email: str
    value: str
    already_unsubscribed: bool = False


class ShownVariable(msgspec.Struct, frozen=True, rename="camel"):
    """An entry in the list of variables."""

    id: UnsubscribeId = msgspec.field(name="_id")
    value: str
    source: Source
    created_at: Moment


class VariableDetail(msgspec.Struct, frozen=True):
    """One entry; `variable` tells whether it is an address or a domain."""

    id: UnsubscribeId = msgspec.field(name="_id")
    value: str
    variable: Annotated[str, msgspec.Meta(description="`email` or `domain`")]
    source: Source


class ShownContact(msgspec.Struct, frozen=True, rename="camel"):
    """Whether a person may be written to."""

    id: ContactId = msgspec.field(name="_id")
    do_not_contact: bool


def shown(entry: Unsubscribe) -> ShownUnsubscribe:
    """Show an entry as the classic list does."""
    return ShownUnsubscribe(
        id=entry.id,
        email=entry.value,
        value=entry.value,
        source=entry.source,
        created_at=moment(entry.created_at),
    )


def variable(entry: Unsubscribe) -> ShownVariable:
    """Show an entry as the list of variables does."""
    return ShownVariable(
        id=entry.id, value=entry.value, source=entry.source, created_at=moment(entry.created_at)
    )


def detail(entry: Unsubscribe) -> VariableDetail:
    """Show one entry."""
    kind = "domain" if entry.key.startswith("@") else "email"
    return VariableDetail(id=entry.id, value=entry.value, variable=kind, source=entry.source)


async def csv_lines(
    heads: Sequence[str], pages: AsyncIterator[Iterable[Sequence[str]]]
) -> AsyncIterator[bytes]:
    """Write a CSV file, a piece for its heads and one a page of rows."""
    yield csv.line(heads)
    async for rows in pages:
        if lines := [csv.line(row) for row in rows]:
            yield b"".join(lines)
