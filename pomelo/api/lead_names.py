"""How requests name leads: by address or by id, in a campaign or in all of them."""

from collections.abc import Mapping

from pomelo import campaigns, leads
from pomelo.base.addresses import AddressInvalid, parse
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import CampaignId, LeadId, TeamId
from pomelo.leads import Lead, LeadNotFound


class EmailDiffers(Invalid):
    """The email in the body is not the lead's; leave it out: an address cannot be changed."""


async def lead_of(db: Db, team: TeamId, path: Mapping[str, str]) -> Lead:
    """Find the lead that a path names by campaign and by address or id.

    Raises:
        AddressInvalid: It is neither an id nor an address.
        CampaignNotFound: The team has no such campaign.
        LeadNotFound: The team's campaign has no such lead.

    Source:
        API reference 1.6.
    """
    campaign, name = campaign_of(path), path["email"]
    identifier = lead_id(name)
    if identifier is None:
        found = await leads.find_by_key(db, team, campaign, parse(name).key)
    else:
        found = await leads.find(db, team, identifier)
    if found is None or found.campaign_id != campaign:
        # Where the lead is, the campaign is: only who finds none need ask which is missing.
        await campaigns.get(db, team, campaign)
        raise LeadNotFound
    return found


def lead_id(name: str) -> LeadId | None:
    """Tell whether a path names a lead by its id instead of its address."""
    return LeadId(name) if name.startswith("lea_") and "@" not in name else None


def campaign_of(path: Mapping[str, str]) -> CampaignId:
    """Give the campaign that a path names."""
    return CampaignId(path["campaignId"])


def check_email(body: Mapping[str, object], address_key: str) -> None:
    """Refuse a body that names another address than the lead's.

    Raises:
        EmailDiffers: It does.
    """
    given = body.get("email")
    if given is None:
        return
    try:
        is_same = isinstance(given, str) and parse(given).key == address_key
    except AddressInvalid:
        is_same = False
    if not is_same:
        raise EmailDiffers
