"""The people of the reference's examples, for tests of leads."""

from typing import Any

from pomelo.campaigns import Campaign
from tests import make
from tests.api.client import Caller

RICHARD = "richard@piedpiper.com"
VARIABLES = {
    "firstName": "Richard",
    "lastName": "Hendricks",
    "companyName": "Piedpiper",
    "icebreaker": "Icebreaker text",
    "phone": "(555) 555-1234",
    "picture": "https://piedpiper.com/richard-hendricks.jpg",
    "linkedinUrl": "https://www.linkedin.com/in/richard-hendricks/",
}


async def campaign(api: Caller, name: str = "Campaign1", **more: Any) -> Campaign:
    async with api.database.transaction() as db:
        return await make.campaign(db, api.team.id, name, **more)


async def added(
    api: Caller, campaign: Campaign, email: str = RICHARD, body: object = None, **query: Any
) -> Any:
    """Add somebody as the reference does, and give the answer."""
    return await api.call("POST", f"/campaigns/{campaign.id}/leads/{email}", body, **query)


async def rows(api: Caller, sql: str) -> list[tuple[Any, ...]]:
    async with api.database.transaction() as db:
        return [tuple(row) for row in await db.fetch(sql)]


async def states(api: Caller) -> list[Any]:
    return sorted(row[0] for row in await rows(api, "SELECT state FROM leads"))
