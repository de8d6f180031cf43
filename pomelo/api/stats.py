"""Numbers of campaigns on the wire, by lemlist's calls: of a span, of many, and reports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec

from pomelo import campaigns, senders, stats
from pomelo.api import stats_shapes
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.dates import DateInvalid, parse_date, parse_end
from pomelo.api.stats_shapes import ShownStats, StatsBatch, StatsError
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import CampaignId, SenderId, TeamId
from pomelo.campaigns import CampaignNotFound
from pomelo.leads import ActivityType
from pomelo.stats import CHANNELS, Channel, Wanted

SECTION: Final = "Stats"
MOST: Final = 100
Span = Annotated[
    str, msgspec.Meta(description="ISO 8601, or Unix seconds; inclusive, a last day to its end")
]
BySender = Annotated[str, msgspec.Meta(description="Only this user's: `usr_…|email`")]
# Kept for clients that send it: no step has two variants here, so A is all there is.
Variant = Annotated[Literal["", "A", "B"], msgspec.Meta(description="Kept: there are no variants")]


class SpanMissing(Invalid):
    """Bad params: startDate and endDate are required"""


class SpanBackwards(Invalid):
    """Bad params: endDate must not be before startDate."""


class ChannelsInvalid(Invalid):
    """Bad params: channels must be a JSON array of "email", "linkedin" and "others"."""


class SendUserInvalid(Invalid):
    """Bad param format: sendUser must be formatted as follow: <sendUserId>|<sendUserEmail>"""


class SendUserUnrelated(Invalid):
    """Bad params: the send user email is not related to the send user id"""


class CampaignsMissing(Invalid):
    """Bad params: campaignIds must be a non-empty array"""


class TooManyCampaigns(Invalid):
    """Bad params: campaignIds must contain at most 100 items"""


class StatsQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Which span, and what of it."""

    start_date: Span = ""
    end_date: Span = ""
    send_user: BySender = ""
    variant: Variant = msgspec.field(default="", name="ABSelected")
    channels: Annotated[
        str, msgspec.Meta(description='A JSON array of `"email"`, `"linkedin"`, `"others"`')
    ] = "[]"
    timezone: Annotated[str, msgspec.Meta(description="Kept: the instants say what they mean")] = ""


class BatchBody(msgspec.Struct, frozen=True, rename="camel"):
    """Which campaigns, which span, and what of it."""

    campaign_ids: list[CampaignId] = []
    start_date: Span = ""
    end_date: Span = ""
    send_user: BySender = ""
    variant: Variant = msgspec.field(default="", name="ABSelected")
    channels: list[Channel] = []


async def of_campaign(call: Call[StatsQuery, None]) -> ShownStats:
    """Count what happened in a campaign."""
    team, query = call.caller.team, call.query
    try:
        channels = msgspec.json.decode(query.channels or "[]", type=list[Channel])
    except msgspec.MsgspecError:
        raise ChannelsInvalid from None
    async with call.state.database.transaction(readonly=True) as db:
        campaign = await campaigns.get(db, team, CampaignId(call.path["campaignId"]))
        wanted = await _wanted(db, team, query, channels)
        (found,) = await stats.list_stats(db, team, [campaign.id], wanted)
    return stats_shapes.show(found)


async def batch(call: Call[NoQuery, BatchBody]) -> StatsBatch:
    """Count what happened in many campaigns."""
    team, body = call.caller.team, call.body
    asked = list(dict.fromkeys(body.campaign_ids))
    if not asked:
        raise CampaignsMissing
    if len(asked) > MOST:
        raise TooManyCampaigns
    async with call.state.database.transaction(readonly=True) as db:
        wanted = await _wanted(db, team, body, body.channels)
        known = [one for one in asked if await campaigns.find(db, team, one)]
        found = await stats.list_stats(db, team, known, wanted)
    missing = [one for one in asked if one not in known]
    return StatsBatch(
        [stats_shapes.show_one(one) for one in found],
        [StatsError(one, str(CampaignNotFound())) for one in missing],
    )


async def _wanted(
    db: Db, team: TeamId, asked: StatsQuery | BatchBody, channels: Sequence[Channel]
) -> Wanted:
    since, until = _span(asked.start_date, asked.end_date)
    chosen = channels or list(Channel)
    types: tuple[ActivityType, ...] = sum((CHANNELS[one] for one in chosen), ())
    return Wanted(since, until, types, await _senders(db, team, asked.send_user))


def _span(start: str, end: str) -> tuple[datetime, datetime]:
    since, until = parse_date(start), parse_end(end)
    if since is None or until is None:
        raise SpanMissing
    if until < since:
        raise SpanBackwards
    return since, until


async def _senders(db: Db, team: TeamId, asked: str) -> tuple[SenderId, ...] | None:
    """Read whose numbers are wanted: a user's mailboxes, of which one is named."""
    if not asked:
        return None
    user, mark, email = asked.partition("|")
    if not (user and mark and email):
        raise SendUserInvalid
    theirs = [one for one in await senders.list_of_team(db, team) if one.user_id == user]
    named = tuple(one.id for one in theirs if one.email.lower() == email.lower())
    if not named:
        raise SendUserUnrelated
    return named


ERRORS: Final = (
    SpanMissing,
    SpanBackwards,
    DateInvalid,
    ChannelsInvalid,
    SendUserInvalid,
    SendUserUnrelated,
)


def _of_campaign(path: str, name: str) -> AnyOperation:
    return Operation(
        method="GET",
        path=path,
        run=of_campaign,
        name=name,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get a campaign's numbers",
        text=(
            "Of what happened from `startDate` to `endDate`. Messages and steps are those of the "
            "`channels`; leads are of all. What machines did counts nowhere, and what a person "
            "wrote by hand is no step's: neither it nor what came back for it is a message here. "
            "`nbLeadsUnsubscribed` counts leads that still are; at a step it counts who left there."
        ),
        query=StatsQuery,
        answer=ShownStats,
        errors=(CampaignNotFound, *ERRORS),
    )


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    _of_campaign("/api/v2/campaigns/{campaignId}/stats", "of_campaign"),
    _of_campaign("/api/campaigns/{campaignId}/stats", "of_campaign_by_old_path"),
    Operation(
        method="POST",
        path="/api/v2/campaigns/stats/batch",
        run=batch,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get many campaigns' numbers",
        text="At most 100 campaigns; one that is not there is an error in the answer.",
        body=BatchBody,
        answer=StatsBatch,
        errors=(*ERRORS, CampaignsMissing, TooManyCampaigns),
        example={
            "campaignIds": ["cam_…"],
            "startDate": "2026-01-01",
            "endDate": "2026-02-01",
        },
    ),
)
