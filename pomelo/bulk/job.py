"""Bulk edits go on in the background, turn by turn."""

from datetime import datetime

from pomelo.base.db import Db
from pomelo.base.ids import BulkEditId, TeamId
from pomelo.base.walks import Walk
from pomelo.bulk.actions import JOB, go_on
from pomelo.bulk.model import EditStatus


class Editor(Walk):
    """Goes on with bulk edits; several workers may, one turn after the other.

    Its payload: the team's and the edit's id; the edit knows itself how far it is.
    """

    name = JOB

    async def turn(self, db: Db, payload: bytes, now: datetime) -> bytes | None:
        """Take one turn of an edit."""
        team, _, edit = payload.decode().partition(" ")
        done = await go_on(db, TeamId(team), BulkEditId(edit), now=now)
        return payload if done.status is EditStatus.RUNNING else None
