"""Shapes of mails: an intent before, a message after, and what a person is shown in doubt."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from pomelo.base.ids import CampaignId, LeadId, MessageId, SenderId, StepId, TeamId


class MessageKind(StrEnum):
    """What a mail is: a step, for the lead or for the operator; a person's answer; a test."""

    SEQUENCE = "sequence"
    REHEARSAL = "rehearsal"
    ANSWER = "answer"
    TEST = "test"


# Those that a lead gets.
REAL: Final = frozenset({MessageKind.SEQUENCE, MessageKind.ANSWER})
# Those that belong to no step, and are sent one by one.
SINGLE: Final = frozenset({MessageKind.ANSWER, MessageKind.TEST})


class MessageState(StrEnum):
    """Where a mail stands."""

    SENDING = "sending"
    DEFERRED = "deferred"
    SENT = "sent"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"


class Resolution(StrEnum):
    """What a person says of a doubtful mail: it arrived, or send it again."""

    SENT = "sent"
    RESEND = "resend"


class Intent(msgspec.Struct, frozen=True):
    """A mail about to be sent, committed before a byte goes out."""

    team_id: TeamId
    id: MessageId
    kind: MessageKind
    campaign_id: CampaignId
    lead_id: LeadId
    sender_id: SenderId
    step_id: StepId
    step_version: int
    sequence_step: int
    fence: int
    recipient: str
    address_key: str
    header_id: str
    subject: str
    thread_ids: tuple[str, ...]
    links: tuple[str, ...] | None
    raw: bytes


class SingleMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that belongs to no step, written and to be sent when a worker comes to it.

    `sequence_step` is that of the mail it answers, or of the step that is tested.
    """

    team_id: TeamId
    id: MessageId
    kind: MessageKind
    campaign_id: CampaignId
    lead_id: LeadId
    sender_id: SenderId
    sequence_step: int
    recipient: str
    address_key: str
    header_id: str
    subject: str
    thread_ids: tuple[str, ...]
    links: tuple[str, ...] | None
    raw: bytes


class TakenUp(msgspec.Struct, frozen=True, kw_only=True):
    """Such a mail, begun: a worker has it."""

    team_id: TeamId
    id: MessageId
    kind: MessageKind
    lead_id: LeadId
    sender_id: SenderId
    sequence_step: int
    fence: int
    recipient: str
    header_id: str
    raw: bytes
    attempts: int
    created_at: datetime


class Mark(msgspec.Struct, frozen=True):
    """Asks for leave to begin DATA: nothing may have stopped this mail.

    `suppression_keys` are all keys under which its recipient may be unsubscribed;
    `rules_version` is that of its team's contact rules, as they were asked.
    """

    intent: Intent
    deliver_to: str
    suppression_keys: tuple[str, ...]
    rules_version: int = 0


class Result(msgspec.Struct, frozen=True):
    """How the conversation about a mail ended."""

    team_id: TeamId
    id: MessageId
    fence: int
    state: MessageState
    at: datetime
    reply: str = ""
    reply_class: str | None = None
    effective_id: str | None = None


class Message(msgspec.Struct, frozen=True):
    """A mail, without its bytes; a single one has no step."""

    team_id: TeamId
    id: MessageId
    kind: MessageKind
    campaign_id: CampaignId
    lead_id: LeadId
    sender_id: SenderId
    step_id: StepId | None
    step_version: int | None
    sequence_step: int
    state: MessageState
    fence: int
    recipient: str
    address_key: str
    header_id: str
    effective_id: str | None
    subject: str
    thread_ids: tuple[str, ...]
    links: tuple[str, ...] | None
    attempts: int
    data_at: datetime | None
    sent_at: datetime | None
    reply: str
    reply_class: str | None
    bounced_at: datetime | None
    created_at: datetime


class Fetched(msgspec.Struct, frozen=True):
    """A mail of which something was fetched; `handed_over_at` is when a server took it."""

    team_id: TeamId
    id: MessageId
    kind: MessageKind
    lead_id: LeadId
    sender_id: SenderId
    step_id: StepId | None
    sequence_step: int
    handed_over_at: datetime | None


class Doubtful(msgspec.Struct, frozen=True):
    """A mail whose fate is unknown, as a person is shown it."""

    team_id: TeamId
    id: MessageId
    kind: MessageKind
    lead_id: LeadId
    lead_email: str
    campaign_id: CampaignId
    sender_id: SenderId
    sender_email: str
    header_id: str
    state: MessageState
    fence: int
    created_at: datetime


class Quota(msgspec.Struct, frozen=True):
    """What a sender's rolling 24 hours hold.

    `frees_at` is when the oldest mail that counts leaves them, once the limit is reached;
    `new_leads_percent` is what its team keeps of them for new leads.
    """

    team_id: TeamId
    sender_id: SenderId
    sent: int
    frees_at: datetime | None
    new_leads_percent: int = 0


class TeamQuota(msgspec.Struct, frozen=True):
    """What the rolling 24 hours of all of a team's senders hold; as `Quota`."""

    team_id: TeamId
    sent: int
    frees_at: datetime | None


class FirstMails(msgspec.Struct, frozen=True):
    """How many of a sender's mails were the first to their leads."""

    sender_id: SenderId
    mails: int


class Buried(msgspec.Struct, frozen=True):
    """What is kept of a removed lead's mail, so that its links and unsubscribing live on."""

    team_id: TeamId
    id: MessageId
    address_key: str
    step_id: StepId | None
    step_version: int | None
