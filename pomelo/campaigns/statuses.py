"""How a campaign is shown: one word made of its switch, its history and its troubles."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

import msgspec

from pomelo.base.ids import CampaignId
from pomelo.campaigns.model import CampaignState


class Status(StrEnum):
    """The word for a campaign; exactly one fits."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    ARCHIVED = "archived"
    ERRORS = "errors"


class CampaignFacts(msgspec.Struct, frozen=True):
    """What a campaign's status comes from.

    Attributes:
        sender_count: Mailboxes it has, deleted ones left out.
        broken_senders: Addresses of those that cannot log in until a person helps.
    """

    id: CampaignId
    name: str
    state: CampaignState
    is_archived: bool
    started_at: datetime | None
    sender_count: int
    broken_senders: tuple[str, ...]


def errors(facts: CampaignFacts) -> list[str]:
    """Tell what a person must mend before the campaign can send all it should."""
    if facts.sender_count == 0:
        return ["Your campaign does not have sender."]
    return [f"{email} cannot log in to its mail server." for email in facts.broken_senders]


def status(facts: CampaignFacts, finished: Collection[CampaignId]) -> Status:
    """Choose the word for a campaign.

    Args:
        facts: What is known of it.
        finished: The campaigns that have leads, none of which has a step left to come.
    """
    if facts.is_archived:
        return Status.ARCHIVED
    if facts.started_at is None:
        return Status.DRAFT
    if facts.state is CampaignState.PAUSED:
        return Status.PAUSED
    if errors(facts):
        return Status.ERRORS
    return Status.ENDED if facts.id in finished else Status.RUNNING
