"""How an instant is written for programs: in answers of the API, and in what hooks are told."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec

Moment = Annotated[
    str,
    msgspec.Meta(extra_json_schema={"format": "date-time"}, examples=["2026-01-31T09:00:00.000Z"]),
]


def moment(at: datetime) -> Moment:
    """Write an instant: UTC, ISO 8601, milliseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"
