"""How long an export and its file live, and the file's public name."""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final

from pomelo.base.ids import ALPHABET, LENGTH, ExportId
from pomelo.exports.model import Export, ExportState

STATUS_LIFE: Final = timedelta(hours=2)
FILE_LIFE: Final = timedelta(hours=24)
SLUG_LETTERS: Final = 80
_LINK: Final = re.compile(rf"fil_(exp_[{ALPHABET}]{{{LENGTH}}})(?:_.*)?\.csv", re.DOTALL)


def is_overdue(export: Export, now: datetime) -> bool:
    """Tell whether it counts as failed because it is pending for two hours.

    Source:
        API reference, "Expiration time".
    """
    return export.state is ExportState.PENDING and not has_status(export, now)


def has_status(export: Export, now: datetime) -> bool:
    """Tell whether its status can still be asked for: for two hours from its start.

    Source:
        API reference, "Expiration time".
    """
    return now < export.started_at + STATUS_LIFE


def has_file(export: Export, now: datetime) -> bool:
    """Tell whether its file can be downloaded: for 24 hours from the moment it was ready.

    Source:
        API reference, "Expiration time".
    """
    return (
        export.state is ExportState.DONE
        and export.ended_at is not None
        and now < export.ended_at + FILE_LIFE
    )


def slug(name: str) -> str:
    """Make the readable part of a file name: letters, digits, `-` and `_`, never empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9-]+", "_", plain)[:SLUG_LETTERS].strip("_-")
    return words or "campaign"


def link_name(export: Export) -> str:
    """Give the file's name in its public address."""
    return f"fil_{export.id}_{slug(export.campaign_name)}.csv"


def parse_link(name: str) -> ExportId | None:
    """Find whose file a public name means; the readable part is for people only."""
    found = _LINK.fullmatch(name)
    return ExportId(found.group(1)) if found else None
