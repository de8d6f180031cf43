"""Schedules on the wire: when campaigns may send."""

from typing import Final, Literal

import msgspec

from pomelo import campaigns, schedules
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.paging import (
    PAGE,
    Limit,
    Offset,
    PageNumber,
    SortOrder,
    pagination,
    part,
)
from pomelo.api.schedule_shapes import (
    Attached,
    Deleted,
    ScheduleBody,
    SchedulePage,
    SchedulePatch,
    ShownSchedule,
    changes,
    show,
    values,
)
from pomelo.api.statuses import status_of
from pomelo.base.errors import PomeloError
from pomelo.base.ids import CampaignId, ScheduleId
from pomelo.campaigns import CampaignNotFound, ScheduleInUse
from pomelo.schedules import (
    HolidaysMissing,
    HolidaysUnknown,
    ScheduleInvalid,
    ScheduleNotFound,
    TimeInvalid,
    WindowInvalid,
    ZoneUnknown,
)

SECTION: Final = "Schedules"
REFUSED: Final = (
    ScheduleInvalid, TimeInvalid, ZoneUnknown, WindowInvalid, HolidaysUnknown, HolidaysMissing,
)  # fmt: skip
HOURS: Final = (
    "Times are `HH:mm` on the clocks of the time zone, `00:00` as the end is midnight; `24:00` is "
    "taken for it, too, and answered as `00:00`. Weekdays go from 1 (Monday) to 7 (Sunday). "
    "`secondsToWait` is the gap between two mails of a sender in a campaign of this schedule, 0 "
    "for none. On `daysOff`, and on the public holidays of the place that `holidays` names, "
    "nothing is sent; delays count those days as any other."
)


class ListQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Which schedules."""

    offset: Offset = 0
    limit: Limit = PAGE
    page: PageNumber | None = None
    sort_by: Literal["createdAt"] = "createdAt"
    sort_order: SortOrder = "asc"


async def list_all(call: Call[ListQuery, None]) -> SchedulePage:
    """Answer a page of the team's schedules."""
    query = call.query
    cut = part(offset=query.offset, limit=query.limit, page=query.page)
    async with call.state.database.transaction(readonly=True) as db:
        found, total = await schedules.list_page(
            db,
            call.caller.team,
            offset=cut.offset,
            limit=cut.limit,
            is_newest_first=query.sort_order == "desc",
        )
    return SchedulePage([show(one) for one in found], pagination(total, cut))


async def create(call: Call[NoQuery, ScheduleBody]) -> ShownSchedule:
    """Make a schedule."""
    body, caller = call.body, call.caller
    async with call.state.database.transaction() as db:
        return show(
            await schedules.create(db, caller.team, caller.user, values(body), now=call.now)
        )


async def get(call: Call[NoQuery, None]) -> ShownSchedule:
    """Answer one schedule."""
    async with call.state.database.transaction(readonly=True) as db:
        return show(await schedules.get(db, call.caller.team, _schedule(call)))


async def change(call: Call[NoQuery, SchedulePatch]) -> ShownSchedule:
    """Change a schedule; campaigns that use it follow at once."""
    asked = changes(call.body)
    return show(
        await call.state.database.retrying(
            lambda db: campaigns.change_schedule(
                db, call.caller.team, _schedule(call), asked, now=call.now
            )
        )
    )


async def delete(call: Call[NoQuery, None]) -> Deleted:
    """Delete a schedule."""
    schedule, caller = _schedule(call), call.caller
    await call.state.database.retrying(
        lambda db: campaigns.delete_schedule(db, caller.team, schedule, caller.user, now=call.now)
    )
    return Deleted(schedule)


async def list_of_campaign(call: Call[NoQuery, None]) -> list[ShownSchedule]:
    """Answer a campaign's schedules."""
    async with call.state.database.transaction(readonly=True) as db:
        found = await campaigns.schedules_of(db, call.caller.team, _campaign(call))
    return [show(one) for one in found]


async def attach(call: Call[NoQuery, None]) -> Attached:
    """Give a campaign one more schedule."""
    campaign, schedule = _campaign(call), _schedule(call)
    await call.state.database.retrying(
        lambda db: campaigns.attach_schedule(db, call.caller.team, campaign, schedule, now=call.now)
    )
    return Attached(schedule, campaign)


def as_json(error: PomeloError) -> object | None:
    """Shape what lemlist refuses in JSON here; the rest stays a sentence.

    Source:
        API reference A22 and A24.
    """
    status = status_of(type(error))
    if status == 400:
        return {"error": "BadRequest", "message": str(error)}
    return {"error": str(error)} if status in (401, 404) else None


def _schedule(call: Call[NoQuery, None] | Call[NoQuery, SchedulePatch]) -> ScheduleId:
    return ScheduleId(call.path["scheduleId"])


def _campaign(call: Call[NoQuery, None]) -> CampaignId:
    return CampaignId(call.path["campaignId"])


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/schedules",
        run=list_all,
        name="list",
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List schedules",
        text="Oldest first unless `sortOrder=desc`.",
        query=ListQuery,
        answer=SchedulePage,
    ),
    Operation(
        method="POST",
        path="/api/schedules",
        run=create,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Create a schedule",
        text=HOURS,
        body=ScheduleBody,
        answer=ShownSchedule,
        errors=REFUSED,
        shape_error=as_json,
        example={
            "name": "Mornings",
            "secondsToWait": 600,
            "timezone": "Europe/Paris",
            "start": "08:00",
            "end": "12:00",
            "weekdays": [1, 2, 3, 4, 5],
        },
    ),
    Operation(
        method="GET",
        path="/api/schedules/{scheduleId}",
        run=get,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get a schedule",
        answer=ShownSchedule,
        errors=(ScheduleNotFound,),
    ),
    Operation(
        method="PATCH",
        path="/api/schedules/{scheduleId}",
        run=change,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Change a schedule",
        text=f"{HOURS} Campaigns that use it follow at once.",
        body=SchedulePatch,
        answer=ShownSchedule,
        errors=(ScheduleNotFound, *REFUSED),
        shape_error=as_json,
        example={"end": "19:00"},
    ),
    Operation(
        method="DELETE",
        path="/api/schedules/{scheduleId}",
        run=delete,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Delete a schedule",
        text="Campaigns that have another one go on by that; a campaign's only one stays.",
        answer=Deleted,
        errors=(ScheduleNotFound, ScheduleInUse),
    ),
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}/schedules",
        run=list_of_campaign,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List a campaign's schedules",
        answer=list[ShownSchedule],
        errors=(CampaignNotFound,),
    ),
    Operation(
        method="POST",
        path="/api/campaigns/{campaignId}/schedules/{scheduleId}",
        run=attach,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Give a campaign a schedule",
        text=(
            "Beside those it has: it may send whenever one of them allows it, and the longest "
            "`secondsToWait` counts. To replace one, attach the new one and delete the other."
        ),
        answer=Attached,
        errors=(CampaignNotFound, ScheduleNotFound),
    ),
)
