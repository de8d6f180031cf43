"""Shapes of exports: an order for a file, and how it stands."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pomelo.base.ids import CampaignId, ExportId, LeadId, TeamId
from pomelo.leads import LeadState, WaitsFor


class ExportState(StrEnum):
    """How an export stands."""

    PENDING = "pending"
    DONE = "done"
    ERROR = "error"


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a campaign's statistics that somebody asked for.

    Attributes:
        campaign_name: At the time it was asked for.
        attempts: How often its making was begun; each attempt writes a file of its own.
        total: Leads in the file.
        queued_at: When its turn came; None while it waits for it.
        deleted_at: When the file was removed.
    """

    team_id: TeamId
    id: ExportId
    campaign_id: CampaignId
    campaign_name: str
    state: ExportState = ExportState.PENDING
    attempts: int = 0
    total: int = 0
    size_bytes: int = 0
    started_at: datetime
    queued_at: datetime | None = None
    ended_at: datetime | None = None
    deleted_at: datetime | None = None


class LeadLine(msgspec.Struct, frozen=True):
    """What the list of leads says of one, before it is put into columns."""

    id: LeadId
    email: str
    email_status: str
    variables: dict[str, object]
    state: LeadState
    last_state: str
    is_paused: bool
    waits_for: WaitsFor | None
    is_over: bool
