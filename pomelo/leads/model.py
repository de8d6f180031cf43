"""A person in one campaign: the words for what happened to them and where they stand."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pomelo.base.addresses import Address
from pomelo.base.ids import CampaignId, ContactId, LeadId, SenderId, SequenceId, TeamId
from pomelo.leads.activity_types import ActivityType


class LeadState(StrEnum):
    """How far a lead has come; each lead is in exactly one."""

    IMPORTED = "imported"
    SCANNED = "scanned"
    SKIPPED = "skipped"
    REVIEWED = "reviewed"
    CONTACTED = "contacted"
    HOOKED = "hooked"
    ATTRACTED = "attracted"
    WARMED = "warmed"
    INTERESTED = "interested"
    NOT_INTERESTED = "notInterested"
    EMAILS_BOUNCED = "emailsBounced"
    EMAILS_UNSUBSCRIBED = "emailsUnsubscribed"


class EmailStatus(StrEnum):
    """What the check of an address found; it decides nothing by itself."""

    UNKNOWN = ""
    DELIVERABLE = "deliverable"
    RISKY = "risky"
    UNDELIVERABLE = "undeliverable"


class LeadStatus(StrEnum):
    """The bucket of the workflow a lead is in, as exports and the screen show it."""

    SCANNING = "scanning"
    REVIEW = "review"
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    INTERESTED = "interested"
    NOT_INTERESTED = "notInterested"
    UNSUBSCRIBED = "unsubscribed"


class StopRules(msgspec.Struct, frozen=True):
    """What ends a lead's sequence, as its campaign chose.

    Attributes:
        on_replied: A reply on any channel.
        on_clicked: A click in a mail.
        on_interested: The mark "interested".
        on_meeting: A meeting is booked.
        pause_on: What of `replied`, `clicked` and `meeting` only pauses the lead.
        click_filter: Only clicks on links that hold this text count; empty: all.
    """

    on_replied: bool = True
    on_clicked: bool = False
    on_interested: bool = True
    on_meeting: bool = False
    pause_on: tuple[str, ...] = ()
    click_filter: str = ""


class Facts(msgspec.Struct, frozen=True):
    """When each thing happened to a lead; nothing when it never did or was taken back.

    Of marks that give way to each other (reviewed and skipped, interested and not) these are
    the last times; of the others any will do.
    """

    scanned_at: datetime | None = None
    reviewed_at: datetime | None = None
    skipped_at: datetime | None = None
    contacted_at: datetime | None = None
    opened_at: datetime | None = None
    clicked_at: datetime | None = None
    replied_at: datetime | None = None
    interested_at: datetime | None = None
    not_interested_at: datetime | None = None
    bounced_at: datetime | None = None
    failed_at: datetime | None = None
    unsubscribed_at: datetime | None = None


class WaitsFor(StrEnum):
    """The event that a lead is parked on; no moment of its own."""

    REVIEW = "review"
    UNCERTAIN = "uncertain"
    SUPPRESSED = "suppressed"
    SENDER = "sender"
    REHEARSAL = "rehearsal"
    MENDING = "mending"
    REPLIES = "replies"
    TASK = "task"
    CONDITION = "condition"
    CONTACT_RULE = "contactRule"


class HeldBy(StrEnum):
    """A rule that set a lead's moment and that a person may change."""

    CONTACT_RULE = "contactRule"
    DOMAIN_GAP = "domainGap"
    WINDOW = "window"


class Awaited(StrEnum):
    """What a condition can wait for; lemlist's names."""

    HAS_EMAIL_ADDRESS = "hasEmailAddress"
    HAS_LINKEDIN_URL = "hasLinkedinUrl"
    HAS_PHONE_NUMBER = "hasPhoneNumber"
    EMAILS_OPENED = "emailsOpened"
    EMAILS_CLICKED = "emailsClicked"
    EMAILS_UNSUBSCRIBED = "emailsUnsubscribed"
    MEETING_BOOKED = "meetingBooked"
    AIRCALL_DONE = "aircallDone"


class Source(StrEnum):
    """How a lead came in."""

    API = "api"
    CSV = "csv"
    MANUALLY = "manually"


