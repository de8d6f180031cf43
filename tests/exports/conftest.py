"""A campaign to be exported, and a folder for its files."""

from pathlib import Path

import pytest

from pomelo.base.db import Database
from pomelo.campaigns import Campaign
from pomelo.exports import Folder
from tests import make


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "exports")


@pytest.fixture
async def campaign(database: Database) -> Campaign:
    """Two hundred leads, the sum of whose numbers is 0."""
    async with database.transaction() as db:
        team = await make.team(db)
        made = await make.campaign(db, team.id, "My Campaign")
        lead = await make.lead(db, made, variables={"number": "0"})
        await db.execute(
            "INSERT INTO leads (team_id, id, campaign_id, contact_id, email, address_key,"
            " variables, created_at, updated_at) SELECT team_id, 'lea_' || i, campaign_id,"
            " contact_id, 'l' || i || '@piedpiper.com', 'l' || i || '@piedpiper.com', variables,"
            " created_at, updated_at FROM leads, generate_series(1, 199) i WHERE id = $1",
            lead.id,
        )
    return made
