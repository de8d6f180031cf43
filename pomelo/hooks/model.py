"""Shapes of hooks and of what they are told."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pomelo.base.faults import Fault
from pomelo.base.ids import ActivityId, CampaignId, HookDeliveryId, HookId, LeadId, TeamId
from pomelo.base.secret import Secret


class DisabledFor(StrEnum):
    """Why a hook is told nothing more."""

    GONE = "gone"
    """Its receiver answered 410."""
    FAILING = "failing"
    """Nothing it was told for three days arrived."""


class DeliveryState(StrEnum):
    """How far it is with telling a hook one thing."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class NewHook(msgspec.Struct, frozen=True, kw_only=True):
    """A hook to be made.

    Attributes:
        target_url: Where to tell it; see `check_url`.
        type: Only of this type; see `parse_type`.
        campaign_id: Only of this campaign.
        is_first: Only the first of its type for a lead and step.
        zap_id: Kept and given back.
        secret: lemlist's word, said in each body.
    """

    target_url: str
    type: str | None = None
    campaign_id: CampaignId | None = None
    is_first: bool = False
    zap_id: str | None = None
    secret: Secret | None = None


class Hook(msgspec.Struct, frozen=True, kw_only=True):
    """A hook, as it may be shown."""

    team_id: TeamId
    id: HookId
    target_url: str
    type: str | None
    campaign_id: CampaignId | None
    is_first: bool
    zap_id: str | None
    created_at: datetime
    old_signs_until: datetime | None
    disabled_at: datetime | None
    disabled_for: DisabledFor | None
    fail_counter: int
    first_failed_at: datetime | None


class Listener(msgspec.Struct, frozen=True, kw_only=True):
    """What a hook wants to be told."""

    team_id: TeamId
    id: HookId
    type: str | None
    campaign_id: CampaignId | None
    is_first: bool


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A hook that a worker has taken, with what it takes to tell it something."""

    team_id: TeamId
    id: HookId
    target_url: str
    secret: bytes | None
    signing_secret: bytes
    old_signing_secret: bytes | None
    old_signs_until: datetime | None
    fail_counter: int
    first_failed_at: datetime | None
    fence: int

    def __repr__(self) -> str:
        return f"Claimed({self.id}, ***)"


class NewDelivery(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a hook is to be told."""

    team_id: TeamId
    id: HookDeliveryId
    hook_id: HookId
    activity_id: ActivityId
    lead_id: LeadId
    type: str


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a hook is to be told now."""

    id: HookDeliveryId
    activity_id: ActivityId
    lead_id: LeadId
    type: str
    place: int
    attempts: int
    queued_at: datetime


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt means for what was to be told.

    Attributes:
        queued_at: When it was to be told; another one by now if it was queued again.
        next_at: When to try again, if `state` is `waiting`; else when it ended.
        keeps_order: What this lead did later waits with it.
    """

    team_id: TeamId
    hook_id: HookId
    fence: int
    id: HookDeliveryId
    lead_id: LeadId
    place: int
    queued_at: datetime
    state: DeliveryState
    next_at: datetime
    tried_at: datetime
    status: int | None
    latency_ms: int
    fault: Fault | None
    keeps_order: bool


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log: one thing that a hook was told, or is to be."""

    id: HookDeliveryId
    hook_id: HookId
    activity_id: ActivityId
    type: str
    state: DeliveryState
    attempts: int
    next_at: datetime
    created_at: datetime
    tried_at: datetime | None
    status: int | None
    latency_ms: int | None
    fault: Fault | None
