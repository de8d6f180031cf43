"""Leads of a sender that was deleted: they wait for a person, however many they are.

Nothing hangs on how soon: a sender that is gone claims nothing and gets no leave to send.
"""

from datetime import datetime
from typing import Final

from pomelo.base import jobs
from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.ids import SenderId, TeamId
from pomelo.base.jobs import Jobs
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


class Parking:
    """Parks in the background what a deletion did not wait for.

    Args:
        database: Where the leads are.
        clock: Tells when they changed.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def join(self, jobs: Jobs) -> None:
        """Take part in a worker's jobs."""
        jobs.register(JOB, self.run)

    async def run(self, payload: bytes) -> None:
        """Park the rest of a sender's leads; safe to run twice.

        Args:
            payload: The team's and the sender's id, and the lead after which to begin.

        Raises:
            Unavailable: PostgreSQL is away; to be run again.
        """
        team, sender, begin = payload.decode().split(" ")
        last: str | None = begin
        while last is not None:
            last = await self._park(TeamId(team), SenderId(sender), last)

    async def _park(self, team: TeamId, sender: SenderId, after: str) -> str | None:
        now = self._clock.now()
        return await self._database.retrying(
            lambda db: claims.park_sender(db, team, sender, after=after, amount=AT_ONCE, now=now)
        )
