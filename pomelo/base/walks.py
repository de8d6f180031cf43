"""Jobs that go through many rows in turns: each turn is a transaction of its own."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import ClassVar

from pomelo.base.clock import Clock
from pomelo.base.db import Database, Db
from pomelo.base.jobs import Jobs


class Walk(ABC):
    """Such a job; nobody has to wait for it longer than one turn takes.

    Args:
        database: Where the rows are.
        clock: Tells when they changed.
    """

    name: ClassVar[str]

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def join(self, jobs: Jobs) -> None:
        """Take part in a worker's jobs."""
        jobs.register(self.name, self.run)

    async def run(self, payload: bytes) -> None:
        """Take turns until there is nothing left.

        Args:
            payload: What is done, and where it begins.

        Raises:
            Unavailable: PostgreSQL is away; to be run again.
        """
        rest: bytes | None = payload
        while rest is not None:
            rest = await self._take_turn(rest)

    async def _take_turn(self, payload: bytes) -> bytes | None:
        now = self._clock.now()
        return await self._database.retrying(lambda db: self.turn(db, payload, now))

    @abstractmethod
    async def turn(self, db: Db, payload: bytes, now: datetime) -> bytes | None:
        """Take one turn; safe to be taken twice.

        Returns:
            The payload with which the next one begins; None when nothing is left.
        """
