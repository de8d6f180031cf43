"""Reports of campaigns on the wire: their numbers since they began, one flat row each."""

from typing import Annotated, Final

import msgspec

from pomelo import campaigns, senders, stats
from pomelo.api import campaign_views
from pomelo.api.call import Call
from pomelo.api.campaign_shapes import ShownCampaign
from pomelo.api.contract import AnyOperation, Operation, Permission
from pomelo.base.errors import Invalid
from pomelo.base.ids import CampaignId, UserId
from pomelo.base.moments import Moment, moment
from pomelo.campaigns import Campaign, CampaignNotFound
from pomelo.leads import ActivityType
from pomelo.senders import Sender
from pomelo.stats import Report

SECTION: Final = "Stats"
MOST: Final = 100
A = ActivityType


class CampaignIdsMissing(Invalid):
    """Say which campaigns: campaignIds=cam_…,cam_… with one to a hundred ids."""


class ReportsQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Which campaigns."""

    campaign_ids: Annotated[str, msgspec.Meta(description="Ids, joined by commas")] = ""


class ShownReport(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A campaign's numbers since it began; of mails each counts first times at a step."""

    id: CampaignId = msgspec.field(name="_id")
    name: str
    creator: str
    created_at: Moment
    created_by: UserId
    labels: str
    total_count: int
    reviewed_count: int
    in_sequence_lead_count: int
    state: str
    status: str
    sender_names: str
    senders_users: str
    reviewed: int
    emails_sent: int
    emails_opened: int
    emails_clicked: int
    emails_replied: int
    emails_unsubscribed: int
    emails_interested: int
    linkedin_sent: int
    linkedin_opened: int
    linkedin_replied: int
    interested: int
    not_interested: int


async def list_some(call: Call[ReportsQuery, None]) -> list[ShownReport]:
    """Report on campaigns, in the order asked for."""
    team = call.caller.team
    asked = [CampaignId(one) for one in dict.fromkeys(call.query.campaign_ids.split(",")) if one]
    if not 1 <= len(asked) <= MOST:
        raise CampaignIdsMissing
    heard_since = call.state.freshness.since(call.state.clock)
    async with call.state.database.transaction(readonly=True) as db:
        found = [await campaigns.get(db, team, one) for one in asked]
        shown = await campaign_views.show(db, team, found, heard_since=heard_since)
        reports = await stats.list_reports(db, team, asked)
        used = await campaigns.senders_of(db, team, asked)
        mailboxes = {one.id: one for one in await senders.list_of_team(db, team)}
    # One that was deleted between the two statements is in none of them any more.
    used = [one for one in used if one.id in mailboxes]
    by = {one: [mailboxes[s.id] for s in used if s.campaign_id == one] for one in asked}
    return [
        _show(campaign, view, report, by[campaign.id])
        for campaign, view, report in zip(found, shown, reports, strict=True)
    ]


def _show(
    campaign: Campaign, view: ShownCampaign, report: Report, mailboxes: list[Sender]
) -> ShownReport:
    first = report.first
    return ShownReport(
        id=campaign.id,
        name=campaign.name,
        creator=f"{campaign.created_by}|{view.creator.user_email}",
        created_at=moment(campaign.created_at),
        created_by=campaign.created_by,
        labels=",".join(campaign.labels),
        total_count=report.leads.leads,
        reviewed_count=report.leads.launched,
        in_sequence_lead_count=report.leads.in_sequence,
        state=campaign.state,
        status=view.status,
        sender_names=",".join(one.name for one in mailboxes),
        senders_users=",".join(f"{one.name}:{one.email}" for one in mailboxes),
        reviewed=report.leads.reviewed,
        emails_sent=first.get(A.EMAILS_SENT, 0),
        emails_opened=first.get(A.EMAILS_OPENED, 0),
        emails_clicked=first.get(A.EMAILS_CLICKED, 0),
        emails_replied=first.get(A.EMAILS_REPLIED, 0),
        emails_unsubscribed=report.leads.unsubscribed,
        emails_interested=first.get(A.EMAILS_INTERESTED, 0),
        linkedin_sent=first.get(A.LINKEDIN_SENT, 0),
        linkedin_opened=first.get(A.LINKEDIN_OPENED, 0),
        linkedin_replied=first.get(A.LINKEDIN_REPLIED, 0),
        interested=report.leads.interested,
        not_interested=report.leads.not_interested,
    )


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/campaigns/reports",
        run=list_some,
        name="list",
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Get campaigns' reports",
        text=(
            "At most 100 campaigns, in the order asked for. Mails that a person wrote by hand are "
            "no step's and do not count, as in the campaign's numbers. `emailsUnsubscribed` counts "
            "leads that are unsubscribed now, as `nbLeadsUnsubscribed` does: not who was taken off "
            "the list again."
        ),
        query=ReportsQuery,
        answer=list[ShownReport],
        errors=(CampaignIdsMissing, CampaignNotFound),
    ),
)
