"""Shapes of teams, users and keys."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pomelo.base.ids import KeyId, TeamId, UserId


class Uncertain(StrEnum):
    """What a team wants done with a mail whose fate is unknown."""

    HOLD = "hold"
    RESEND = "resend"


class Team(msgspec.Struct, frozen=True):
    """A team: everything else belongs to one."""

    id: TeamId
    name: str
    uncertain: Uncertain
    created_at: datetime
    paused_at: datetime | None = None
    new_leads_percent: int = 20
    limit_per_day: int = 0


class User(msgspec.Struct, frozen=True):
    """A person of a team; lemlist hangs mailboxes and keys on users."""

    team_id: TeamId
    id: UserId
    name: str
    email: str
    role: str
    is_blocked: bool
    created_at: datetime


class ApiKey(msgspec.Struct, frozen=True):
    """What may be shown of a key: never the key."""

    id: KeyId
    user_id: UserId
    name: str
    hint: str
    created_at: datetime
    revoked_at: datetime | None


class NewKey(msgspec.Struct, frozen=True):
    """A key just made; `text` is seen here and never again."""

    id: KeyId
    text: str

    def __repr__(self) -> str:
        return f"NewKey({self.id}, ***)"


class Caller(msgspec.Struct, frozen=True):
    """Whose key came with a request."""

    team: TeamId
    user: UserId
    key: KeyId


class KeyOwner(msgspec.Struct, frozen=True):
    """The row behind a key, for authentication."""

    team_id: TeamId
    user_id: UserId
    id: KeyId
    is_blocked: bool
