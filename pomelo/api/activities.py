"""What happened, on the wire: activities, filtered, newest first."""

from typing import Annotated, Final, Literal

import msgspec

from pomelo import activities
from pomelo.activities import Filter, Flat
from pomelo.api.answers import Moment
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, Operation, Permission
from pomelo.api.dates import DateInvalid, parse_date, parse_end
from pomelo.api.paging import PAGE, Limit, Offset, part
from pomelo.base.errors import Invalid
from pomelo.base.ids import ActivityId, CampaignId, LeadId, TeamId, UserId
from pomelo.leads import ANNOUNCEMENTS, ActivityType, LeadState

SECTION: Final = "Activities"
V2: Final = "v2"


class DatesReversed(Invalid):
    """Bad params: maxDate must be later than minDate."""


class ListQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Which activities."""

    type: Annotated[str, msgspec.Meta(description="Only of this type; unknown ones: none")] = ""
    campaign_id: Annotated[CampaignId, msgspec.Meta(description="Only of this campaign")] = (
        CampaignId("")
    )
    lead_id: Annotated[LeadId, msgspec.Meta(description="Only of this lead")] = LeadId("")
    is_first: Annotated[
        bool | None,
        msgspec.Meta(description="Only first ones of their type, lead and step; or only others"),
    ] = None
    min_date: Annotated[str, msgspec.Meta(description="Not before; Unix seconds or ISO 8601")] = ""
    max_date: Annotated[str, msgspec.Meta(description="Not after; a day is meant whole")] = ""
    start_date: Annotated[str, msgspec.Meta(description="The same as `minDate`")] = ""
    end_date: Annotated[str, msgspec.Meta(description="The same as `maxDate`")] = ""
    offset: Offset = 0
    limit: Limit = PAGE
    version: Annotated[
        Literal["v1", "v2"], msgspec.Meta(description="`v2` for nested ones, machines' included")
    ] = "v1"


class ShownActivity(msgspec.Struct, frozen=True, rename="camel"):
    """What every activity has; what is known besides stands beside these keys."""

    id: ActivityId = msgspec.field(name="_id")
    type: ActivityType
    team_id: TeamId
    created_at: Moment
    lead_id: LeadId
    lead_email: str
    campaign_id: CampaignId
    campaign_name: str
    created_by: UserId
    is_first: bool
    bot: bool


async def list_some(call: Call[ListQuery, None]) -> list[Flat]:
    """Answer activities, newest first."""
    query = call.query
    announced = ActivityType(query.type) if query.type in set(ANNOUNCEMENTS) else None
    asked = asked_for(query, announced)
    if asked.types == ():
        return []
    cut = part(offset=query.offset, limit=query.limit, page=None)
    async with call.state.database.transaction(readonly=True) as db:
        found = await activities.list_page(
            db, call.caller.team, asked, offset=cut.offset, limit=cut.limit
        )
    show = activities.nested if query.version == V2 else activities.classic
    return [show(activity, announced) for activity in found]


def asked_for(query: ListQuery, announced: ActivityType | None) -> Filter:
    """Tell which activities a query asks for; types `()` when it names an unknown one.

    Raises:
        DateInvalid: A date is none.
        DatesReversed: The last one is not later than the first.
    """
    since = parse_date(query.min_date or query.start_date)
    until = parse_end(query.max_date or query.end_date)
    if since and until and until <= since:
        raise DatesReversed
    return Filter(
        types=None if announced or not query.type else _types(query.type),
        reached=LeadState(announced) if announced else None,
        campaign=query.campaign_id or None,
        lead=query.lead_id or None,
        is_first=query.is_first,
        is_bot=None if query.version == V2 else False,
        since=since,
        until=until,
    )


def _types(name: str) -> tuple[ActivityType, ...]:
    try:
        return (ActivityType(name),)
    except ValueError:
        return ()


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/activities",
        run=list_some,
        name="list",
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List activities",
        text=(
            "Newest first, past the end an empty list. `sequenceStep` counts from 0; `stopped` "
            "says that the activity ended the lead's sequence; `isFirst` that it is the first of "
            "its type for this lead and step. By the name of a state (`contacted`, `hooked`, "
            "`attracted`, `warmed`, `interested`, `notInterested`) come the activities that "
            "brought leads there.\n\n"
            "Plain, an activity is flat, with the lead's variables beside its keys, and without "
            "what machines opened or clicked. With `version=v2` the lead is nested, and machines' "
            "activities are there with `bot: true`."
        ),
        query=ListQuery,
        answer=list[ShownActivity],
        is_open_answer=True,
        errors=(DateInvalid, DatesReversed),
    ),
)
