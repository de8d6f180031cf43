"""Shapes of single mails: what a person wants sent, what is queued, what a worker has."""

from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from pomelo.base.addresses import Address
from pomelo.base.ids import CampaignId, LeadId, MessageId, SenderId, StepId, TeamId, UserId
from pomelo.base.vault import Vault
from pomelo.delivery.outcomes import Rejected
from pomelo.letters import Letters, Thread
from pomelo.messages import TakenUp
from pomelo.tracking import Signer


@dataclass(frozen=True)
class Pen:
    """What it takes to write a mail that is no step's.

    Args:
        vault: Reads what senders sign with.
        public_url: Where tracking links point, without a slash at the end.
        letters: Compiled wordings.
    """

    vault: Vault
    public_url: str
    letters: Letters = field(default_factory=Letters)
    signer: Signer = field(init=False)

    def __post_init__(self) -> None:
        """Make what is made of the rest."""
        object.__setattr__(self, "signer", Signer(self.vault.signing_secret()))


class Words(msgspec.Struct, frozen=True):
    """What a person wrote, harmless: as HTML, and the same as text."""

    html: str
    text: str


class NewAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a person writes to a lead.

    Attributes:
        team_id: Whose lead.
        lead_id: To whom.
        sender_id: From which mailbox.
        user_id: Who wrote it.
        words: What it says.
        subject: May be empty in a thread.
        copies: Who else gets it.
        thread: The conversation that it goes into.
        sequence_step: The 0-based step of the mail that it answers.
    """

    team_id: TeamId
    lead_id: LeadId
    sender_id: SenderId
    user_id: UserId
    words: Words
    subject: str = ""
    copies: tuple[str, ...] = ()
    thread: Thread | None = None
    sequence_step: int = 0


class StepView(msgspec.Struct, frozen=True):
    """A step somebody wants to see as a lead would get it."""

    campaign_id: CampaignId
    step_id: StepId
    lead_id: LeadId


class StepTest(StepView, frozen=True):
    """One that they want to get as a mail; `to` is their own address."""

    to: Address


class Queued(msgspec.Struct, frozen=True):
    """A single mail's place in the queue, as the worker that has it knows it."""

    team_id: TeamId
    message_id: MessageId
    fence: int
    copies: tuple[str, ...]
    shown: dict[str, object]


class Single(msgspec.Struct, frozen=True):
    """A single mail that a worker has.

    Attributes:
        queued: Its place in the queue.
        mail: The mail.
        keys: All under which those who get it may be known not to exist.
        refusal: Why it must not be sent at all; None = it may.
    """

    queued: Queued
    mail: TakenUp
    keys: tuple[str, ...]
    refusal: Rejected | None = None

    @property
    def message_id(self) -> MessageId:
        """Which mail."""
        return self.mail.id

    @property
    def attempts(self) -> int:
        """Which attempt this is, from 1."""
        return self.mail.attempts

    @property
    def begun_at(self) -> datetime:
        """When it was written."""
        return self.mail.created_at
