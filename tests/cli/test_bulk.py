"""`pomelo bulk`: done by the command itself, whether a worker runs or not."""

import pytest

from pomelo.base.db import Database
from pomelo.bulk import turns
from tests import make
from tests.cli.conftest import Pomelo


async def test_all_leads_of_a_campaign_are_gone_through(
    pomelo: Pomelo, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "AT_ONCE", 2)
    async with database.transaction() as db:
        campaign = await make.campaign(db, (await make.team(db)).id)
        for number in range(5):
            await make.lead(db, campaign, f"p{number}@hooli.com")

    said = await pomelo("bulk", "pause", campaign.id)
    shown = await pomelo("bulk", "resume", campaign.id, "--json")

    assert (said.status, "pause: went through 5 of 5 leads" in said.out) == (0, True)
    assert (shown.json["status"], shown.json["done"]) == ("done", 5)


async def test_what_cannot_be_done_is_refused(pomelo: Pomelo, database: Database) -> None:
    async with database.transaction() as db:
        campaign = await make.campaign(db, (await make.team(db)).id)

    no_campaign = await pomelo("bulk", "pause", "cam_x")
    no_state = await pomelo("bulk", "pause", campaign.id, "--state", "asleep")
    no_sender = await pomelo("bulk", "move", campaign.id, "--to", "a@b.example")

    assert [one.status for one in (no_campaign, no_state, no_sender)] == [1, 1, 1]
