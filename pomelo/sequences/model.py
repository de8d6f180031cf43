"""Shapes of sequences, their steps, and every wording a step ever had."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pomelo.base.ids import CampaignId, SequenceId, StepId, TeamId


class StepType(StrEnum):
    """What a step does; lemlist's names."""

    EMAIL = "email"
    MANUAL = "manual"
    PHONE = "phone"
    API = "api"
    LINKEDIN_VISIT = "linkedinVisit"
    LINKEDIN_INVITE = "linkedinInvite"
    LINKEDIN_SEND = "linkedinSend"
    LINKEDIN_VOICE_NOTE = "linkedinVoiceNote"
    LINKEDIN_FOLLOW = "linkedinFollow"
    LINKEDIN_LIKE_LAST_POST = "linkedinLikeLastPost"
    LINKEDIN_COMMENT_LAST_POST = "linkedinCommentLastPost"
    LINKEDIN_ENDORSE = "linkedinEndorse"
    LINKEDIN_WITHDRAW_INVITATION = "linkedinWithdrawInvitation"
    SEND_TO_ANOTHER_CAMPAIGN = "sendToAnotherCampaign"
    CONDITIONAL = "conditional"
    WHATSAPP_MESSAGE = "whatsappMessage"
    SMS = "sms"


class Sequence(msgspec.Struct, frozen=True):
    """Steps in order.

    Attributes:
        level: 0 for a campaign's main sequence.
    """

    team_id: TeamId
    id: SequenceId
    campaign_id: CampaignId
    level: int
    created_at: datetime


class Step(msgspec.Struct, frozen=True):
    """A step as it is sent now.

    Attributes:
        position: 0-based place in the sequence.
        delay_days: Days after the step before; of the first one, after the lead came in.
        subject: A template; empty in a follow-up: it goes into the thread.
        message: A template of HTML.
    """

    team_id: TeamId
    id: StepId
    sequence_id: SequenceId
    campaign_id: CampaignId
    type: StepType
    position: int
    delay_days: int
    template_id: str
    version: int
    subject: str
    message: str
    created_at: datetime


class StepVersion(msgspec.Struct, frozen=True):
    """A wording of a step; never changed, kept for ever."""

    team_id: TeamId
    step_id: StepId
    version: int
    campaign_id: CampaignId
    subject: str
    message: str
    created_at: datetime


class NewStep(msgspec.Struct, frozen=True):
    """A step to be added.

    Attributes:
        index: 0-based place; negative or beyond the end appends.
        delay_days: None for the usual: at once for the first step, a day for others.
    """

    subject: str
    message: str
    index: int = -1
    delay_days: int | None = None


class StepChanges(msgspec.Struct, frozen=True):
    """New values of a step; what is None stays."""

    subject: str | None = None
    message: str | None = None
    delay_days: int | None = None


class MainSequence(msgspec.Struct, frozen=True):
    """Which sequence is a campaign's main one."""

    campaign_id: CampaignId
    id: SequenceId
