"""Activities in the database: one function a query."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec

from pomelo.activities.model import Activity, Fact, Filter, Shown, Untold
from pomelo.activities.verdicts import Click, FirstOpen, Judged, OtherFacts, Ruling
from pomelo.base.db import Db
from pomelo.base.ids import LeadId, MessageId, TeamId
from pomelo.base.sql import load
from pomelo.leads import AHEAD, ATTRACTING, COUNTING, ActivityType

QUERIES: Final = load(__package__ or "")
# In `extra` of what came back by mail: the rule by which it only might belong to its mail.
GUESSED_BY: Final = "guessedBy"

# Which lead; which mail of which lead.
Ref = tuple[TeamId, LeadId]
Mail = tuple[TeamId, LeadId, MessageId]

_FIRST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)


class Unscanned(msgspec.Struct, frozen=True):
    """A lead whose address is to be checked."""

    team_id: TeamId
    id: LeadId
    email: str


class Fit(msgspec.Struct, frozen=True):
    """A lead that may be launched."""

    team_id: TeamId
    id: LeadId


class Touched(msgspec.Struct, frozen=True):
    """A lead that the clicks of a colleague stopped or paused.

    Attributes:
        stopped_at: Since when something else of their company stops it; None = nothing does.
        is_paused: Its last pause was by such a click.
    """

    team_id: TeamId
    lead_id: LeadId
    stopped_at: datetime | None
    is_paused: bool


class LastOf(msgspec.Struct, frozen=True):
    """The last of what happened to a lead."""

    team_id: TeamId
    lead_id: LeadId
    type: ActivityType


class Kind(msgspec.Struct, frozen=True):
    """Of what only one activity is the first.

    Attributes:
        step_id: Empty for what belongs to no step.
    """

    team_id: TeamId
    lead_id: LeadId
    type: ActivityType
    step_id: str

    @classmethod
    def of(cls, fact: Fact) -> "Kind":
        """Give the kind of a fact."""
        return cls(fact.team_id, fact.lead_id, fact.type, fact.step_id or "")


class Seen(msgspec.Struct, frozen=True):
    """A kind of which there is one; `was_judged`: some click of its lead was judged anew."""

    team_id: TeamId
    lead_id: LeadId
    type: ActivityType
    step_id: str
    was_judged: bool

    @property
    def kind(self) -> Kind:
        """Which."""
        return Kind(self.team_id, self.lead_id, self.type, self.step_id)


async def list_seen(db: Db, kinds: Sequence[Kind]) -> list[Seen]:
    """List which of these have happened before."""
    if not kinds:
        return []
    return await QUERIES["list_seen"].rows(db, Seen, rows=kinds)


async def last_reply_at(db: Db, team: TeamId, lead: LeadId) -> datetime | None:
    """Give when a lead last answered, if it ever did."""
    return await QUERIES["last_reply_at"].row(db, datetime, team_id=team, lead_id=lead)


async def list_touched(db: Db, refs: Sequence[Ref]) -> list[Touched]:
    """List whom the clicks of some leads stopped or paused, for all of their company."""
    return await QUERIES["list_touched"].rows(
        db, Touched, team_ids=[team for team, _ in refs], lead_ids=[lead for _, lead in refs]
    )


async def list_bounced(db: Db, team: TeamId, leads: Sequence[LeadId]) -> list[str]:
    """List the leads of which a mail really bounced."""
    return await QUERIES["list_bounced"].rows(db, str, team_id=team, lead_ids=list(leads))


async def list_fit(db: Db, *, limit: int) -> list[Ref]:
    """List checked leads whose campaign launches whoever has such an address."""
    found = await QUERIES["list_fit"].rows(db, Fit, limit=limit)
    return [(one.team_id, one.id) for one in found]


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


async def list_answered(db: Db, mails: Sequence[Mail]) -> list[MessageId]:
    """List those of some mails for which something surely came back, were it a person's look."""
    return await QUERIES["list_answered"].rows(
        db, MessageId, **_mails(mails), guessed_by=GUESSED_BY
    )


async def list_untold(db: Db, *, limit: int) -> list[Untold]:
    """List and lock what hooks of any team are still to be told, oldest first."""
    return await QUERIES["list_untold"].rows(db, Untold, limit=limit)


async def mark_told(db: Db, told: Sequence[Untold], *, now: datetime) -> None:
    """Note that hooks are told of these."""
    await QUERIES["mark_told"].run(
        db, team_ids=[one.team_id for one in told], ids=[one.id for one in told], now=now
    )


async def list_clicks(db: Db, mails: Sequence[Mail]) -> list[Click]:
    """List who clicked in some mails, people and machines; of each mail the first 500."""
    return await QUERIES["list_clicks"].rows(db, Click, **_mails(mails))


async def list_first_opens(db: Db, mails: Sequence[Mail]) -> list[FirstOpen]:
    """List when a person first opened each of some mails; those never opened are missing."""
    return await QUERIES["list_first_opens"].rows(db, FirstOpen, **_mails(mails))


async def list_judged(db: Db, leads: Sequence[Ref]) -> list[Judged]:
    """List clicks of leads that may be people's, oldest first."""
    return await QUERIES["list_judged"].rows(db, Judged, **_refs(leads))


async def list_others(db: Db, leads: Sequence[Ref]) -> list[OtherFacts]:
    """List what else than clicks happened to leads."""
    return await QUERIES["list_others"].rows(
        db,
        OtherFacts,
        attracting=sorted(ATTRACTING),
        ahead=sorted(AHEAD),
        counting=sorted(COUNTING),
        **_refs(leads),
    )


async def list_last(
    db: Db, leads: Sequence[Ref], *, without: Collection[ActivityType]
) -> list[LastOf]:
    """List the last that happened to leads beside some types; nothing for whom nothing did."""
    counting = sorted(COUNTING.difference(without))
    return await QUERIES["list_last"].rows(db, LastOf, counting=counting, **_refs(leads))


async def rule(db: Db, rulings: Sequence[Ruling], *, now: datetime) -> int:
    """Write what clicks of locked leads are held to be."""
    return await QUERIES["rule"].run(db, rows=rulings, now=now)


async def tell_again(db: Db, turned: Sequence[Ruling]) -> int:
    """Let hooks hear of clicks again of which another one made them."""
    return await QUERIES["tell_again"].run(
        db,
        team_ids=[one.team_id for one in turned],
        ids=[one.id for one in turned],
        are_bots=[one.is_bot for one in turned],
    )


def _refs(leads: Sequence[Ref]) -> dict[str, object]:
    return {"team_ids": [team for team, _ in leads], "lead_ids": [lead for _, lead in leads]}


def _mails(mails: Sequence[Mail]) -> dict[str, object]:
    leads = [(team, lead) for team, lead, _ in mails]
    return {**_refs(leads), "message_ids": [message for _, _, message in mails]}
