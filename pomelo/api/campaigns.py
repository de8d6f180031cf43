"""Campaigns on the wire: listed, made, changed, started and paused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec

from pomelo import campaigns, leads, sequences
from pomelo.api import campaign_senders, campaign_settings
from pomelo.api.answers import moment
from pomelo.api.call import Call
from pomelo.api.campaign_settings import CampaignPatch, LinksByFilter, Quality
from pomelo.api.campaign_shapes import (
    CampaignDetail,
    CampaignMade,
    CampaignPage,
    CampaignShort,
    Switched,
)
from pomelo.api.campaign_views import show, show_detail
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.paging import PAGE, Limit, Offset, PageNumber, SortOrder, pagination, part
from pomelo.base.db import Db
from pomelo.base.ids import CampaignId, SequenceId, UserId
from pomelo.campaigns import (
    AlreadyRunning,
    Campaign,
    CampaignArchived,
    CampaignInvalid,
    CampaignNotFound,
    CampaignState,
    LastSender,
    NewCampaign,
    NotRunning,
    SenderMissing,
    Status,
)
from pomelo.schedules import DEFAULT_ZONE, GuessingMissing, ZoneUnknown
from pomelo.sequences import RepliesUnset, StepInvalid, StepMissing

SECTION: Final = "Campaigns"
CREATED_BY: Final = "Only campaigns that this user made"


class ListQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Which campaigns."""

    offset: Offset = 0
    limit: Limit = PAGE
    version: Annotated[str, msgspec.Meta(description="`v2` for pages with all details")] = ""
    page: PageNumber | None = None
    sort_by: Literal["createdAt"] = "createdAt"
    sort_order: SortOrder = "asc"
    status: Status | None = None
    created_by: Annotated[UserId | None, msgspec.Meta(description=CREATED_BY)] = None


class CampaignBody(msgspec.Struct, frozen=True, rename="camel"):
    """A campaign to be made; `labels` is Pomelo's own."""

    name: str
    labels: tuple[str, ...] = ()
    timezone: str = DEFAULT_ZONE
    auto_review: bool = True
    auto_review_conditions: tuple[Quality, ...] = ()


async def list_all(call: Call[ListQuery, None]) -> list[CampaignShort] | CampaignPage:
    """Answer a part of the team's campaigns."""
    query, team = call.query, call.caller.team
    is_paged = query.version == "v2"
    cut = part(offset=query.offset, limit=query.limit, page=query.page if is_paged else None)
    async with call.state.database.transaction(readonly=True) as db:
        found, total = await campaigns.list_page(
            db,
            team,
            offset=cut.offset,
            limit=cut.limit,
            status=query.status,
            created_by=query.created_by or None,
            is_newest_first=is_paged and query.sort_order == "desc",
            finished=await leads.finished_campaigns(db, team) if query.status else (),
        )
        if is_paged:
            shown = await show(db, team, found, heard_since=_heard_since(call))
            return CampaignPage(shown, pagination(total, cut))
    return [CampaignShort(one.id, one.name, one.labels) for one in found]


async def create(call: Call[NoQuery, CampaignBody]) -> CampaignMade:
    """Make a campaign."""
    body, caller = call.body, call.caller
    new = NewCampaign(
        body.name, body.labels, body.timezone, body.auto_review, body.auto_review_conditions
    )
    async with call.state.database.transaction() as db:
        made = await campaigns.create(db, caller.team, caller.user, new, now=call.now)
        sequence = await sequences.create_main(db, caller.team, made.id, now=call.now)
        schedules = await campaigns.schedule_ids_of(db, caller.team, [made.id])
    return _made(made, sequence, schedules[made.id])


def _made(made: Campaign, sequence: SequenceId, schedules: tuple[str, ...]) -> CampaignMade:
    return CampaignMade(
        id=made.id,
        name=made.name,
        labels=made.labels,
        timezone=made.timezone,
        sequence_id=sequence,
        schedule_ids=schedules,
        team_id=made.team_id,
        created_by=made.created_by,
        created_at=moment(made.created_at),
        state=made.state,
        status=Status.DRAFT,
        auto_review=made.auto_review,
        stop_on_email_replied=made.stop_on_replied,
    )


async def get(call: Call[NoQuery, None]) -> CampaignDetail:
    """Answer one campaign."""
    async with call.state.database.transaction(readonly=True) as db:
        found = await campaigns.get(db, call.caller.team, _id(call.path))
        return await show_detail(db, found, heard_since=_heard_since(call))


