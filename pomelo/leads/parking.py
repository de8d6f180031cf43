"""Leads of a sender that was deleted: they wait for a person, however many they are.

Nothing hangs on how soon: a sender that is gone claims nothing and gets no leave to send.
"""

from datetime import datetime
from typing import Final

from pomelo.base import jobs
from pomelo.base.db import Db
from pomelo.base.ids import SenderId, TeamId
from pomelo.base.walks import Walk
from pomelo.leads.queue import claims

JOB: Final = "park_sender"
# Leads looked at in one transaction; a tenth of a second when all of them are the sender's.
AT_ONCE: Final = 2_000


async def park_sender(db: Db, team: TeamId, sender: SenderId, *, now: datetime) -> None:
    """Let the leads of a sender that is gone wait for another one.

    In a small team at once, otherwise the first of them; a job does the rest after the commit.
    """
    last = await claims.park_sender(db, team, sender, after="", amount=AT_ONCE, now=now)
    if last is not None:
        await jobs.enqueue(db, JOB, f"{team} {sender} {last}".encode())


class Parking(Walk):
    """Parks in the background what a deletion did not wait for.

    Its payload: the team's and the sender's id, and the lead after which to begin.
    """

    name = JOB

    async def turn(self, db: Db, payload: bytes, now: datetime) -> bytes | None:
        """Park some of a sender's leads."""
        team, sender, after = payload.decode().split(" ")
        last = await claims.park_sender(
            db, TeamId(team), SenderId(sender), after=after, amount=AT_ONCE, now=now
        )
        return None if last is None else f"{team} {sender} {last}".encode()
