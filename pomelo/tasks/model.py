"""Shapes of tasks: what a person must do."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pomelo.base.ids import CampaignId, ContactId, LeadId, StepId, TaskId, TeamId, UserId


class TaskType(StrEnum):
    """What is to be done; lemlist's names."""

    MANUAL = "manual"
    PHONE = "phone"
    LINKEDIN_VISIT = "linkedinVisit"
    LINKEDIN_INVITE = "linkedinInvite"
    LINKEDIN_SEND = "linkedinSend"
    LINKEDIN_VOICE_NOTE = "linkedinVoiceNote"
    LINKEDIN_FOLLOW = "linkedinFollow"
    LINKEDIN_LIKE_LAST_POST = "linkedinLikeLastPost"
    LINKEDIN_COMMENT_LAST_POST = "linkedinCommentLastPost"
    LINKEDIN_ENDORSE = "linkedinEndorse"
    LINKEDIN_WITHDRAW_INVITATION = "linkedinWithdrawInvitation"
    WHATSAPP_MESSAGE = "whatsappMessage"
    SMS = "sms"
    # Made by hand alone.
    EMAIL = "email"
    LINKEDIN = "linkedin"
    # Made when a lead replied, or clicked.
    OPPORTUNITY_REPLIED = "opportunityReplied"
    OPPORTUNITY_CLICKED = "opportunityClicked"


class TaskState(StrEnum):
    """How far it is."""

    OPEN = "open"
    DONE = "done"
    IGNORED = "ignored"
    CLOSED = "closed"
    """The lead's sequence ended before."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person must do.

    Attributes:
        step_id: The step that made it; None: it was made by hand.
        closed_for: The activity that ended it before it was done.
    """

    team_id: TeamId
    id: TaskId
    type: TaskType
    title: str
    message: str
    images: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    priority: int | None = None
    lead_id: LeadId | None
    campaign_id: CampaignId | None
    contact_id: ContactId
    step_id: StepId | None
    sequence_step: int | None
    assigned_to: UserId
    due_at: datetime
    state: TaskState = TaskState.OPEN
    closed_for: str | None = None
    created_at: datetime
    ended_at: datetime | None = None


class TaskChanges(msgspec.Struct, frozen=True):
    """New values of a task; what is None stays."""

    assigned_to: UserId | None = None
    due_at: datetime | None = None
    title: str | None = None
    message: str | None = None
    priority: int | None = None
    images: tuple[str, ...] | None = None
    videos: tuple[str, ...] | None = None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which open tasks are asked for; None is no restriction.

    Attributes:
        full_name: A part of the lead's first and last name, in any case.
        email: A part of its address.
        phone: A part of its telephone number.
        linkedin: A part of its LinkedIn URL.
        in_campaigns: Only of these.
        not_in_campaigns: None of these.
        campaign_states: Only of campaigns in these states.
        types: Only these.
        not_types: None of these.
        assigned_to: Only of these users.
        not_assigned_to: Of none of these.
        since: Due then or later.
        until: Due no later.
    """

    full_name: str | None = None
    email: str | None = None
    phone: str | None = None
    linkedin: str | None = None
    in_campaigns: tuple[str, ...] | None = None
    not_in_campaigns: tuple[str, ...] | None = None
    campaign_states: tuple[str, ...] | None = None
    not_campaign_states: tuple[str, ...] | None = None
    types: tuple[str, ...] | None = None
    not_types: tuple[str, ...] | None = None
    assigned_to: tuple[str, ...] | None = None
    not_assigned_to: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