async def change(call: Call[NoQuery, CampaignPatch]) -> CampaignDetail:
    """Change a campaign's settings and senders."""
    team, patch = call.caller.team, call.body
    campaign_settings.check_links(patch)

    async def work(db: Db) -> CampaignDetail:
        before = await campaigns.lock(db, team, _id(call.path))
        asked = campaign_settings.changes(patch, before)
        if patch.lead_timezones is not None:
            await campaigns.set_lead_zones(db, team, before.id, patch.lead_timezones, now=call.now)
        changed = await campaigns.change(db, team, before.id, asked)
        chosen = await campaign_senders.chosen(db, team, patch)
        if chosen is not None:
            await campaigns.set_senders(db, team, before.id, chosen, now=call.now)
            if before.state is CampaignState.RUNNING:
                await sequences.check_replies(db, team, before.id)
        return await show_detail(db, changed, heard_since=_heard_since(call))

    return await call.state.database.retrying(work)


def _heard_since(call: Call[Any, Any]) -> datetime:
    return call.state.freshness.since(call.state.clock)


async def start(call: Call[NoQuery, None]) -> Switched:
    """Start a campaign."""
    started = await call.state.database.retrying(
        lambda db: sequences.start_campaign(db, call.caller.team, _id(call.path), now=call.now)
    )
    return Switched(started.id, started.state)


async def pause(call: Call[NoQuery, None]) -> Switched:
    """Pause a campaign."""
    paused = await call.state.database.retrying(
        lambda db: campaigns.pause(db, call.caller.team, _id(call.path))
    )
    return Switched(paused.id, paused.state)


def _id(path: Mapping[str, str]) -> CampaignId:
    return CampaignId(path["campaignId"])


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/campaigns",
        run=list_all,
        name="list",
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List all campaigns",
        text=(
            "Oldest first, past the end an empty list. `labels` is left out when there are none. "
            "With `version=v2` the answer is a page: `{campaigns, pagination}`, each campaign "
            "with all details, in either order.\n\n"
            "A campaign's status is one word: `archived`, else `draft` (never started), "
            "`paused`, `errors` (it runs, but has no sender, or one that cannot log in), "
            "`ended` (it runs and has leads, but none has a step left to come) or `running`."
        ),
        query=ListQuery,
        answer=list[CampaignShort] | CampaignPage,
        answer_example=[
            {
                "_id": "cam_aaWL92T22Sei3Bz6v",
                "name": "Campaign1",
                "labels": ["label 1", "label 2"],
            },
            {"_id": "cam_aaXwBiebA8pWPKqpK", "name": "Campaign2"},
        ],
    ),
    Operation(
        method="POST",
        path="/api/campaigns",
        run=create,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Create a campaign",
        text=(
            "A paused draft with an empty main sequence (`sequenceId`) and a schedule of its own, "
            '"Default schedule": 09:00 to 18:00, Monday to Friday, 1,200 seconds between two '
            "mails of a sender, in the campaign's time zone. It sends nothing before it is "
            "started. With `autoReview: false` each lead waits for a review."
        ),
        body=CampaignBody,
        answer=CampaignMade,
        errors=(CampaignInvalid, ZoneUnknown),
        example={"name": "Campaign1", "timezone": "Europe/Paris"},
    ),
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}",
        run=get,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get a campaign",
        answer=CampaignDetail,
        errors=(CampaignNotFound,),
    ),
    Operation(
        method="PATCH",
        path="/api/campaigns/{campaignId}",
        run=change,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Change a campaign",
        text=(
            "Changes what is named; also while the campaign runs. Replies stop a lead's sequence, "
            'clicks do when asked, and so does the mark "interested" unless '
            "`leadsPausedByInterest` is false. lemlist's other switches are kept and given back, "
            "but change nothing here. `archived: true` pauses. `autoReview` counts for leads "
            "added from then on. Leads that a mailbox wrote to stay with it: they wait while the "
            "campaign does not have it."
        ),
        body=CampaignPatch,
        answer=CampaignDetail,
        errors=(
            CampaignNotFound,
            CampaignInvalid,
            LinksByFilter,
            ZoneUnknown,
            GuessingMissing,
            LastSender,
            RepliesUnset,
            *campaign_senders.ERRORS,
        ),
        example={"name": "Campaign1", "stopOnLinkClicked": True},
    ),
    Operation(
        method="POST",
        path="/api/campaigns/{campaignId}/start",
        run=start,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Start a campaign",
        text="It needs a step and a sender, and every template must compile.",
        answer=Switched,
        errors=(
            CampaignNotFound,
            AlreadyRunning,
            CampaignArchived,
            StepMissing,
            StepInvalid,
            SenderMissing,
            RepliesUnset,
        ),
    ),
    Operation(
        method="POST",
        path="/api/campaigns/{campaignId}/pause",
        run=pause,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Pause a campaign",
        text="Once this is answered, no mail of the campaign is begun any more.",
        answer=Switched,
        errors=(CampaignNotFound, NotRunning),
    ),
)
