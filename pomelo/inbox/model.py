"""Shapes of the inbox: a conversation, who has read it, its mails, and where an answer goes."""

from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from pomelo.activities import Shown
from pomelo.base.ids import ActivityId, ContactId, LabelId, LeadId, SenderId, TeamId, UserId
from pomelo.letters import Thread

Item = TypeVar("Item")


class Reader(msgspec.Struct, frozen=True):
    """A user whose mailbox takes part in a conversation, and up to when they have read it."""

    user_id: UserId
    read_at: datetime | None


class Label(msgspec.Struct, frozen=True):
    """A word that a team puts on conversations."""

    team_id: TeamId
    id: LabelId
    name: str
    created_at: datetime


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """All mails to and from a person.

    Attributes:
        created_by: Its first mail, as an activity.
        last_replied_at: When the person last answered.
        readers: The users who take part.
        labels: What the team put on it, by name.
    """

    team_id: TeamId
    contact_id: ContactId
    email: str
    variables: dict[str, object]
    created_at: datetime
    created_by: ActivityId
    last_activity_at: datetime
    last_replied_at: datetime | None
    readers: tuple[Reader, ...]
    labels: tuple[Label, ...]

    @property
    def full_name(self) -> str:
        """The person's name, as their newest lead says; may be empty."""
        names = (self.variables.get("firstName"), self.variables.get("lastName"))
        return " ".join(name for name in names if isinstance(name, str) and name)


class Original(msgspec.Struct, frozen=True):
    """All that a mail said that somebody answered with, by its activity."""

    activity_id: ActivityId
    from_address: str
    text: str


class InboxMail(msgspec.Struct, frozen=True):
    """A mail of a conversation, as what happened.

    Attributes:
        activity: What happened.
        original: All that a person's answer said.
        wording: What a step's mail said, as HTML.
    """

    activity: Shown
    original: Original | None
    wording: str


class Page(msgspec.Struct, Generic[Item], frozen=True):
    """A part of a list.

    Attributes:
        items: The part.
        total: How many there are in all; see who lists them.
        has_more: Whether others follow.
    """

    items: list[Item]
    total: int
    has_more: bool


class Mentioned(msgspec.Struct, frozen=True):
    """A mail of a conversation as an answer to it needs it; a reply's own ids come first."""

    lead_id: LeadId
    sender_id: SenderId | None
    sequence_step: int | None
    reply_id: str | None
    reply_thread: tuple[str, ...] | None
    reply_subject: str | None
    header_id: str | None
    thread_ids: tuple[str, ...] | None
    subject: str | None


class Anchor(msgspec.Struct, frozen=True):
    """Where an answer goes: to which lead, from which mailbox by rights, into which thread."""

    lead_id: LeadId
    sender_id: SenderId | None
    sequence_step: int
    thread: Thread | None
