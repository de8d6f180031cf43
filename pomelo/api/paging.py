"""Pages of lists: what may be asked for, and what tells how to go on."""

from typing import Annotated, Final

import msgspec

PAGE: Final = 100
# Beyond any list, and within what PostgreSQL counts.
FAR: Final = 2**40

Offset = Annotated[int, msgspec.Meta(ge=0, description="How many to pass over")]
Limit = Annotated[
    int, msgspec.Meta(ge=1, description="How many to give; more than 100 are taken as 100")
]
PageNumber = Annotated[int, msgspec.Meta(ge=1, description="Which page, from 1; before `offset`")]
SortBy = Annotated[str, msgspec.Meta(description="Only `createdAt`")]
SortOrder = Annotated[
    str, msgspec.Meta(description="`desc` for newest first; anything else for oldest first")
]


class Pagination(msgspec.Struct, frozen=True, rename="camel"):
    """Where a page stands; `nextPage` is null on the last one."""

    total_records: int
    current_page: int
    next_page: int | None
    total_page: int


class Slice(msgspec.Struct, frozen=True):
    """A part of a list."""

    offset: int
    limit: int


def part(*, offset: int, limit: int, page: int | None) -> Slice:
    """Tell which part of a list is asked for.

    Source:
        API reference 1.4 and 2.1: a page wins over an offset; 100 at most.
    """
    size = min(limit, PAGE)
    start = offset if page is None else (min(page, FAR) - 1) * size
    return Slice(min(start, FAR), size)


def pagination(total: int, cut: Slice) -> Pagination:
    """Tell where a part of a list of `total` stands."""
    current = cut.offset // cut.limit + 1
    has_more = cut.offset + cut.limit < total
    return Pagination(total, current, current + 1 if has_more else None, -(-total // cut.limit))
