"""What checks found, in the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct

from pomelo.base.db import Db
from pomelo.base.ids import SenderId, TeamId
from pomelo.base.sql import load
from pomelo.inbound.checkup.findings import CheckFinding

QUERIES: Final = load(__package__ or "")


class LastCheck(Struct, frozen=True):
    """A sender, and what its last check found; no `checked_at`: there was none."""

    team_id: TeamId
    sender_id: SenderId
    email: str
    findings: list[CheckFinding]
    checked_at: datetime | None


class Found(Struct, frozen=True):
    """What a check found."""

    findings: list[CheckFinding]


async def save(
    db: Db, team: TeamId, sender: SenderId, findings: Sequence[CheckFinding], *, now: datetime
) -> int:
    """Write what a check found, in place of the one before."""
    return await QUERIES["save"].run(db, team_id=team, sender_id=sender, findings=findings, now=now)


async def find(db: Db, team: TeamId, sender: SenderId) -> list[CheckFinding]:
    """Give what a sender's last check found; nothing where there was none."""
    found = await QUERIES["find"].row(db, Found, team_id=team, sender_id=sender)
    return found.findings if found else []


async def list_last(db: Db) -> list[LastCheck]:
    """List the senders of all teams with what their last checks found."""
    return await QUERIES["list_last"].rows(db, LastCheck)
