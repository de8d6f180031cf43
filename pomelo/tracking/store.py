"""Looks at the page to unsubscribe, in the database: one function a query."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from pomelo.base.db import Db
from pomelo.base.ids import MessageId, TeamId
from pomelo.base.sql import load

QUERIES: Final = load(__package__ or "")


class PageVisit(msgspec.Struct, frozen=True):
    """The page to unsubscribe was looked at from a mail."""

    message_id: MessageId
    at: datetime


async def insert_visits(db: Db, visits: Sequence[PageVisit]) -> int:
    """Keep looks at the page; the same moment counts once."""
    return await QUERIES["insert_visits"].run(
        db,
        message_ids=[visit.message_id for visit in visits],
        visited_ats=[visit.at for visit in visits],
    )


async def list_visits(db: Db, mails: Sequence[tuple[TeamId, MessageId]]) -> list[PageVisit]:
    """List when the page was looked at from some mails."""
    return await QUERIES["list_visits"].rows(
        db,
        PageVisit,
        team_ids=[team for team, _ in mails],
        message_ids=[message for _, message in mails],
    )
