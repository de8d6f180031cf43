"""Shapes of the unsubscribe list."""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from pomelo.base.ids import TeamId, UnsubscribeId


class Source(StrEnum):
    """Who put an entry on the list."""

    API = "api"
    BOUNCED = "bounced"
    LEAD = "lead"
    USER = "user"
    ABUSE = "abuse"


# What the person did themselves. Only the classic call undoes it, for it has no other answer.
PROTECTED: Final = frozenset({Source.LEAD, Source.ABUSE})


class Unsubscribe(msgspec.Struct, frozen=True):
    """An address or an `@domain` that a team must not write to.

    Attributes:
        id: Its id.
        value: As it was given, for showing.
        key: What addresses are compared with; see `addresses.suppressed_as`.
        source: Who put it there.
        created_at: When.
    """

    id: UnsubscribeId
    value: str
    key: str
    source: Source
    created_at: datetime


class Match(msgspec.Struct, frozen=True):
    """An entry found for one of the keys that were asked for."""

    team_id: TeamId
    key: str
    source: Source
