"""The ledger of a campaign, in the database: one function a query."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, SenderId, TeamId
from pomelo.base.sql import load
from pomelo.inbound.reconciling.accounts import Entry

QUERIES: Final = load(__package__ or "")


class Writer(Struct, frozen=True):
    """A sender, which may be deleted."""

    id: SenderId
    email: str


async def list_ledger(
    db: Db, team: TeamId, campaign: CampaignId, *, since: datetime, until: datetime
) -> list[Entry]:
    """List what a campaign has sent, or may have, oldest first."""
    return await QUERIES["list_ledger"].rows(
        db, Entry, team_id=team, campaign_id=campaign, since=since, until=until
    )


async def list_writers(
    db: Db, team: TeamId, campaign: CampaignId, *, since: datetime
) -> list[Writer]:
    """List who writes, or since then wrote, for a campaign."""
    return await QUERIES["list_writers"].rows(
        db, Writer, team_id=team, campaign_id=campaign, since=since
    )
