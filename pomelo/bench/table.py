"""The list of claims, and how they are measured one after the other."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

import uvloop

from pomelo.base.errors import Invalid
from pomelo.bench.children import Unmeasurable
from pomelo.bench.claims import (
    adds,
    bulk,
    claim,
    explain,
    export,
    hooks,
    inbound,
    pixel,
    rest,
    send,
    stats,
)
from pomelo.bench.ground import Ground, ground
from pomelo.bench.runs import Row, Size

ON_A_GROUND: Final[dict[str, Callable[[Ground, Size], Awaitable[list[Row]]]]] = {
    "adds": adds.measure,
    "pixel": pixel.measure,
    "send": send.measure,
    "claim": claim.measure,
    "export": export.measure,
    "explain": explain.measure,
    "stats": stats.measure,
    "bulk": bulk.measure,
    "inbound": inbound.measure,
    "hooks": hooks.measure,
}
REST: Final = "rest"
NAMES: Final = (*ON_A_GROUND, REST)


class ClaimUnknown(Invalid):
    """There is no claim of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no claim {name!r}; choose among {', '.join(NAMES)}.")


def check(names: Sequence[str]) -> Sequence[str]:
    """Give what is to be measured: these, or everything.

    Raises:
        ClaimUnknown: One is no claim.
    """
    for name in names:
        if name not in NAMES:
            raise ClaimUnknown(name)
    return names or NAMES


def measure(names: Sequence[str], size: Size) -> Iterator[list[Row] | Unmeasurable]:
    """Measure claims, each on a ground of its own; to be called from the main thread.

    Args:
        names: Checked.
        size: How much.

    Returns:
        For each name its rows, or why it cannot be measured here.
    """
    for name in names:
        try:
            yield _measure(name, size)
        except Unmeasurable as why:
            yield why


def _measure(name: str, size: Size) -> list[Row]:
    if name == REST:
        return uvloop.run(rest.measure(size))
    with ground() as fresh:
        return uvloop.run(_awaited(ON_A_GROUND[name](fresh, size)))


async def _awaited(rows: Awaitable[list[Row]]) -> list[Row]:
    return await rows
