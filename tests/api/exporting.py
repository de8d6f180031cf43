"""Exports started, made and asked about over HTTP, for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pomelo.campaigns import Campaign
from pomelo.exports import Exporter, Folder
from tests import make
from tests.api.client import Caller
from tests.exports.reading import CLOCK

MINUTE: Final = timedelta(minutes=1)


async def campaign_of(api: Caller, name: str = "My Campaign") -> Campaign:
    async with api.database.transaction() as db:
        return await make.campaign(db, api.team.id, name)


async def add(api: Caller, campaign: Campaign, email: str = "a@b.co", **variables: object) -> None:
    async with api.database.transaction() as db:
        await make.lead(db, campaign, email, variables=variables)


async def work(api: Caller, folder: Folder) -> None:
    """Do what a worker would: every export that is pending."""
    async with api.database.transaction() as db:
        rows = await db.fetch("SELECT team_id, id FROM exports WHERE state = 'pending'")
    for row in rows:
        await Exporter(api.database, CLOCK, folder).run(f"{row[0]} {row[1]}".encode())


async def done(api: Caller, folder: Folder, campaign: Campaign) -> dict[str, Any]:
    """Start an export, have it made, and give its status."""
    started = await api.call("GET", f"/campaigns/{campaign.id}/export/start")
    await work(api, folder)
    path = f"/campaigns/{campaign.id}/export/{started['id']}/status"
    answer = await api.call("GET", path)
    return dict(answer["status"])


async def shift(api: Caller, column: str, ago: timedelta) -> None:
    """Let an instant of all exports be so long ago."""
    async with api.database.transaction() as db:
        await db.execute(f"UPDATE exports SET {column} = $1", datetime.now(UTC) - ago)
