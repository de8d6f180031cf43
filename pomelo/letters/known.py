"""What a step's texts may name: the lead's own variables, who writes, and when."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeVar

import msgspec

from pomelo.base.ids import LeadId, StepId
from pomelo.schedules import zone_of
from pomelo.sequences import MOMENT, SEED, VariableMissing

# Where a sender's own variables stand: {{ sender.calendarUrl }}.
SENDER: Final = "sender"
MISSING_LIMIT: Final = 50

Text = TypeVar("Text")


class Writer(msgspec.Struct, frozen=True):
    """Who writes.

    Attributes:
        name: Shown before the address.
        email: The mailbox's address.
        variables: What else may be said of it.
    """

    name: str
    email: str
    variables: Mapping[str, str] = {}


class Occasion(msgspec.Struct, frozen=True):
    """To whom it is written, at which step, and when.

    Attributes:
        seed: The same for one lead at one step; chooses variations.
        at: Aware.
        timezone: Whose clocks tell the time of a lead without one.
    """

    seed: str
    at: datetime
    timezone: str


def filled(
    values: Mapping[str, object], write: Callable[[Mapping[str, object]], Text]
) -> tuple[Text, tuple[str, ...]]:
    """Write a text in which a missing value stands as its name in brackets.

    Args:
        values: What is known.
        write: Writes it, given values.

    Returns:
        The text, and the names of what is missing, as they come.

    Raises:
        VariableMissing: More than 50 are missing.
    """
    missing: dict[str, object] = {}
    while True:
        try:
            return write({**values, **missing}), tuple(missing)
        except VariableMissing as lacking:
            if lacking.name in missing or len(missing) >= MISSING_LIMIT:
                raise
            missing[lacking.name] = f"[{lacking.name}]"


def seed(lead: LeadId, step: StepId | None) -> str:
    """Give what chooses the variations of a step for a lead."""
    return f"{lead}/{step or ''}"


def known(
    variables: Mapping[str, object],
    email: str,
    campaign_name: str,
    *,
    writer: Writer,
    occasion: Occasion,
) -> dict[str, object]:
    """Give what a step's texts may name.

    Args:
        variables: The lead's own; those of our names are passed over.
        email: Its address.
        campaign_name: Its campaign.
        writer: Who writes to it.
        occasion: Its step, and the present.
    """
    zone = zone_of(variables.get("timezone"), occasion.timezone)
    return {
        "senderName": writer.name,
        "senderEmail": writer.email,
        **variables,
        "email": email,
        "campaignName": campaign_name,
        SENDER: {**writer.variables, "name": writer.name, "email": writer.email},
        SEED: occasion.seed,
        MOMENT: occasion.at.astimezone(zone),
    }
