"""What is known about a due lead, and what can be decided about it."""

from datetime import datetime
from typing import TypeAlias

import msgspec

from pomelo.base.ids import (
    CampaignId,
    LeadId,
    MessageId,
    SenderId,
    SequenceId,
    StepId,
    TeamId,
)
from pomelo.leads import ActivityType, HeldBy, WaitsFor
from pomelo.messages import MessageState
from pomelo.schedules import Window
from pomelo.senders import Hearing
from pomelo.sequences import Spot, StepType
from pomelo.teams import ContactRules, Uncertain


class Began(msgspec.Struct, frozen=True):
    """A mail of this step that an earlier attempt had begun."""

    id: MessageId
    state: MessageState
    header_id: str
    subject: str
    thread_ids: tuple[str, ...]
    links: tuple[str, ...] | None
    step_version: int
    has_data: bool
    sender_id: SenderId
    sent_at: datetime | None
    attempts: int
    created_at: datetime


class Before(msgspec.Struct, frozen=True):
    """The mail before, into whose thread this one goes."""

    header_id: str
    thread_ids: tuple[str, ...]
    subject: str


class Facts(msgspec.Struct, frozen=True):
    """Everything the gate and the composer ask about one claimed lead.

    Attributes:
        sequence_id: The branch it is in; None is the main sequence.
        step_id: What is due; None at the end of all steps.
        timezone: Its campaign's.
        step_type: Which kind of step that is.
        next: What comes after it.
        is_follow_up: It was written to before, so it may have answered.
        hearing: Whether the sender that would write hears of that.
        team_limit: Mails a day of all of the team's senders together; 0 = any number.
        hours: Its campaign's hours on its own clocks; none where they are the same for all.
        hours_version: Which hours those are.
        domain_gap: Seconds for which its sender leaves a domain alone after a mail; 0 = none.
        spaced_by: For whose gap it waited, so that its turn at its domain has come.
        contact_rules: How often its team writes to the same person or company.
    """

    team_id: TeamId
    lead_id: LeadId
    campaign_id: CampaignId
    sender_id: SenderId
    fence: int
    email: str
    address_key: str
    variables: dict[str, object]
    sequence_id: SequenceId | None
    step_position: int
    due_at: datetime | None
    is_paused: bool
    stopped_by: str | None
    waits_for: str | None
    campaign_name: str
    timezone: str
    is_running: bool
    track_opens: bool
    track_clicks: bool
    uncertain: Uncertain
    is_follow_up: bool
    hearing: Hearing
    contact_rules: ContactRules
    step_id: StepId | None
    step_version: int | None
    step_type: StepType | None
    next: Spot | None
    began: Began | None
    before: Before | None
    team_limit: int = 0
    domain_gap: int = 0
    hours: tuple[Window, ...] = ()
    hours_version: int = 0
    spaced_by: SenderId | None = None


class Send(msgspec.Struct, frozen=True):
    """Send the mail now."""


class WaitFor(msgspec.Struct, frozen=True):
    """Look again when something has happened."""

    waits_for: WaitsFor


class HoldBack(msgspec.Struct, frozen=True):
    """A rule about whom is written to keeps it from being written to.

    Attributes:
        until: When it lets go; None where another campaign must end first.
        version: Which version of it.
        by: Which rule.
    """

    until: datetime | None
    version: int
    by: HeldBy = HeldBy.CONTACT_RULE


class Stop(msgspec.Struct, frozen=True):
    """The sequence ends for this lead."""

    because: ActivityType


class Free(msgspec.Struct, frozen=True):
    """It changed since it was claimed: hand it back as it is."""


class Finished(msgspec.Struct, frozen=True):
    """There is no further step."""


class Skip(msgspec.Struct, frozen=True):
    """This step was carried out already, then and by that sender: go on to the next."""

    done_at: datetime
    sender_id: SenderId


class Divert(msgspec.Struct, frozen=True):
    """Its next step is of the other kind: who carries those out takes it."""


class InDoubt(msgspec.Struct, frozen=True):
    """An earlier worker may have sent it: its fate must be settled first."""


Decision: TypeAlias = Send | WaitFor | HoldBack | Stop | Free | Finished | Skip | Divert | InDoubt


class Backlog(msgspec.Struct, frozen=True):
    """What waits.

    Attributes:
        waiting: Leads with a next step that nothing holds.
        oldest_due_at: Since when the longest due one is due, in campaigns that run.
        uncertain: Mails whose fate a person must say.
    """

    waiting: int
    oldest_due_at: datetime | None
    uncertain: int
