"""How a claim is measured and judged."""

import pytest

from pomelo.bench.runs import Better, compared, turns


async def test_both_are_measured_in_turns_so_that_a_busy_minute_meets_both() -> None:
    told: list[str] = []

    async def ours() -> float:
        told.append("ours")
        return float(len(told))

    async def limit() -> float:
        told.append("limit")
        return float(len(told))

    mine, theirs = await turns(ours, limit, rounds=3)

    assert told == ["limit", "ours"] * 3
    assert (mine, theirs) == ([2.0, 4.0, 6.0], [1.0, 3.0, 5.0])


def test_one_bad_turn_does_not_count() -> None:
    row = compared("adds", "leads/s", [900, 10, 1000], [500, 400, 9], bar=1.0, better=Better.HIGHER)

    assert (row.ours, row.limit, row.ratio) == (900, 400, 2.25)


@pytest.mark.parametrize(
    ("ours", "better", "holds"),
    [
        (100, Better.HIGHER, True),
        (99, Better.HIGHER, False),
        (100, Better.LOWER, True),
        (101, Better.LOWER, False),
    ],
)
def test_a_bar_holds_when_it_is_just_reached(ours: float, better: Better, holds: bool) -> None:
    row = compared("x", "s", [ours], [100], bar=1.0, better=better)

    assert row.holds is holds
