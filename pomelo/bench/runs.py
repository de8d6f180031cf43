"""How a claim is measured: ours and the limit in turns, so that a busy minute meets both."""

import statistics
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

ROUNDS: Final = 3

Measure: TypeAlias = Callable[[], Awaitable[float]]


class Better(StrEnum):
    """Which way is good."""

    HIGHER = "higher"
    LOWER = "lower"


class Row(msgspec.Struct, frozen=True):
    """A claim as it was measured.

    Attributes:
        name: What was measured.
        unit: Of `ours` and `limit`.
        ours: Median of our turns.
        limit: Median of the limit's turns, or the fixed limit.
        ratio: Ours in units of the limit.
        bar: What the ratio must reach, or must not exceed.
        better: Which way is good.
    """

    name: str
    unit: str
    ours: float
    limit: float
    ratio: float
    bar: float
    better: Better

    @property
    def holds(self) -> bool:
        """Whether the bar is reached."""
        if self.better is Better.HIGHER:
            return self.ratio >= self.bar
        return self.ratio <= self.bar


class Size(msgspec.Struct, frozen=True):
    """How much is measured.

    Attributes:
        leads: In the large campaigns.
        seconds: How long each turn under load lasts.
        rounds: How many turns each has.
    """

    leads: int = 1_000_000
    seconds: int = 10
    rounds: int = ROUNDS


async def turns(ours: Measure, limit: Measure, *, rounds: int) -> tuple[list[float], list[float]]:
    """Measure both in turns, the limit first."""
    mine: list[float] = []
    theirs: list[float] = []
    for _ in range(rounds):
        theirs.append(await limit())
        mine.append(await ours())
    return mine, theirs


def compared(
    name: str,
    unit: str,
    ours: Sequence[float],
    limit: Sequence[float],
    *,
    bar: float,
    better: Better,
) -> Row:
    """Sum up the turns: the medians and their ratio."""
    mine, theirs = statistics.median(ours), statistics.median(limit)
    return Row(
        name=name,
        unit=unit,
        ours=round(mine, 3),
        limit=round(theirs, 3),
        ratio=round(mine / theirs, 3),
        bar=bar,
        better=better,
    )
