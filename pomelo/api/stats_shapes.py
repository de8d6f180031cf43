"""A campaign's numbers on the wire, by lemlist's names."""

from typing import Any, Final

import msgspec

from pomelo.base.ids import CampaignId, SequenceId
from pomelo.sequences import StepType
from pomelo.stats import CampaignStats, StepStats


class ShownStepStats(msgspec.Struct, frozen=True, rename="camel"):
    """What happened at a step; `index` counts from 1, `sequenceStep` from 0."""

    index: int
    sequence_id: SequenceId
    sequence_step: int
    task_type: StepType
    invited: int
    sent: int
    delivered: int
    opened: int
    clicked: int
    replied: int
    not_delivered: int
    bounced: int
    unsubscribed: int


class ShownStats(msgspec.Struct, frozen=True, rename="camel"):
    """What happened in a campaign.

    Leads (`nb…`) count in the span in which it first happened to them, unsubscribed ones while
    they are; what happened at a step did happen there. Messages (`opened`,
    `clicked`, `replied`) when it first happened to them at a step. What machines did counts
    nowhere.
    """

    nb_leads: int
    nb_leads_launched: int
    nb_leads_reached: int
    nb_leads_opened: int
    nb_leads_interacted: int
    nb_leads_answered: int
    nb_leads_interested: int
    nb_leads_not_interested: int
    nb_leads_unsubscribed: int
    nb_leads_interrupted: int
    messages_sent: int
    messages_not_sent: int
    messages_bounced: int
    delivered: int
    opened: int
    clicked: int
    replied: int
    invitation_accepted: int
    meeting_booked: int
    steps: list[ShownStepStats]


class StatsOfCampaign(ShownStats, frozen=True, rename="camel", kw_only=True):
    """The same, of one campaign of many."""

    campaign_id: CampaignId


class StatsError(msgspec.Struct, frozen=True, rename="camel"):
    """Why there are none of a campaign."""

    campaign_id: CampaignId
    error: str


class StatsBatch(msgspec.Struct, frozen=True):
    """Many campaigns' numbers."""

    results: list[StatsOfCampaign]
    errors: list[StatsError]


def show(stats: CampaignStats) -> ShownStats:
    """Write a campaign's numbers as the API does."""
    return ShownStats(**_figures(stats))


def show_one(stats: CampaignStats) -> StatsOfCampaign:
    """Write one campaign's numbers of many."""
    return StatsOfCampaign(campaign_id=stats.campaign_id, **_figures(stats))


def _figures(stats: CampaignStats) -> dict[str, Any]:
    leads = stats.leads
    return {
        "nb_leads": leads.leads,
        "nb_leads_launched": leads.launched,
        "nb_leads_reached": leads.reached,
        "nb_leads_opened": leads.opened,
        "nb_leads_interacted": leads.clicked,
        "nb_leads_answered": leads.replied,
        "nb_leads_interested": leads.interested,
        "nb_leads_not_interested": leads.not_interested,
        "nb_leads_unsubscribed": leads.unsubscribed,
        "nb_leads_interrupted": stats.interrupted,
        "messages_sent": stats.messages_sent,
        "messages_not_sent": stats.messages_not_sent,
        "messages_bounced": stats.messages_bounced,
        "delivered": stats.delivered,
        "opened": stats.opened,
        "clicked": stats.clicked,
        "replied": stats.replied,
        "invitation_accepted": stats.invitations_accepted,
        "meeting_booked": stats.meetings_booked,
        "steps": [_step(step) for step in stats.steps],
    }


def _step(step: StepStats) -> ShownStepStats:
    fields = {name: getattr(step, name) for name in STEP_FIELDS}
    return ShownStepStats(task_type=step.type, **fields)


STEP_FIELDS: Final = tuple(name for name in ShownStepStats.__struct_fields__ if name != "task_type")
