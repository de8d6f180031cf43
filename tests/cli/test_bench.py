"""`pomelo bench`: how it ends."""

from tests.cli.conftest import Pomelo


async def test_a_claim_that_does_not_exist_is_wrong_usage_and_no_missed_bar(
    pomelo: Pomelo,
) -> None:
    said = await pomelo("bench", "adds", "nonsense")

    assert (said.status, said.out) == (2, "")
    assert "There is no claim 'nonsense'" in said.err
