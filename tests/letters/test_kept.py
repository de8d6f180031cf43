"""Compiled wordings are kept while they are used, and the others forgotten."""

import pytest

from pomelo import sequences
from pomelo.base.db import Db
from pomelo.letters import kept
from pomelo.letters.kept import Letters
from tests import make


async def test_what_is_asked_for_again_is_not_forgotten_for_something_new(
    db: Db, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "KEPT", 2)
    campaign = await make.campaign(db, (await make.team(db)).id)
    for _ in range(3):
        await make.step(db, campaign)
    steps = await sequences.list_steps(db, campaign.team_id, campaign.id)
    first, second, third = [(s.team_id, s.id, 1, True, True) for s in steps]
    letters = Letters()
    await letters.prepare(db, [first, second])

    await letters.prepare(db, [first, third])

    assert letters.get(first)
    assert letters.get(third)
    with pytest.raises(KeyError):
        letters.get(second)
