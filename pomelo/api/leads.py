"""Leads of a campaign on the wire: added, listed, got."""

from collections.abc import Sequence
from typing import Annotated, Final

import msgspec

from pomelo import campaigns, leads
from pomelo.api import lead_shapes
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.lead_names import EmailDiffers, campaign_of, check_email, lead_of
from pomelo.api.lead_shapes import (
    SECTION,
    AddedLead,
    Flat,
    ListedLead,
    Predefined,
    PredefinedAndEmail,
    ShownLead,
)
from pomelo.base import metrics
from pomelo.base.addresses import Address, AddressInvalid, parse
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.errors import Invalid, PomeloError
from pomelo.base.groupcommit import GroupCommit
from pomelo.campaigns import CampaignNotFound
from pomelo.leads import (
    AlreadyInCampaign,
    AlreadyInOtherCampaign,
    Lead,
    LeadNotFound,
    NewLead,
    StateUnknown,
    VariablesInvalid,
)

LIST: Final = 100
LIST_AT_MOST: Final = 1_000


class EmailMissing(Invalid):
    """The body needs the email of the lead, such as {"email": "ada@company.com"}."""


class Adding:
    """Adds leads for many callers at once: one transaction for all who wait.

    Args:
        database: Where.
        clock: Says when.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._commits: GroupCommit[NewLead, Lead] = GroupCommit(
            database, self._write, metrics.group_size("leads")
        )

    async def add(self, new: NewLead) -> Lead:
        """Add a lead; returns once it is committed, or raises what became of it."""
        return await self._commits.submit(new)

    async def drain(self) -> None:
        """Wait until all leads so far are added."""
        await self._commits.drain()

    async def _write(self, db: Db, new: Sequence[NewLead]) -> list[Lead | PomeloError]:
        return await leads.add(db, new, now=self._clock.now())


class AddQuery(msgspec.Struct, frozen=True):
    """How to add."""

    deduplicate: Annotated[
        bool, msgspec.Meta(description="Not if the person is in another campaign of the team")
    ] = False


class ListQuery(msgspec.Struct, frozen=True):
    """Which leads."""

    state: Annotated[str, msgspec.Meta(description="States joined by commas, or `all`")] = leads.ALL
    limit: Annotated[
        int, msgspec.Meta(ge=1, description="How many; more than 1,000 are taken as 1,000")
    ] = LIST


async def add(call: Call[AddQuery, Flat]) -> Flat:
    """Add a person to a campaign, by the address in the path."""
    return await _add(call, parse(call.path["email"]))


async def add_by_body(call: Call[AddQuery, Flat]) -> Flat:
    """Add a person to a campaign, by the address in the body."""
    email = call.body.get("email")
    if not isinstance(email, str) or not email:
        raise EmailMissing
    return await _add(call, parse(email))


async def _add(call: Call[AddQuery, Flat], address: Address) -> Flat:
    check_email(call.body, address.key)
    variables = {key: value for key, value in leads.clean(call.body).items() if value is not None}
    new = NewLead(
        call.caller.team, campaign_of(call.path), address, variables, call.query.deduplicate
    )
    return lead_shapes.added(await call.state.part(Adding).add(new), call.state.public_url)


async def list_some(call: Call[ListQuery, None]) -> list[ListedLead]:
    """Answer leads of a campaign, oldest first."""
    team, campaign = call.caller.team, campaign_of(call.path)
    states = leads.parse_states(call.query.state)
    async with call.state.database.transaction(readonly=True) as db:
        await campaigns.get(db, team, campaign)
        found = await leads.list_page(
            db,
            team,
            campaign,
            states=None if states is None else sorted(states),
            limit=min(call.query.limit, LIST_AT_MOST),
        )
    return [ListedLead(one.id, one.contact_id, one.state) for one in found]


async def get(call: Call[NoQuery, None]) -> Flat:
    """Answer a lead of a campaign."""
    async with call.state.database.transaction(readonly=True) as db:
        return lead_shapes.shown(await lead_of(db, call.caller.team, call.path))


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="POST",
        path="/api/campaigns/{campaignId}/leads/{email}",
        run=add,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Add a lead to a campaign",
        text=(
            "A lead is one person in one campaign; the person (`contactId`) is made when the "
            "team does not know them. The body is optional: any JSON object, each key a variable. "
            "Numbers and booleans come back as text, objects and lists as they were, `null` is "
            "left out. At most 256 variables, names of 128 bytes, values of 64 KB. What the "
            "server says itself (`_id`, `campaignId`, `isPaused` …) is ignored in it.\n\n"
            "Two spellings of an address that differ in the case of its domain, or of the letters "
            "A to Z before the @, are one lead. Adding is safe to repeat: the second time answers "
            "400. With `deduplicate=true` somebody who is in another campaign of the team is "
            "refused with 409, even when both are added at once. Whom the team must not write to "
            "is added as `emailsUnsubscribed` (or `emailsBounced`) and never mailed. A lead of a "
            "campaign without `autoReview` waits for a review."
        ),
        query=AddQuery,
        has_open_body=True,
        open_body=Predefined,
        is_body_required=False,
        answer=AddedLead,
        is_open_answer=True,
        errors=(
            AddressInvalid,
            EmailDiffers,
            VariablesInvalid,
            AlreadyInCampaign,
            CampaignNotFound,
            AlreadyInOtherCampaign,
        ),
        example=lead_shapes.EXAMPLE_VARIABLES,
        answer_example=lead_shapes.EXAMPLE,
    ),
    Operation(
        method="POST",
        path="/api/campaigns/{campaignId}/leads",
        run=add_by_body,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Add a lead by the address in the body",
        text="As with the address in the path.",
        query=AddQuery,
        has_open_body=True,
        open_body=PredefinedAndEmail,
        answer=AddedLead,
        is_open_answer=True,
        errors=(
            EmailMissing,
            AddressInvalid,
            VariablesInvalid,
            AlreadyInCampaign,
            CampaignNotFound,
            AlreadyInOtherCampaign,
        ),
        example={"email": "richard@piedpiper.com", **lead_shapes.EXAMPLE_VARIABLES},
        answer_example=lead_shapes.EXAMPLE,
    ),
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}/leads",
        run=list_some,
        name="list",
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List leads of a campaign",
        text="Oldest first. For all leads with all they have, export them.",
        query=ListQuery,
        answer=list[ListedLead],
        errors=(CampaignNotFound, StateUnknown),
    ),
    Operation(
        method="GET",
        path="/api/campaigns/{campaignId}/leads/{email}",
        run=get,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get a lead of a campaign",
        text="By address or by id.",
        answer=ShownLead,
        is_open_answer=True,
        errors=(AddressInvalid, CampaignNotFound, LeadNotFound),
    ),
)
