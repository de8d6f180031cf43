"""Dates as clients write them: Unix seconds or ISO 8601, and days that are meant whole."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

from pomelo.base.errors import Invalid

DAY: Final = timedelta(days=1)
# Beyond these years PostgreSQL and Python disagree; no activity is that old or young.
YEARS: Final = range(1970, 9999)


class DateInvalid(Invalid):
    """A date is Unix seconds or ISO 8601, such as 2026-01-31T09:00:00Z."""


def parse_date(text: str) -> datetime | None:
    """Read Unix seconds or ISO 8601; without a zone it is UTC, without a time midnight.

    Raises:
        DateInvalid: It is neither, or no year of ours.
    """
    if not text:
        return None
    try:
        if _is_number(text):
            at = datetime.fromtimestamp(float(text), UTC)
        else:
            at = datetime.fromisoformat(text)
            at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        raise DateInvalid from None
    if at.year not in YEARS:
        raise DateInvalid
    return at


def parse_end(text: str) -> datetime | None:
    """Read the last instant of a span as `parse_date` does; a day alone lasts to its end.

    Raises:
        DateInvalid: It is neither, or no year of ours.
    """
    at = parse_date(text)
    return at + DAY - timedelta.resolution if at and _is_day(text) else at


def _is_number(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdigit()


def _is_day(text: str) -> bool:
    if _is_number(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
