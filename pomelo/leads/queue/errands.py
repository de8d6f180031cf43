"""The leads table as the queue of steps that are no mail: claimed by campaign, without a sender."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, TeamId
from pomelo.leads.model import Awaited
from pomelo.leads.queue.claims import Hold, Taken
from pomelo.leads.store import QUERIES

Ref = tuple[TeamId, CampaignId]


class ErrandDue(msgspec.Struct, frozen=True):
    """When a campaign has something to do that is no mail."""

    team_id: TeamId
    campaign_id: CampaignId
    due_at: datetime


class Wait(msgspec.Struct, frozen=True):
    """A lead that waits for a condition to come true.

    Attributes:
        hold: The claim on it.
        awaits: What it waits for.
        until: How long at most; None is for ever.
    """

    hold: Hold
    awaits: Awaited
    until: datetime | None


async def claim_errands(
    db: Db, campaigns: Sequence[Ref], *, amount: int, now: datetime, until: datetime
) -> list[Taken]:
    """Claim leads whose next step is due and no mail.

    Args:
        db: The open transaction.
        campaigns: Of these.
        amount: So many of each at most.
        now: Leads due by then.
        until: How long they are ours without renewing.
    """
    return await QUERIES["claim_errands"].rows(
        db, Taken, **_names(campaigns), amount=amount, now=now, until=until
    )


async def next_errands(db: Db, campaigns: Sequence[Ref], *, now: datetime) -> dict[Ref, datetime]:
    """Find when campaigns have something to do again; one with nothing to come is missing."""
    found = await QUERIES["next_errands"].rows(db, ErrandDue, **_names(campaigns), now=now)
    return {(one.team_id, one.campaign_id): one.due_at for one in found}


async def await_conditions(db: Db, waits: Sequence[Wait]) -> list[Hold]:
    """Let claimed leads wait for conditions; gives the claims that were still ours."""
    if not waits:
        return []
    return await QUERIES["await_condition"].rows(
        db,
        Hold,
        **_holds([wait.hold for wait in waits]),
        awaits=[wait.awaits for wait in waits],
        untils=[wait.until for wait in waits],
    )


async def divert(db: Db, holds: Sequence[Hold]) -> list[Hold]:
    """Hand claimed leads to who carries out the other kind of step."""
    return await QUERIES["divert"].rows(db, Hold, **_holds(holds)) if holds else []


def _names(campaigns: Sequence[Ref]) -> dict[str, object]:
    return {
        "team_ids": [team for team, _ in campaigns],
        "campaign_ids": [campaign for _, campaign in campaigns],
    }


def _holds(holds: Sequence[Hold]) -> dict[str, object]:
    return {
        "team_ids": [hold.team_id for hold in holds],
        "ids": [hold.id for hold in holds],
        "fences": [hold.fence for hold in holds],
    }
