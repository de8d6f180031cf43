"""Leads on the wire, found by address or id in all campaigns of the team."""

from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec

from pomelo import campaigns, leads, senders
from pomelo.api import lead_shapes
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, Operation, Permission
from pomelo.api.lead_names import lead_id
from pomelo.api.lead_shapes import (
    SECTION,
    DetailedLead,
    Flat,
    LeadCampaign,
    SendingUser,
    ShownLead,
)
from pomelo.base.addresses import AddressInvalid, parse
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import CampaignId, LeadId, SenderId, TeamId
from pomelo.leads import Lead, LeadNotFound
from pomelo.senders import Sender

V2: Final = "v2"


class NameMissing(Invalid):
    """Say which lead: id=lea_… or email=name@company.com."""


class LookupQuery(msgspec.Struct, frozen=True):
    """Which lead; an id goes before an address."""

    id: Annotated[str, msgspec.Meta(description="The lead's id")] = ""
    email: Annotated[str, msgspec.Meta(description="Its address; the newest lead of it")] = ""
    version: Annotated[str, msgspec.Meta(description="Accepted; changes nothing here")] = ""


class PersonQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Which of the leads of an address."""

    campaign_id: Annotated[
        CampaignId | None, msgspec.Meta(description="Only the lead of this campaign")
    ] = None
    version: Annotated[
        Literal["v1", "v2"], msgspec.Meta(description="`v2` for all leads, with all details")
    ] = "v1"


async def look_up(call: Call[LookupQuery, None]) -> Flat:
    """Answer one lead, by id or by address."""
    query, team = call.query, call.caller.team
    async with call.state.database.transaction(readonly=True) as db:
        if query.id:
            return lead_shapes.shown(await leads.get(db, team, LeadId(query.id)))
        if query.email:
            return lead_shapes.shown((await _of_address(db, team, query.email, None))[0])
    raise NameMissing


async def get(call: Call[PersonQuery, None]) -> Flat | list[DetailedLead]:
    """Answer the newest lead of an address, or all of them."""
    query, team, email = call.query, call.caller.team, call.path["email"]
    if lead_id(email):
        raise LeadNotFound("Lead not found; look up ids at /api/leads?id=")
    async with call.state.database.transaction(readonly=True) as db:
        found = await _of_address(db, team, email, query.campaign_id or None)
        if query.version != V2:
            return lead_shapes.shown(found[0])
        return await detail(db, team, found)


async def _of_address(db: Db, team: TeamId, email: str, campaign: CampaignId | None) -> list[Lead]:
    found = await leads.list_of_key(db, team, parse(email).key)
    kept = [lead for lead in found if campaign in (None, lead.campaign_id)]
    if not kept:
        raise LeadNotFound
    return kept


async def detail(db: Db, team: TeamId, found: Sequence[Lead]) -> list[DetailedLead]:
    """Show leads with all their details; what belongs to many is read in one go each."""
    ids = list({lead.campaign_id for lead in found})
    facts = await campaigns.facts_of(db, team, ids)
    finished = await leads.finished_campaigns(db, team, ids)
    first = {one.campaign_id: one.id for one in reversed(await campaigns.senders_of(db, team, ids))}
    chosen = {lead.id: lead.sender_id or first.get(lead.campaign_id) for lead in found}
    known = await _senders(db, team, [sender for sender in chosen.values() if sender])
    return [
        lead_shapes.detailed(
            lead,
            LeadCampaign(
                lead.campaign_id,
                lead.campaign_name,
                campaigns.status(facts[lead.campaign_id], finished),
            ),
            _sending(known.get(chosen[lead.id] or SenderId(""))),
        )
        for lead in found
    ]


async def _senders(db: Db, team: TeamId, ids: Sequence[SenderId]) -> dict[SenderId, Sender]:
    return {one.id: one for one in await senders.list_of_team(db, team, senders=ids)}


def _sending(sender: Sender | None) -> SendingUser:
    if sender is None:
        return SendingUser()
    return SendingUser(sender.user_id, sender.email, sender.name or None, sender.id)


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/leads",
        run=look_up,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get a lead by id or address",
        query=LookupQuery,
        answer=ShownLead,
        is_open_answer=True,
        errors=(NameMissing, AddressInvalid, LeadNotFound),
    ),
    Operation(
        method="GET",
        path="/api/leads/{email}",
        run=get,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get the leads of an address",
        text=(
            "The newest lead of the address, or the one in `campaignId`. With `version=v2`, an "
            "array with one entry a campaign, newest first: `state` is the last detailed state "
            "(`emailsOpened` …), `status` the bucket of the workflow, `sendingUser` who writes "
            "to the lead: before the first mail, the first sender of its campaign."
        ),
        query=PersonQuery,
        answer=ShownLead | list[DetailedLead],
        is_open_answer=True,
        errors=(AddressInvalid, LeadNotFound),
    ),
)
