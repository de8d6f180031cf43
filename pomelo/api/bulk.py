"""Bulk edits on the wire: one thing done to many leads of a campaign, and how far it is."""

from typing import Annotated, Final

import msgspec

from pomelo import bulk, leads
from pomelo.api.answers import Moment, moment
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.base.ids import BulkEditId, CampaignId, SenderId, UserId
from pomelo.bulk import (
    Action,
    BulkEdit,
    EditEnded,
    EditNotFound,
    EditStatus,
    NewEdit,
    SenderElsewhere,
    SenderUnasked,
)
from pomelo.campaigns import CampaignNotFound
from pomelo.leads import StateUnknown

SECTION: Final = "Bulk edits"


class BulkBody(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What is done to which leads of the campaign."""

    action: Action
    state: Annotated[
        str, msgspec.Meta(description="`all`, or states joined by commas, as in an export")
    ] = leads.ALL
    to: Annotated[
        SenderId | None,
        msgspec.Meta(description="`move`: one of the campaign's senders; null: any of them"),
    ] = None


class ShownEdit(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A bulk edit and its progress."""

    id: BulkEditId = msgspec.field(name="_id")
    campaign_id: CampaignId
    action: Action
    states: list[str] | None
    to: SenderId | None
    status: EditStatus
    total: Annotated[int, msgspec.Meta(description="Leads when it began")]
    done: Annotated[int, msgspec.Meta(description="Leads that have been looked at")]
    created_by: UserId
    created_at: Moment
    ended_at: Moment | None


async def start(call: Call[NoQuery, BulkBody]) -> ShownEdit:
    """Do one thing to many leads."""
    body, caller = call.body, call.caller
    states = leads.parse_states(body.state)
    new = NewEdit(CampaignId(call.path["campaignId"]), body.action, states, body.to)
    begun = await call.state.database.retrying(
        lambda db: bulk.start(db, caller.team, new, caller.user, now=call.now)
    )
    return show(begun)


async def list_of_campaign(call: Call[NoQuery, None]) -> list[ShownEdit]:
    """Answer a campaign's bulk edits."""
    campaign = CampaignId(call.path["campaignId"])
    async with call.state.database.transaction(readonly=True) as db:
        return [show(one) for one in await bulk.list_of_campaign(db, call.caller.team, campaign)]


async def get(call: Call[NoQuery, None]) -> ShownEdit:
    """Answer how far a bulk edit is."""
    async with call.state.database.transaction(readonly=True) as db:
        return show(await bulk.get(db, call.caller.team, _id(call)))


async def cancel(call: Call[NoQuery, None]) -> ShownEdit:
    """End a bulk edit."""
    async with call.state.database.transaction() as db:
        return show(await bulk.cancel(db, call.caller.team, _id(call), now=call.now))


def show(edit: BulkEdit) -> ShownEdit:
    """Show a bulk edit."""
    return ShownEdit(
        id=edit.id,
        campaign_id=edit.campaign_id,
        action=edit.action,
        states=None if edit.states is None else [str(state) for state in edit.states],
        to=edit.to_sender_id,
        status=edit.status,
        total=edit.total,
        done=edit.done,
        created_by=edit.created_by,
        created_at=moment(edit.created_at),
        ended_at=None if edit.ended_at is None else moment(edit.ended_at),
    )


def _id(call: Call[NoQuery, None]) -> BulkEditId:
    return BulkEditId(call.path["bulkEditId"])


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="POST",
        path="/api/campaigns/{campaignId}/bulk",
        run=start,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Do one thing to many leads",
        text=(
            "Pomelo's own. `pause`, `resume`, `skip`, `review` (launch those that wait for it) or "
            "`move` (give to another sender) all leads of a campaign that are there now, or those "
            "in some states. 200 have it when this answers; a worker goes through the rest without "
            "holding up anybody else, and GET /api/bulk/{bulkEditId} tells its progress. What does "
            "not fit a lead leaves it as it is."
        ),
        body=BulkBody,
        answer=ShownEdit,
        errors=(CampaignNotFound, StateUnknown, SenderElsewhere, SenderUnasked),
        example={"action": "pause", "state": "contacted,hooked"},
    ),
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}/bulk",
        run=list_of_campaign,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List a campaign's bulk edits",
        text="Pomelo's own. The last 100, newest first.",
        answer=list[ShownEdit],
        errors=(CampaignNotFound,),
    ),
    Operation(
        method="GET",
        path="/api/bulk/{bulkEditId}",
        run=get,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get the progress of a bulk edit",
        text="Pomelo's own.",
        answer=ShownEdit,
        errors=(EditNotFound,),
    ),
    Operation(
        method="DELETE",
        path="/api/bulk/{bulkEditId}",
        run=cancel,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Cancel a bulk edit",
        text="Pomelo's own. What it did stays done.",
        answer=ShownEdit,
        errors=(EditNotFound, EditEnded),
    ),
)
