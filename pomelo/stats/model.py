"""Shapes of numbers: what is asked for, what the database counts, and what is answered."""

from datetime import datetime

import msgspec

from pomelo.base.ids import CampaignId, SenderId, SequenceId, StepId
from pomelo.leads import ActivityType
from pomelo.sequences import StepType


class Wanted(msgspec.Struct, frozen=True):
    """What is to be counted.

    Attributes:
        since: Not before.
        until: Not after.
        types: Only activities of these types.
        senders: Only what these senders did, and their leads; None for all.
    """

    since: datetime
    until: datetime
    types: tuple[ActivityType, ...]
    senders: tuple[SenderId, ...] | None = None


class Tally(msgspec.Struct, frozen=True):
    """How often something happened at a step.

    Attributes:
        step_id: None where it belongs to no step.
        first: How often it was the first of its type for that lead and step.
        stopped: How many leads' sequences it ended.
    """

    campaign_id: CampaignId
    step_id: StepId | None
    type: ActivityType
    times: int
    first: int
    stopped: int


class Returned(msgspec.Struct, frozen=True):
    """How many mails of a step came back after they had been sent."""

    campaign_id: CampaignId
    step_id: StepId
    returned: int


class LeadTally(msgspec.Struct, frozen=True):
    """How many leads of a campaign there are, and to how many something first happened then."""

    campaign_id: CampaignId
    leads: int
    launched: int
    in_sequence: int
    reviewed: int
    reached: int
    opened: int
    clicked: int
    replied: int
    interested: int
    not_interested: int
    unsubscribed: int
    booked: int


class StepStats(msgspec.Struct, frozen=True):
    """What happened at a step; see `figures` for each figure."""

    step_id: StepId
    type: StepType
    index: int
    sequence_id: SequenceId
    sequence_step: int
    invited: int
    sent: int
    delivered: int
    opened: int
    clicked: int
    replied: int
    not_delivered: int
    bounced: int
    unsubscribed: int


class CampaignStats(msgspec.Struct, frozen=True):
    """What happened in a campaign; see `figures` for each figure."""

    campaign_id: CampaignId
    leads: LeadTally
    interrupted: int
    messages_sent: int
    messages_not_sent: int
    messages_bounced: int
    delivered: int
    opened: int
    clicked: int
    replied: int
    invitations_accepted: int
    meetings_booked: int
    steps: tuple[StepStats, ...]


class Report(msgspec.Struct, frozen=True):
    """A campaign's numbers since its beginning: first times, by activity."""

    campaign_id: CampaignId
    leads: LeadTally
    first: dict[ActivityType, int]
