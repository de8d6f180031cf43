"""What a campaign may be called and labelled: one check, for a new and for a changed one."""

from collections.abc import Iterable
from typing import Final

from pomelo.campaigns.errors import CampaignInvalid

NAME_LIMIT: Final = 200
LABELS_LIMIT: Final = 50


def checked_name(name: str) -> str:
    """Trim a name.

    Raises:
        CampaignInvalid: It is empty or longer than 200 characters.
    """
    trimmed = name.strip()
    if not 0 < len(trimmed) <= NAME_LIMIT:
        raise CampaignInvalid(f"Give the campaign a name of 1 to {NAME_LIMIT} characters.")
    return trimmed


def checked_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Trim labels and keep each once, in the order given.

    Raises:
        CampaignInvalid: One is empty or long, or there are more than 50.
    """
    trimmed = tuple(dict.fromkeys(label.strip() for label in labels))
    if len(trimmed) > LABELS_LIMIT or any(not 0 < len(one) <= NAME_LIMIT for one in trimmed):
        raise CampaignInvalid(
            f"Labels are at most {LABELS_LIMIT}, each of 1 to {NAME_LIMIT} characters."
        )
    return trimmed
