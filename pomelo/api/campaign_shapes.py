"""Campaigns as the API shows them: in a list, alone, with all settings, and just made."""

from typing import Annotated

import msgspec

from pomelo.api.answers import Moment
from pomelo.api.paging import Pagination
from pomelo.base.ids import CampaignId, SenderId, SequenceId, TeamId, UserId
from pomelo.campaigns import CampaignState, Status
from pomelo.schedules import LeadZones


class CampaignShort(msgspec.Struct, frozen=True, omit_defaults=True):
    """A campaign in the plain list; without labels the key is left out."""

    id: CampaignId = msgspec.field(name="_id")
    name: str
    labels: tuple[str, ...] = ()


class Creator(msgspec.Struct, frozen=True, rename="camel"):
    """Who made it."""

    user_id: UserId
    user_email: str


class ShownSender(msgspec.Struct, frozen=True, rename="camel"):
    """A mailbox of a campaign: `id` is its user, `sendUserMailboxId` the mailbox."""

    id: UserId
    email: str
    send_user_mailbox_id: SenderId


class ShownCampaign(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A campaign. `state` is its switch, `status` one word for how it stands."""

    id: CampaignId = msgspec.field(name="_id")
    name: str
    emoji: str
    labels: tuple[str, ...]
    created_at: Moment
    created_by: UserId
    state: CampaignState
    status: Status
    archived: bool
    sequence_id: SequenceId | None
    schedule_ids: tuple[str, ...]
    timezone: str
    team_id: TeamId
    has_error: bool
    errors: list[str]
    warnings: Annotated[
        list[str],
        msgspec.Meta(
            description="Pomelo's own: whose replies are not heard, and how many leads' step failed"
        ),
    ]
    creator: Creator
    senders: list[ShownSender]


class Tracking(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What is watched in mails."""

    track_opens: bool | None = None
    track_clicks: bool | None = None
    track_replies: bool | None = None


class Mailbox(msgspec.Struct, frozen=True, rename="camel"):
    """A mailbox of a user who sends."""

    send_user_mailbox_id: SenderId
    email: str


class SendUser(msgspec.Struct, frozen=True, rename="camel"):
    """A user with those of their mailboxes that the campaign sends from."""

    id: UserId
    mailboxes: list[Mailbox]
    phone_numbers: tuple[str, ...] = ()
    whatsapp_account_ids: tuple[str, ...] = ()


class CampaignDetail(ShownCampaign, frozen=True, rename="camel", kw_only=True):
    """A campaign with all its settings; `weight` and `leadTimezones` are Pomelo's own."""

    auto_review: bool
    auto_review_conditions: tuple[str, ...]
    stop_on_email_replied: bool
    stop_on_meeting_booked: bool
    stop_on_link_clicked: bool
    stop_on_link_clicked_filter: str
    leads_paused_by_interest: bool
    opportunity_replied: bool
    opportunity_clicked: bool
    auto_lead_interest: bool
    disable_track_open: bool
    disable_track_click: bool
    disable_track_reply: bool
    disable_out_of_office: bool
    sequence_sharing: bool
    tracking: Tracking
    on_replied: dict[str, object]
    on_link_clicked: dict[str, object]
    on_meeting_booked: dict[str, object]
    ai_features: dict[str, object]
    send_users: list[SendUser]
    weight: int
    lead_timezones: LeadZones


class CampaignPage(msgspec.Struct, frozen=True):
    """A page of campaigns (`version=v2`)."""

    campaigns: list[ShownCampaign]
    pagination: Pagination


class CampaignMade(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A campaign just made: a paused draft with an empty sequence and a schedule."""

    id: CampaignId = msgspec.field(name="_id")
    name: str
    labels: tuple[str, ...]
    timezone: str
    sequence_id: SequenceId
    schedule_ids: tuple[str, ...]
    team_id: TeamId
    created_by: UserId
    created_at: Moment
    state: CampaignState
    status: Status
    auto_review: bool
    stop_on_email_replied: bool
    scanned_count: int = 0
    reviewed_count: int = 0
    in_sequence_lead_count: int = 0
    variable_keys: tuple[str, ...] = ()
    displayed_variable_keys: tuple[str, ...] = ("companyName",)
    senders: tuple[ShownSender, ...] = ()
    send_users: tuple[SendUser, ...] = ()
    emoji: str = ""
    crm_opportunities_on_task: bool = False
    unsubscribe: str = "campaign"


class Switched(msgspec.Struct, frozen=True):
    """A campaign that was started or paused."""

    id: CampaignId = msgspec.field(name="_id")
    state: CampaignState


class SenderCampaign(msgspec.Struct, frozen=True, rename="camel"):
    """A campaign that a user sends for."""

    id: CampaignId = msgspec.field(name="_id")
    name: str
    status: Status
    sending_channels: tuple[str, ...] = ("email",)


class TeamSender(msgspec.Struct, frozen=True, rename="camel"):
    """A user who sends, and for which campaigns."""

    user_id: UserId
    campaigns: list[SenderCampaign]
