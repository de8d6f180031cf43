"""What a campaign may be called and labelled: one check, for a new and for a changed one."""

from collections.abc import Iterable
from typing import Final
from unicodedata import category

from pomelo.campaigns.errors import CampaignInvalid

NAME_LIMIT: Final = 200
LABELS_LIMIT: Final = 50
# Control characters, and U+2028 and U+2029; joiners, which make emoji, are welcome.
_BREAKS: Final = frozenset({"Cc", "Zl", "Zp"})


def checked_name(name: str) -> str:
    """Trim a name.

    Raises:
        CampaignInvalid: It is empty, longer than 200 characters, or more than one line.
    """
    trimmed = name.strip()
    if not _is_a_line(trimmed):
        raise CampaignInvalid(
            f"Give the campaign a name of 1 to {NAME_LIMIT} characters, without line breaks."
        )
    return trimmed


def checked_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Trim labels and keep each once, in the order given.

    Raises:
        CampaignInvalid: One is empty, long or more than one line, or there are more than 50.
    """
    trimmed = tuple(dict.fromkeys(label.strip() for label in labels))
    if len(trimmed) > LABELS_LIMIT or not all(map(_is_a_line, trimmed)):
        raise CampaignInvalid(
            f"Labels are at most {LABELS_LIMIT}, each of 1 to {NAME_LIMIT} characters, "
            "without line breaks."
        )
    return trimmed


def _is_a_line(text: str) -> bool:
    """Tell whether a text is short and holds no control character or line break."""
    return 0 < len(text) <= NAME_LIMIT and not any(category(c) in _BREAKS for c in text)
