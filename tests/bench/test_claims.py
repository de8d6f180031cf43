"""Which claims there are, and one of them measured from beginning to end."""

import pytest

from pomelo.bench.claims import claim
from pomelo.bench.ground import ground
from pomelo.bench.runs import Better, Size
from pomelo.bench.table import NAMES, ClaimUnknown, check


def test_everything_is_measured_unless_claims_are_named() -> None:
    assert check([]) == NAMES
    assert check(["adds"]) == ["adds"]


def test_a_claim_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ClaimUnknown, match="no claim 'ads'; choose among adds, pixel"):
        check(["ads"])


async def test_a_claim_is_measured_on_a_ground_of_its_own_that_is_gone_afterwards() -> None:
    with ground() as fresh:
        rows = await claim.measure(fresh, Size(leads=1_000, seconds=1, rounds=1))

    assert [(row.name, row.unit, row.better) for row in rows] == [
        ("claim", "leads/s", Better.HIGHER),
        ("claim held", "leads/s", Better.HIGHER),
    ]
    assert all(row.ours > 0 for row in rows)
    assert rows[0].ratio == pytest.approx(rows[0].ours / rows[0].limit, abs=0.001)
    assert not fresh.home.exists()
