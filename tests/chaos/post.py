"""A team whose campaign is sent by workers that are processes of their own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.base.ids import CampaignId
from tests.chaos import books
from tests.chaos.books import Books
from tests.chaos.seller import STEPS, Seller, seller
from tests.chaos.town import Process, Town, town, url_of

KILLED: Final = -9
# Every fail-point of sending, in the order in which a mail passes them.
POINTS: Final = (
    "after_claim",
    "after_intent",
    "before_data",
    "after_leave",
    "after_data",
    "after_record",
)


class Post:
    """Running campaigns of two steps, and a mail server with a ledger.

    Args:
        here: Where the programs run.
        team: Whose campaigns.
        campaigns: The campaigns.
        ledger: What the mail server accepted.
    """

    def __init__(
        self, here: Town, team: Seller, campaigns: Sequence[CampaignId], ledger: Path
    ) -> None:
        self._here = here
        self._campaigns = campaigns
        self._batches = 0
        self.team = team
        self.ledger = ledger

    async def add_people(self, amount: int) -> None:
        """Add so many people to each campaign who are in none yet."""
        for campaign in self._campaigns:
            self._batches += 1
            await self.team.add_people(campaign, f"batch{self._batches}n", amount)

    def start_worker(self, **settings: str) -> Process:
        """Start a worker, with further settings."""
        return self._here.start("worker", **settings)

    async def kill_at(self, point: str, *, passing: int, people: int) -> None:
        """Let a worker send to new people until it passes a fail-point for the nth time."""
        await self.add_people(people)
        worker = self.start_worker(POMELO_FAILPOINT=f"{point}:{passing}")
        assert await worker.ended() == KILLED, worker.last_words()

    async def books(self) -> Books:
        """Make up the books once nothing more is to come."""
        return await books.keep(self.team.database, self.ledger, steps=len(STEPS))

    async def doubtful(self) -> list[dict[str, Any]]:
        """List the mails in doubt, as a person sees them."""
        found: list[dict[str, Any]] = []
        while page := await self.team.call(
            "GET", f"/messages?state=uncertain&limit=100&offset={len(found)}"
        ):
            found += page
        return found

    async def resolve(self, mails: Sequence[dict[str, Any]]) -> dict[str, int]:
        """End each doubt as a person would who looks whether the mail has arrived."""
        arrived = {mail.message_id for mail in books.read_ledger(self.ledger)}
        told = {"sent": 0, "resend": 0}
        for mail in mails:
            resolution = "sent" if mail["messageId"] in arrived else "resend"
            await self.team.call("POST", f"/messages/{mail['_id']}/resolve", {"as": resolution})
            told[resolution] += 1
        return told


@asynccontextmanager
async def post(
    postgres: Embedded, database: Database, *, senders: int, campaigns: int = 1
) -> AsyncIterator[Post]:
    """Have running campaigns, for which no worker works yet.

    Args:
        postgres: Where.
        database: The same.
        senders: How many.
        campaigns: How many; each has its own share of the senders.
    """
    with town(url_of(postgres)) as here:
        ledger = here.home / "ledger.jsonl"
        port = here.start_sink(ledger, "0-5")
        async with seller(database) as team:
            mailboxes = await team.add_senders(port, senders)
            running = [
                await team.add_campaign(mailboxes[place::campaigns]) for place in range(campaigns)
            ]
            yield Post(here, team, running, ledger)
