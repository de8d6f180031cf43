"""Updates of a campaign's leads on the wire: changed, unsubscribed, removed."""

from typing import Annotated, Final

import msgspec

from pomelo import activities, leads
from pomelo.api import lead_shapes
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.lead_names import EmailDiffers, check_email, lead_id, lead_of
from pomelo.api.lead_shapes import SECTION, ChangedLead, Flat, LeftLead, Predefined
from pomelo.base.addresses import AddressInvalid, parse
from pomelo.base.db import Db
from pomelo.base.errors import Invalid, NotFound
from pomelo.campaigns import CampaignNotFound
from pomelo.leads import Lead, LeadNotFound, VariablesInvalid
from pomelo.unsubscribes import Source

REMOVE: Final = "remove"


class EmailNeeded(NotFound):
    """An email is required to unsub a lead"""


class ActionUnknown(Invalid):
    """The action can only be remove; leave it out to unsubscribe the lead."""


class LeaveQuery(msgspec.Struct, frozen=True):
    """How to leave."""

    action: Annotated[
        str | None, msgspec.Meta(description="`remove` erases; without it, unsubscribes")
    ] = None


async def change(call: Call[NoQuery, Flat]) -> Flat:
    """Change variables of a lead; one that failed for lack of them goes on."""
    team = call.caller.team

    async def work(db: Db) -> Lead:
        lead = await lead_of(db, team, call.path)
        check_email(call.body, lead.address_key)
        changed = await leads.set_variables(db, team, lead.id, call.body, now=call.now)
        await activities.mend(db, team, [lead.id], now=call.now)
        return changed

    changed = await call.state.database.retrying(work)
    return lead_shapes.changed(changed, call.state.public_url)


async def leave(call: Call[LeaveQuery, None]) -> LeftLead:
    """Unsubscribe the person from all campaigns, or erase the lead from this one."""
    action, team = call.query.action, call.caller.team
    if action not in (None, REMOVE):
        raise ActionUnknown

    async def work(db: Db) -> Lead:
        if action is None and lead_id(call.path["email"]):
            raise EmailNeeded
        lead = await lead_of(db, team, call.path)
        if action == REMOVE:
            await activities.remove(db, team, lead.id)
        else:
            values = [parse(lead.email)]
            await activities.unsubscribe(db, team, values, source=Source.API, now=call.now)
        return lead

    return lead_shapes.left(await call.state.database.retrying(work))


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="PATCH",
        path="/api/campaigns/{campaignId}/leads/{email}",
        run=change,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Update a lead in a campaign",
        text=(
            "By address or by id. Variables that are not named stay, `null` erases one, the empty "
            "text is a value. Two updates at once are both kept. A lead whose step failed for "
            "lack of a variable is tried again. Works for unsubscribed leads too."
        ),
        has_open_body=True,
        open_body=Predefined,
        answer=ChangedLead,
        is_open_answer=True,
        errors=(AddressInvalid, EmailDiffers, VariablesInvalid, CampaignNotFound, LeadNotFound),
        example={"companyName": "Pied Piper"},
    ),
    Operation(
        method="DELETE",
        path="/api/campaigns/{campaignId}/leads/{email}",
        run=leave,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Unsubscribe or delete a lead",
        text=(
            "Without `action`, the person is unsubscribed from all campaigns of the team, if they "
            "are in this one: no mail to them is begun any more, and their address is on the "
            "unsubscribe list. They must be named by address.\n\n"
            "With `action=remove`, the lead is erased from this campaign with its activities and "
            "statistics; it may be named by id. The person is not unsubscribed by it, and stays "
            "so if they were; links in mails they have keep working. Any other action is refused."
        ),
        query=LeaveQuery,
        answer=LeftLead,
        errors=(ActionUnknown, AddressInvalid, CampaignNotFound, LeadNotFound, EmailNeeded),
        answer_example={
            "_id": "lea_aaNfSAHJoa4gj86Px",
            "email": "richard@piedpiper.com",
            "isPaused": False,
            "campaignId": "cam_aa7uvyxECcni5KXBM",
            "contactId": "ctc_aaNfSAHJoa4gj86Px",
        },
    ),
)
