"""Shapes of what happened: told, kept, asked for, shown."""

from datetime import datetime

import msgspec

from pomelo.base import ids
from pomelo.base.ids import (
    ActivityId,
    CampaignId,
    ContactId,
    LeadId,
    MessageId,
    SenderId,
    SequenceId,
    StepId,
    TeamId,
    UserId,
)
from pomelo.leads import ActivityType, LeadState, Seat, Standing


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something happened to a lead.

    Attributes:
        team_id: Whose lead.
        type: What.
        lead_id: To whom.
        at: When.
        message_id: By which mail, if by one.
        sender_id: Whose mail it was; the lead's sender when left out.
        step_id: At which step.
        sequence_step: The 0-based place of that step.
        is_bot: A machine did it: kept, but it moves nothing.
        extra: Whatever else is to be shown, by lemlist's names where it has some.
    """

    team_id: TeamId
    type: ActivityType
    lead_id: LeadId
    at: datetime
    message_id: MessageId | None = None
    sender_id: SenderId | None = None
    step_id: StepId | None = None
    sequence_step: int | None = None
    is_bot: bool = False
    extra: dict[str, object] = {}

    @property
    def lead(self) -> tuple[TeamId, LeadId]:
        """Which lead it is about."""
        return self.team_id, self.lead_id


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """A fact as it was kept.

    Attributes:
        is_first: First of its type for this lead and step.
        reached: The state the lead came to by it, if it came to another one.
        has_stopped: It ended the lead's sequence.
    """

    team_id: TeamId
    id: ActivityId
    type: ActivityType
    campaign_id: CampaignId
    lead_id: LeadId
    message_id: MessageId | None
    sender_id: SenderId | None
    step_id: StepId | None
    sequence_step: int | None
    is_first: bool
    is_bot: bool
    reached: LeadState | None
    has_stopped: bool
    extra: dict[str, object]
    created_at: datetime


def kept(
    fact: Fact,
    lead: Seat | Standing,
    *,
    is_first: bool = False,
    reached: LeadState | None = None,
    has_stopped: bool = False,
) -> Activity:
    """Make of a fact what is kept of it.

    Args:
        fact: What happened.
        lead: Where its lead was.
        is_first: See `Activity`.
        reached: The same.
        has_stopped: The same.
    """
    return Activity(
        team_id=fact.team_id,
        id=ids.activity(),
        type=fact.type,
        campaign_id=lead.campaign_id,
        lead_id=fact.lead_id,
        message_id=fact.message_id,
        sender_id=fact.sender_id or lead.sender_id,
        step_id=fact.step_id,
        sequence_step=fact.sequence_step,
        is_first=is_first,
        is_bot=fact.is_bot,
        reached=reached,
        has_stopped=has_stopped,
        extra=fact.extra,
        created_at=fact.at,
    )


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that hooks are still to be told."""

    team_id: TeamId
    id: ActivityId
    type: ActivityType
    campaign_id: CampaignId
    lead_id: LeadId
    is_first: bool
    is_bot: bool
    reached: LeadState | None


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which activities are asked for; None is no restriction.

    Attributes:
        types: Only these types.
        reached: Only those by which a lead came to this state.
        campaign: Only of this campaign.
        lead: Only of this lead.
        is_first: Only first ones, or only later ones.
        is_bot: Only what machines did, or only what people did.
        since: Not before.
        until: Not after.
    """

    types: tuple[ActivityType, ...] | None = None
    reached: LeadState | None = None
    campaign: CampaignId | None = None
    lead: LeadId | None = None
    is_first: bool | None = None
    is_bot: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An activity with all that is told about it; what is gone meanwhile is None."""

    team_id: TeamId
    id: ActivityId
    type: ActivityType
    is_first: bool
    is_bot: bool
    reached: LeadState | None
    has_stopped: bool
    extra: dict[str, object]
    created_at: datetime
    sequence_step: int | None
    step_id: StepId | None
    sequence_id: SequenceId | None
    template_id: str | None
    lead_id: LeadId
    lead_email: str
    lead_state: LeadState
    lead_last_state: str
    lead_source: str
    lead_email_status: str
    lead_variables: dict[str, object]
    lead_is_paused: bool
    contact_id: ContactId
    campaign_id: CampaignId
    campaign_name: str
    campaign_timezone: str
    campaign_created_by: UserId
    message_id: MessageId | None
    message_header: str | None
    message_subject: str | None
    message_sent_at: datetime | None
    sender_id: SenderId | None
    sender_user_id: UserId | None
    sender_email: str | None
    sender_name: str | None
    sender_variables: dict[str, str] | None
