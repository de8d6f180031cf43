"""Shapes of bulk edits."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pomelo.base.ids import BulkEditId, CampaignId, LeadId, SenderId, TeamId, UserId
from pomelo.leads import LeadState


class Action(StrEnum):
    """What is done to each lead."""

    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    REVIEW = "review"
    MOVE = "move"


class EditStatus(StrEnum):
    """How far a bulk edit is."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"


class NewEdit(msgspec.Struct, frozen=True):
    """What is to be done.

    Attributes:
        states: Only to leads in these states; None = in any.
        to: Of a move: the sender that gets them; None = any of the campaign's.
    """

    campaign_id: CampaignId
    action: Action
    states: frozenset[LeadState] | None = None
    to: SenderId | None = None


class BulkEdit(msgspec.Struct, frozen=True):
    """One thing that is done to many leads of a campaign.

    Attributes:
        total: How many there were when it began.
        done: How many have been looked at.
        after_at: When the last one of these came in, `after_id` which it was.
    """

    team_id: TeamId
    id: BulkEditId
    campaign_id: CampaignId
    action: Action
    states: tuple[LeadState, ...] | None
    to_sender_id: SenderId | None
    status: EditStatus
    total: int
    done: int
    after_at: datetime | None
    after_id: str
    created_by: UserId
    created_at: datetime
    ended_at: datetime | None


class Place(msgspec.Struct, frozen=True):
    """A lead, and its place in the order in which they came."""

    id: LeadId
    created_at: datetime
