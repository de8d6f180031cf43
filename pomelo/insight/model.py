"""What is known of a lead, a campaign or a sender, and what is answered about it."""

from datetime import datetime

import msgspec

from pomelo.base.ids import CampaignId, LeadId, SenderId, SequenceId, TeamId
from pomelo.base.moments import Moment
from pomelo.insight.causes import Cause
from pomelo.leads import ActivityType, Awaited, HeldBy, WaitsFor
from pomelo.schedules import LeadZones


class Hold(msgspec.Struct, frozen=True):
    """A rule that holds.

    Attributes:
        cause: Which.
        at: When it lets go; None where an event must happen first, or nothing is to come.
        since: Since when it holds, where that is known.
        detail: What else is to be said of it.
    """

    cause: Cause
    at: datetime | None = None
    since: datetime | None = None
    detail: str = ""


class LeadFacts(msgspec.Struct, frozen=True):
    """A lead and its campaign, as the database has them."""

    team_id: TeamId
    id: LeadId
    campaign_id: CampaignId
    campaign_name: str
    campaign_state: str
    is_archived: bool
    started_at: datetime | None
    team_paused_at: datetime | None
    email: str
    variables: dict[str, object]
    lead_zones: LeadZones
    sender_id: SenderId | None
    sequence_id: SequenceId | None
    step_position: int
    needs_sender: bool
    due_at: datetime | None
    back_at: datetime | None
    is_paused: bool
    paused_by: ActivityType | None
    stopped_by: ActivityType | None
    waits_for: WaitsFor | None
    awaits: Awaited | None
    awaits_until: datetime | None
    held_by: HeldBy | None
    leased_until: datetime | None
    last_state: str
    refused_with: str | None
    fence: int
    updated_at: datetime


class House(msgspec.Struct, frozen=True):
    """What is true of the whole installation."""

    deliver_to: str
    has_worker: bool


class Row(msgspec.Struct, frozen=True):
    """A sender's row in a campaign: not before this does it write there again."""

    campaign_id: CampaignId
    sender_id: SenderId
    may_send_at: datetime


class Group(msgspec.Struct, frozen=True):
    """Leads of a campaign that stand alike.

    Attributes:
        standing: What holds them, as `rules.standing` says it of one.
        sender_id: Whose leads they are.
        needs_sender: Whether their next step is a mail.
        count: How many.
        first_at: When the first of them is due.
    """

    standing: str
    sender_id: SenderId | None
    needs_sender: bool
    count: int
    first_at: datetime | None


class Failing(msgspec.Struct, frozen=True):
    """How many leads of a campaign could not go on, by what failed."""

    campaign_id: CampaignId
    stopped_by: ActivityType
    count: int


class Reason(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A cause in words.

    Attributes:
        cause: Which; a closed list.
        sentence: What holds it.
        at: When it lets go, where an instant is known.
        waits_for: What must happen first, where none is.
        since: Since when it holds, where that is known.
        do_this: What a person can do.
    """

    cause: Cause
    sentence: str
    at: Moment | None = None
    waits_for: str | None = None
    since: Moment | None = None
    do_this: str | None = None


class Explained(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """Why nothing is sent, or when something will be.

    Attributes:
        id: Of the lead, campaign or sender.
        kind: Which of them it is.
        goes_at: When the next step is carried out, if nothing happens before; None where an
            event must happen first, or nothing is to come.
        next: What holds it after that.
        counts: Of a campaign: how many leads each cause holds.
    """

    id: str = msgspec.field(name="_id")
    kind: str
    cause: Cause
    sentence: str
    at: Moment | None = None
    waits_for: str | None = None
    since: Moment | None = None
    do_this: str | None = None
    goes_at: Moment | None = None
    next: tuple[Reason, ...] = ()
    counts: dict[Cause, int] | None = None
