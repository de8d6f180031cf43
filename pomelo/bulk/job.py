"""Bulk edits go on in the background, turn by turn."""

from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.ids import BulkEditId, TeamId
from pomelo.base.jobs import Jobs
from pomelo.bulk import store
from pomelo.bulk.actions import JOB
from pomelo.bulk.model import BulkEdit, EditStatus
from pomelo.bulk.turns import take_turn


class Editor:
    """Goes on with bulk edits.

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
        """Go on with an edit until it ends; safe to run twice, also at the same time.

        Args:
            payload: The team's and the edit's id.

        Raises:
            Unavailable: PostgreSQL is away; to be run again.
        """
        team, _, edit = payload.decode().partition(" ")
        while await self.turn(TeamId(team), BulkEditId(edit)):
            pass

    async def turn(self, team: TeamId, edit: BulkEditId) -> bool:
        """Take one turn; says whether there are more."""
        done = await self._database.retrying(lambda db: self._turn(db, team, edit))
        return done is not None and done.status is EditStatus.RUNNING

    async def _turn(self, db: Db, team: TeamId, edit: BulkEditId) -> BulkEdit | None:
        found = await store.lock(db, team, edit)
        return None if found is None else await take_turn(db, found, now=self._clock.now())
