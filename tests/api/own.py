"""What a caller has: campaigns, senders and leads to begin with."""

from typing import Any

from pomelo import leads
from pomelo.base import addresses
from pomelo.base.ids import CampaignId
from pomelo.campaigns import Campaign
from pomelo.leads import NewLead
from pomelo.senders import Sender
from tests import make
from tests.api.client import Caller


async def a_sender(api: Caller, email: str = "jared@piedpiper.example") -> Sender:
    async with api.database.transaction() as db:
        return await make.sender(db, api.team.id, email)


async def a_running_campaign(api: Caller, name: str = "Campaign1") -> Campaign:
    async with api.database.transaction() as db:
        sender = await make.sender(db, api.team.id, f"{name}@piedpiper.example".lower())
        return await make.running_campaign(db, api.team.id, sender, name)


async def add_lead(api: Caller, campaign: CampaignId) -> None:
    new = NewLead(api.team.id, campaign, addresses.parse("richard@piedpiper.com"))
    async with api.database.transaction() as db:
        await leads.add(db, [new], now=make.NOW)


async def made(api: Caller, name: str = "Campaign1", **more: Any) -> str:
    return str((await api.call("POST", "/campaigns", {"name": name, **more}))["_id"])


async def names(api: Caller, **query: Any) -> list[str]:
    return [one["name"] for one in await api.call("GET", "/campaigns", **query)]
