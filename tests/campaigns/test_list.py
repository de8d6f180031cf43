"""A team's campaigns are listed by age, status and maker."""

from datetime import timedelta

import pytest

from pomelo import campaigns
from pomelo.base import ids
from pomelo.base.db import Db
from pomelo.campaigns import (
    CampaignChanges,
    Status,
)
from pomelo.teams import Team
from tests import make


async def three_campaigns(db: Db) -> Team:
    """A draft, then one that runs, then one that was archived, all of one moment."""
    team = await make.team(db)
    sender = await make.sender(db, team.id)
    await make.campaign(db, team.id, "draft")
    await make.running_campaign(db, team.id, sender, "running")
    put_away = await make.campaign(db, team.id, "archived")
    await campaigns.change(db, team.id, put_away.id, CampaignChanges(is_archived=True))
    for day, name in enumerate(("draft", "running", "archived")):
        await db.execute(
            "UPDATE campaigns SET created_at = created_at + $1::interval WHERE name = $2",
            timedelta(days=day),
            name,
        )
    return team


async def test_a_list_goes_from_either_end(db: Db) -> None:
    team = await three_campaigns(db)

    oldest, total = await campaigns.list_page(db, team.id, offset=1, limit=5)
    newest, _ = await campaigns.list_page(db, team.id, offset=0, limit=2, is_newest_first=True)

    assert [one.name for one in oldest] == ["running", "archived"]
    assert [one.name for one in newest] == ["archived", "running"]
    assert total == 3


@pytest.mark.parametrize("word", ["draft", "running", "archived"])
async def test_a_list_of_one_status(db: Db, word: str) -> None:
    team = await three_campaigns(db)

    found, total = await campaigns.list_page(db, team.id, offset=0, limit=5, status=Status(word))

    assert ([one.name for one in found], total) == ([word], 1)


async def test_a_finished_campaign_is_listed_as_ended(db: Db) -> None:
    team = await three_campaigns(db)
    running, _ = await campaigns.list_page(db, team.id, offset=0, limit=5, status=Status.RUNNING)

    ended, _ = await campaigns.list_page(
        db, team.id, offset=0, limit=5, status=Status.ENDED, finished=[running[0].id]
    )

    assert ended == running


async def test_a_list_of_what_one_user_made(db: Db) -> None:
    team = await three_campaigns(db)
    stranger = ids.user()

    found = await campaigns.list_page(db, team.id, offset=0, limit=5, created_by=stranger)

    assert found == ([], 0)
