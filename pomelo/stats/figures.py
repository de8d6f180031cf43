"""What each figure counts: tables over types of activities, and sums over tallies.

What machines did counts nowhere, nor do messages of no step, which people write by hand. A lead
counts when something first happened to it, a mail when it was first opened, clicked or answered.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from pomelo.base.ids import CampaignId, StepId
from pomelo.leads import DONE, ActivityType
from pomelo.sequences import Step, StepType
from pomelo.stats.model import CampaignStats, LeadTally, StepStats, Tally

A = ActivityType


class Channel(StrEnum):
    """How something was said."""

    EMAIL = "email"
    LINKEDIN = "linkedin"
    OTHERS = "others"


def channel_of(happened: ActivityType) -> Channel:
    """Tell by which channel something happened, by lemlist's names of types."""
    if happened.startswith("emails"):
        return Channel.EMAIL
    return Channel.LINKEDIN if happened.startswith("linkedin") else Channel.OTHERS


CHANNELS: Final = {
    channel: tuple(one for one in ActivityType if channel_of(one) is channel) for channel in Channel
}
# Messages that went out; that could not; that came back.
SENT: Final = frozenset({A.EMAILS_SENT, A.LINKEDIN_SENT, A.WHATSAPP_MESSAGE_SENT, A.SMS_SENT})
NOT_SENT: Final = frozenset({A.EMAILS_FAILED, A.LINKEDIN_SEND_FAILED})
BOUNCED: Final = frozenset({A.EMAILS_BOUNCED})
# Messages that somebody opened, clicked or answered.
OPENED: Final = frozenset({A.EMAILS_OPENED, A.LINKEDIN_OPENED})
CLICKED: Final = frozenset({A.EMAILS_CLICKED})
REPLIED: Final = frozenset(
    {A.EMAILS_REPLIED, A.LINKEDIN_REPLIED, A.WHATSAPP_REPLIED, A.SMS_REPLIED}
)
ACCEPTED: Final = frozenset({A.LINKEDIN_INVITE_ACCEPTED})
MESSAGES: Final = SENT | NOT_SENT | BOUNCED | OPENED | CLICKED | REPLIED
# A step that was tried and could not be carried out.
NOT_DELIVERED: Final = NOT_SENT | {A.API_FAILED, A.LINKEDIN_VISIT_FAILED, A.LINKEDIN_INVITE_FAILED}


def campaign_stats(
    campaign: CampaignId,
    leads: LeadTally,
    *,
    happened: Sequence[Tally],
    returned: Mapping[StepId, int],
    steps: Sequence[Step],
) -> CampaignStats:
    """Add up what happened in a campaign.

    Args:
        campaign: Which.
        leads: Its leads.
        happened: What happened, by step and type.
        returned: How many of each step's mails came back.
        steps: The steps it has now, in order.
    """
    tallies = of_steps(happened)
    at_steps: dict[StepId, list[Tally]] = {}
    for tally in tallies:
        if tally.step_id is not None:
            at_steps.setdefault(tally.step_id, []).append(tally)
    return CampaignStats(
        campaign_id=campaign,
        leads=leads,
        interrupted=sum(tally.stopped for tally in happened),
        messages_sent=_times(tallies, SENT),
        messages_not_sent=_times(tallies, NOT_SENT),
        messages_bounced=_first(tallies, BOUNCED),
        delivered=max(0, _times(tallies, SENT) - sum(returned.values())),
        opened=_first(tallies, OPENED),
        clicked=_first(tallies, CLICKED),
        replied=_first(tallies, REPLIED),
        invitations_accepted=_first(tallies, ACCEPTED),
        meetings_booked=leads.booked,
        steps=tuple(
            _step_stats(step, at_steps.get(step.id, []), returned.get(step.id, 0)) for step in steps
        ),
    )


def _step_stats(step: Step, tallies: Sequence[Tally], returned: int) -> StepStats:
    sent = _times(tallies, {DONE[step.type]})
    return StepStats(
        step_id=step.id,
        type=step.type,
        index=step.position + 1,
        sequence_id=step.sequence_id,
        sequence_step=step.position,
        invited=sent if step.type is StepType.LINKEDIN_INVITE else 0,
        sent=sent,
        delivered=max(0, sent - returned),
        opened=_first(tallies, OPENED),
        clicked=_first(tallies, CLICKED),
        replied=_first(tallies, REPLIED),
        not_delivered=_times(tallies, NOT_DELIVERED),
        bounced=_first(tallies, BOUNCED),
        unsubscribed=_first(tallies, {A.EMAILS_UNSUBSCRIBED}),
    )


def of_steps(tallies: Iterable[Tally]) -> list[Tally]:
    """Leave out messages that are no step's."""
    return [one for one in tallies if one.step_id is not None or one.type not in MESSAGES]


def first_times(tallies: Iterable[Tally]) -> dict[ActivityType, int]:
    """Give how often each type happened for the first time to a lead at a step."""
    summed: dict[ActivityType, int] = {}
    for tally in of_steps(tallies):
        summed[tally.type] = summed.get(tally.type, 0) + tally.first
    return summed


def by_campaign(tallies: Iterable[Tally]) -> Mapping[CampaignId, list[Tally]]:
    """Sort tallies by campaign."""
    sorted_: dict[CampaignId, list[Tally]] = {}
    for tally in tallies:
        sorted_.setdefault(tally.campaign_id, []).append(tally)
    return sorted_


def _times(tallies: Iterable[Tally], types: Collection[ActivityType]) -> int:
    return sum(tally.times for tally in tallies if tally.type in types)


def _first(tallies: Iterable[Tally], types: Collection[ActivityType]) -> int:
    return sum(tally.first for tally in tallies if tally.type in types)
