"""What is known of senders and mail domains is forgotten once it holds nobody any more."""

from datetime import timedelta
from typing import Final

from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.jobs import EVERY_HOUR, Jobs
from pomelo.delivery.contacting.store import QUERIES

# The longest gap between two mails to a domain.
LONGEST_GAP: Final = timedelta(hours=24)


class TurnsCleaner:
    """Forgets domains that were left alone for longer than any gap.

    Args:
        database: The pool.
        clock: Tells the time.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def join(self, jobs: Jobs) -> None:
        """Take part in a worker's jobs."""
        jobs.every("forget_domain_turns", EVERY_HOUR, self.clean)

    async def clean(self) -> None:
        """Forget them."""
        async with self._database.transaction() as db:
            await QUERIES["forget_turns"].run(db, before=self._clock.now() - LONGEST_GAP)