class NewLead(msgspec.Struct, frozen=True):
    """Somebody to be added to a campaign.

    Attributes:
        team_id: Whose campaign.
        campaign_id: Which.
        address: Whom.
        variables: What `variables.clean` made of what was given.
        deduplicate: Not if the person is in another campaign of the team.
        source: How they come in.
    """

    team_id: TeamId
    campaign_id: CampaignId
    address: Address
    variables: dict[str, object] = {}
    deduplicate: bool = False
    source: Source = Source.API


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """A person in one campaign, as it is shown."""

    team_id: TeamId
    id: LeadId
    campaign_id: CampaignId
    campaign_name: str
    contact_id: ContactId
    email: str
    address_key: str
    variables: dict[str, object]
    source: Source
    state: LeadState
    last_state: str = ""
    email_status: str = ""
    sender_id: SenderId | None = None
    sequence_id: SequenceId | None = None
    step_position: int = 0
    needs_sender: bool = True
    due_at: datetime | None
    is_paused: bool = False
    stopped_by: ActivityType | None
    waits_for: WaitsFor | None
    held_by: HeldBy | None = None
    awaits: Awaited | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def is_over(self) -> bool:
        """Whether nothing is due any more."""
        return self.due_at is None or self.stopped_by is not None

    @property
    def can_be_launched(self) -> bool:
        """Whether a person may launch it: it waits for that, or was skipped."""
        return self.waits_for is WaitsFor.REVIEW or self.stopped_by is ActivityType.SKIPPED


class Seat(msgspec.Struct, frozen=True):
    """Where a lead is: in which campaign, and who writes to it."""

    team_id: TeamId
    id: LeadId
    campaign_id: CampaignId
    sender_id: SenderId | None


class Opens(msgspec.Struct, frozen=True):
    """A lead's mails were opened, `times` times, at `first_at` and later."""

    team_id: TeamId
    id: LeadId
    times: int
    first_at: datetime


class Opened(Seat, frozen=True):
    """A locked lead whose mails were opened.

    Attributes:
        reached: The state it came to by that, if it came to another one.
        was_opened: Some mail of its had been opened before.
        was_clicked: A link of some mail of its had been clicked.
        was_awaited: It waited before a condition for just that.
    """

    reached: LeadState | None
    was_opened: bool
    was_clicked: bool
    was_awaited: bool


class Standing(Facts, frozen=True, kw_only=True):
    """A locked lead: all that a fact may move, and what decides whether it does.

    Attributes:
        stop_on_replied: Its campaign's choice; see `StopRules`.
        stop_on_clicked: The same.
        stop_on_interested: The same.
        stop_on_meeting: The same.
        pause_on: The same.
        click_filter: The same.
        task_on: What its campaign wants a task for a person made of.
    """

    team_id: TeamId
    id: LeadId
    campaign_id: CampaignId
    contact_id: ContactId
    sender_id: SenderId | None
    state: LeadState
    last_state: str
    due_at: datetime | None
    is_paused: bool
    stopped_by: ActivityType | None
    waits_for: WaitsFor | None
    awaits: Awaited | None
    paused_by: ActivityType | None
    meeting_booked_at: datetime | None
    company_stopped_at: datetime | None
    sent_count: int
    opened_count: int
    clicked_count: int
    replied_count: int
    stop_on_replied: bool
    stop_on_clicked: bool
    stop_on_interested: bool
    stop_on_meeting: bool
    pause_on: tuple[str, ...]
    click_filter: str
    task_on: tuple[str, ...] = ()

    @property
    def can_be_launched(self) -> bool:
        """Whether a person may launch it: it waits for that, or was skipped."""
        return self.waits_for is WaitsFor.REVIEW or self.stopped_by is ActivityType.SKIPPED

    @property
    def rules(self) -> StopRules:
        """What its campaign says ends the sequence."""
        return StopRules(
            self.stop_on_replied,
            self.stop_on_clicked,
            self.stop_on_interested,
            self.stop_on_meeting,
            self.pause_on,
            self.click_filter,
        )
