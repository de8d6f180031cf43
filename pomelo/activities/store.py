"""Activities in the database: one function a query."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from pomelo.activities.model import Activity, Filter, Shown
from pomelo.base.db import Db
from pomelo.base.ids import LeadId, MessageId, TeamId
from pomelo.base.sql import load
from pomelo.leads import ActivityType

QUERIES: Final = load(__package__ or "")

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)


class Unscanned(msgspec.Struct, frozen=True):
    """A lead whose address is to be checked."""

    team_id: TeamId
    id: LeadId
    email: str


class Kind(msgspec.Struct, frozen=True):
    """Of what only one activity is the first.

    Attributes:
        step_id: Empty for what belongs to no step.
    """

    team_id: TeamId
    lead_id: LeadId
    type: ActivityType
    step_id: str


async def list_seen(db: Db, kinds: Sequence[Kind]) -> list[Kind]:
    """List which of these have happened before."""
    if not kinds:
        return []
    return await QUERIES["list_seen"].rows(db, Kind, rows=kinds)


async def list_bounced(db: Db, team: TeamId, leads: Sequence[LeadId]) -> list[str]:
    """List the leads of which a mail really bounced."""
    return await QUERIES["list_bounced"].rows(db, str, team_id=team, lead_ids=list(leads))


async def list_unscanned(db: Db, *, before: datetime, limit: int) -> list[Unscanned]:
    """List leads of any team, added before an instant, whose address is to be checked."""
    return await QUERIES["list_unscanned"].rows(db, Unscanned, before=before, limit=limit)


async def insert(db: Db, activities: Sequence[Activity]) -> None:
    """Insert activities of locked leads."""
    if activities:
        await QUERIES["insert"].run(db, rows=activities)


async def list_page_ids(
    db: Db, team: TeamId, asked: Filter, *, offset: int, limit: int
) -> list[str]:
    """List the ids of what is asked for, newest first."""
    given = {**_asked(asked), "team_id": team, "offset": offset, "limit": limit}
    if asked.lead is not None:
        return await QUERIES["page_of_lead"].rows(
            db, str, lead_id=asked.lead, campaign_id=asked.campaign, **given
        )
    if asked.campaign is not None:
        return await QUERIES["page_of_campaign"].rows(db, str, campaign_id=asked.campaign, **given)
    return await QUERIES["page_of_team"].rows(db, str, **given)


def _asked(asked: Filter) -> dict[str, object]:
    return {
        "types": asked.types,
        "reached": asked.reached,
        "is_first": asked.is_first,
        "is_bot": asked.is_bot,
        "since": asked.since or _FIRST,
        "until": asked.until or _LAST,
    }


async def show(db: Db, team: TeamId, activities: Sequence[str]) -> list[Shown]:
    """Give activities with all that is told about them, newest first."""
    return await QUERIES["show"].rows(db, Shown, team_id=team, ids=list(activities))


async def list_answered(
    db: Db, mails: Sequence[tuple[TeamId, LeadId, MessageId]]
) -> list[MessageId]:
    """List those of some mails for which anything came back, were it a fetched picture."""
    return await QUERIES["list_answered"].rows(
        db,
        MessageId,
        team_ids=[team for team, _, _ in mails],
        lead_ids=[lead for _, lead, _ in mails],
        message_ids=[message for _, _, message in mails],
    )
