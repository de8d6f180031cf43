"""Leads as the API shows them: flat, with their variables beside what the server says."""

import re
from typing import Any, Final
from urllib.parse import quote

import msgspec

from pomelo import leads
from pomelo.api.answers import Moment, moment
from pomelo.base.ids import CampaignId, ContactId, LeadId, SenderId, UserId
from pomelo.campaigns import Status
from pomelo.leads import Lead, LeadState, LeadStatus, WaitsFor

Flat = dict[str, Any]

SECTION: Final = "Leads"
# Nothing but the @ needs a percent sign in these (RFC 3986 2.3), as in nearly all.
_PLAIN: Final = re.compile(r"[A-Za-z0-9._~-]+@[A-Za-z0-9._~-]+")

# Of the reference's examples.
EXAMPLE_VARIABLES: Final[Flat] = {
    "firstName": "Richard",
    "lastName": "Hendricks",
    "companyName": "Piedpiper",
    "icebreaker": "Icebreaker text",
    "phone": "(555) 555-1234",
    "picture": "https://piedpiper.com/richard-hendricks.jpg",
    "linkedinUrl": "https://www.linkedin.com/in/richard-hendricks/",
}
EXAMPLE: Final[Flat] = {
    "campaignId": "cam_aa7uvyxECcni5KXBM",
    "campaignName": "Campaign1",
    "leadUrl": "https://pomelo.example/api/leads/richard%40piedpiper.com",
    "_id": "lea_aaNfSAHJoa4gj86Px",
    "isPaused": False,
    "email": "richard@piedpiper.com",
    "contactId": "ctc_aaNfSAHJoa4gj86Px",
    **EXAMPLE_VARIABLES,
}


class Predefined(msgspec.Struct, frozen=True, rename="camel"):
    """The variables that lemlist knows; any other key is a variable as well."""

    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    icebreaker: str = ""
    phone: str = ""
    picture: str = ""
    linkedin_url: str = ""
    company_domain: str = ""
    job_title: str = ""
    timezone: str = ""
    contact_owner: str = ""
    preferred_contact_method: str = ""


class PredefinedAndEmail(Predefined, frozen=True, rename="camel", kw_only=True):
    """The address, and the variables that lemlist knows."""

    email: str


class ShownLead(msgspec.Struct, frozen=True, rename="camel"):
    """A lead; its variables stand beside these keys."""

    id: LeadId = msgspec.field(name="_id")
    email: str
    campaign_id: CampaignId
    campaign_name: str
    is_paused: bool
    contact_id: ContactId
    email_status: str


class ChangedLead(ShownLead, frozen=True, rename="camel"):
    """A lead that was changed; its variables stand beside these keys."""

    lead_url: str


class AddedLead(msgspec.Struct, frozen=True, rename="camel"):
    """A lead that was added; its variables stand beside these keys."""

    campaign_id: CampaignId
    campaign_name: str
    lead_url: str
    id: LeadId = msgspec.field(name="_id")
    is_paused: bool
    email: str
    contact_id: ContactId


class LeftLead(msgspec.Struct, frozen=True, rename="camel"):
    """A lead that was unsubscribed or removed."""

    id: LeadId = msgspec.field(name="_id")
    email: str
    is_paused: bool
    campaign_id: CampaignId
    contact_id: ContactId


class ListedLead(msgspec.Struct, frozen=True, rename="camel"):
    """A lead in the list of a campaign."""

    id: LeadId = msgspec.field(name="_id")
    contact_id: ContactId
    state: LeadState


class Enrichment(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What is known of the address."""

    email_status: str = ""


class LeadCampaign(msgspec.Struct, frozen=True):
    """The campaign of a lead."""

    id: CampaignId
    name: str
    status: Status


class SendingUser(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Who writes to a lead."""

    user_id: UserId | None = None
    email: str | None = None
    full_name: str | None = None
    send_user_mailbox_id: SenderId | None = None


class DetailedLead(msgspec.Struct, frozen=True, rename="camel"):
    """A lead with all its details (`version=v2`)."""

    id: LeadId = msgspec.field(name="_id")
    updated_at: Moment
    is_paused: bool
    state: str
    status: LeadStatus
    personalized: bool
    source: str
    variables: dict[str, Any]
    contact_id: ContactId
    enrichment: Enrichment
    campaign: LeadCampaign
    sending_user: SendingUser


def added(lead: Lead, public_url: str) -> Flat:
    """Show a lead that was just added, its keys in the order of the reference."""
    head = {
        "campaignId": lead.campaign_id,
        "campaignName": lead.campaign_name,
        "leadUrl": url(lead, public_url),
        "_id": lead.id,
        "isPaused": lead.is_paused,
        "email": lead.email,
    }
    return _flat(head, lead, {"contactId": lead.contact_id})


def changed(lead: Lead, public_url: str) -> Flat:
    """Show a lead that was changed."""
    head = {
        "campaignId": lead.campaign_id,
        "campaignName": lead.campaign_name,
        "leadUrl": url(lead, public_url),
        "_id": lead.id,
        "email": lead.email,
    }
    return _flat(head, lead, _tail(lead))


def shown(lead: Lead) -> Flat:
    """Show a lead."""
    head = {
        "_id": lead.id,
        "email": lead.email,
        "campaignId": lead.campaign_id,
        "campaignName": lead.campaign_name,
    }
    return _flat(head, lead, _tail(lead))


def left(lead: Lead) -> LeftLead:
    """Show a lead that was unsubscribed or removed."""
    return LeftLead(
        id=lead.id,
        email=lead.email,
        is_paused=lead.is_paused,
        campaign_id=lead.campaign_id,
        contact_id=lead.contact_id,
    )


def url(lead: Lead, public_url: str) -> str:
    """Give the address at which a lead is shown."""
    plain = _PLAIN.fullmatch(lead.email)
    name = lead.email.replace("@", "%40") if plain else quote(lead.email, safe="")
    return f"{public_url}/api/leads/{name}"


def detailed(lead: Lead, campaign: LeadCampaign, sender: SendingUser) -> DetailedLead:
    """Show a lead with all its details."""
    return DetailedLead(
        id=lead.id,
        updated_at=moment(lead.updated_at),
        is_paused=lead.is_paused,
        state=lead.last_state or lead.state,
        status=status(lead),
        personalized=False,
        source=lead.source,
        variables=lead.variables,
        contact_id=lead.contact_id,
        enrichment=Enrichment(lead.email_status),
        campaign=campaign,
        sending_user=sender,
    )


def status(lead: Lead) -> LeadStatus:
    """Tell in which bucket of the workflow a lead is."""
    return leads.status(
        lead.state,
        is_paused=lead.is_paused,
        is_scanning=False,
        waits_for_review=lead.waits_for is WaitsFor.REVIEW,
        is_over=lead.is_over,
    )


def _tail(lead: Lead) -> Flat:
    return {
        "isPaused": lead.is_paused,
        "contactId": lead.contact_id,
        "emailStatus": lead.email_status,
    }


def _flat(head: Flat, lead: Lead, tail: Flat) -> Flat:
    # Said twice, so that the order is the reference's and no variable hides what we say.
    return {**head, **lead.variables, **head, **tail}
