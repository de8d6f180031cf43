"""What the doctor asks the database: one function a query."""

from datetime import datetime
from typing import Final

import msgspec

from pomelo.base.db import Db
from pomelo.base.ids import SenderId, TeamId
from pomelo.base.sql import load

QUERIES: Final = load(__package__ or "")


class ServerFacts(msgspec.Struct, frozen=True):
    """PostgreSQL's set-up."""

    version: str
    fsync: str
    full_page_writes: str
    synchronous_commit: str
    is_superuser: bool
    role: str


class Received(msgspec.Struct, frozen=True):
    """How many mails came back for a sender."""

    id: SenderId
    email: str
    mails: int


async def server(db: Db) -> ServerFacts:
    """Read PostgreSQL's set-up and our rights in it."""
    return await QUERIES["server"].one(db, ServerFacts)


async def clock(db: Db) -> datetime:
    """Read the database's clock."""
    return await QUERIES["clock"].one(db, datetime)


async def count_workers(db: Db) -> int:
    """Count the workers that are alive."""
    return await QUERIES["count_workers"].one(db, int)


async def count_received(db: Db, team: TeamId | None = None) -> list[Received]:
    """Count the mails that came back for each living sender, of one team or of all."""
    return await QUERIES["count_received"].rows(db, Received, team_id=team)


async def count_zones_guessed(db: Db) -> int:
    """Count the campaigns that guess their leads' time zones."""
    return await QUERIES["count_zones_guessed"].one(db, int)


async def count_holidays_kept(db: Db) -> int:
    """Count the schedules on which public holidays are days off."""
    return await QUERIES["count_holidays_kept"].one(db, int)
