"""Shapes of campaigns, of the senders they have, and of what a worker may do for them."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pomelo.base.ids import CampaignId, ScheduleId, SenderId, TeamId, UserId
from pomelo.schedules import DEFAULT_ZONE, LeadZones, Window
from pomelo.senders import Hearing, Replies


class CampaignState(StrEnum):
    """Whether it is switched on."""

    RUNNING = "running"
    PAUSED = "paused"


class Campaign(msgspec.Struct, frozen=True):
    """A campaign.

    Attributes:
        pause_on: Of `replied`, `clicked` and `meeting`, what pauses a lead in place of ending
            its sequence.
        click_filter: Only clicks on links that hold this text count for that; empty: all.
        other_settings: lemlist's switches that mean nothing here, as they came.
        started_at: Its first start; None while it is a draft.
        lead_zones: On whose clocks its hours are read.
        review_conditions: Of which addresses leads are launched by themselves, where it does
            that; none named = all.
        weight: How many turns of its senders it gets where another one gets one.
    """

    team_id: TeamId
    id: CampaignId
    name: str
    labels: tuple[str, ...]
    timezone: str
    state: CampaignState
    is_archived: bool
    auto_review: bool
    stop_on_replied: bool
    stop_on_clicked: bool
    stop_on_interested: bool
    stop_on_meeting: bool
    pause_on: tuple[str, ...]
    click_filter: str
    track_opens: bool
    track_clicks: bool
    other_settings: dict[str, object]
    created_by: UserId
    created_at: datetime
    started_at: datetime | None
    weight: int = 1
    lead_zones: LeadZones = LeadZones.OFF
    review_conditions: tuple[str, ...] = ()


class NewCampaign(msgspec.Struct, frozen=True):
    """What a person chooses about a campaign when it is made."""

    name: str
    labels: tuple[str, ...] = ()
    timezone: str = DEFAULT_ZONE
    auto_review: bool = True
    review_conditions: tuple[str, ...] = ()


class CampaignChanges(msgspec.Struct, frozen=True):
    """New values of a campaign; what is None stays, other settings are laid over the old."""

    name: str | None = None
    labels: tuple[str, ...] | None = None
    timezone: str | None = None
    is_archived: bool | None = None
    auto_review: bool | None = None
    review_conditions: tuple[str, ...] | None = None
    stop_on_replied: bool | None = None
    stop_on_clicked: bool | None = None
    stop_on_interested: bool | None = None
    stop_on_meeting: bool | None = None
    pause_on: tuple[str, ...] | None = None
    click_filter: str | None = None
    track_opens: bool | None = None
    track_clicks: bool | None = None
    weight: int | None = None
    other_settings: dict[str, object] = {}


class CampaignSender(msgspec.Struct, frozen=True):
    """A mailbox that a campaign sends from.

    Attributes:
        paused_for: Why the mailbox sends nothing now; None while it is well.
    """

    campaign_id: CampaignId
    id: SenderId
    user_id: UserId
    email: str
    paused_for: str | None
    replies: Replies | None
    replies_read_at: datetime | None

    @property
    def hearing(self) -> Hearing:
        """What is known of its replies."""
        return Hearing(self.email, self.replies, self.replies_read_at)


class SchedulesUsed(msgspec.Struct, frozen=True):
    """Which schedules a campaign has, in the order they were made."""

    campaign_id: CampaignId
    schedule_ids: tuple[str, ...]


class CampaignName(msgspec.Struct, frozen=True):
    """A campaign, for a sentence about it."""

    id: CampaignId
    name: str


class SenderRef(msgspec.Struct, frozen=True):
    """A sender of any team, for batches over teams."""

    team_id: TeamId
    id: SenderId


class ReadyRow(msgspec.Struct, frozen=True):
    """A sender that may look for work in a campaign now.

    Attributes:
        seconds_to_wait: Between two of its mails in this campaign: its schedules' longest.
        windows: Its schedules' hours; never empty.
        weight: The campaign's.
        served: Turns it had, each divided by its weight.
        team_limit: Mails a day of all of the team's senders together; 0 = any number.
        lead_zones: On whose clocks the hours are read.
        sender_windows: Hours of the sender's own, if it has some.
    """

    team_id: TeamId
    campaign_id: CampaignId
    sender_id: SenderId
    seconds_to_wait: int
    windows: tuple[Window, ...]
    weight: int = 1
    served: float = 0
    team_limit: int = 0
    lead_zones: LeadZones = LeadZones.OFF
    sender_windows: tuple[Window, ...] = ()

    @property
    def hours(self) -> tuple[Window, ...]:
        """Give the hours that hold all of its leads: none, where each has its own."""
        return self.windows if self.lead_zones is LeadZones.OFF else ()


class SenderSchedule(msgspec.Struct, frozen=True):
    """Whose hours a sender keeps, beside its campaigns'."""

    team_id: TeamId
    sender_id: SenderId
    schedule_id: ScheduleId


class Resting(msgspec.Struct, frozen=True):
    """A mailbox, and until when it rests after a mail of one campaign."""

    sender_id: SenderId
    may_send_at: datetime


class NextLook(msgspec.Struct, frozen=True):
    """When a sender looks into a campaign again.

    Attributes:
        next_at: The next look, unless something due earlier wakes it.
        may_send_at: Not even woken before: the gap after a mail; None leaves it as it was.
        served: As in `ReadyRow`, with the turn it had; None leaves it as it was.
    """

    team_id: TeamId
    campaign_id: CampaignId
    sender_id: SenderId
    next_at: datetime
    may_send_at: datetime | None = None
    served: float | None = None


class EarliestLook(msgspec.Struct, frozen=True):
    """The first moment at which any running campaign has a use for a sender."""

    team_id: TeamId
    sender_id: SenderId
    next_at: datetime
