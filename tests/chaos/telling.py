"""Receivers of hooks, told things by workers that are processes of their own and get killed."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from pomelo import activities, leads
from pomelo.activities import Fact
from pomelo.base import addresses
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.leads import ActivityType, Lead, NewLead
from tests.chaos.post import KILLED
from tests.chaos.town import PATIENCE_SECONDS, Process, Town, town, url_of
from tests.hooks.office import Office
from tests.hooks.receiver import Receiver, receiving

AT_ONCE = 4


@dataclass(frozen=True)
class Account:
    """What happened held against what was told.

    Args:
        expected: How much each receiver was to be told.
        lost: What some receiver never heard.
        changed: Ids under which a receiver heard of two things.
        repeated: How often anything was told once more.
    """

    expected: int
    lost: int
    changed: int
    repeated: int


class Scene:
    """A team with some receivers, and its workers.

    Args:
        here: Where the programs run.
        office: The team.
        receivers: What listens.
    """

    def __init__(self, here: Town, office: Office, receivers: Sequence[Receiver]) -> None:
        self._here = here
        self._office = office
        self._receivers = receivers
        self._happened: set[str] = set()
        self._people = 0

    async def happen(self, amount: int) -> None:
        """Let something happen to so many new people."""
        office = self._office
        async with office.database.transaction() as db:
            now: datetime = await db.fetchval("SELECT clock_timestamp()")
            new = [
                NewLead(
                    team_id=office.team,
                    campaign_id=office.campaign.id,
                    address=addresses.parse(f"lead{self._people + number}@hooli.example"),
                )
                for number in range(amount)
            ]
            added = [one for one in await leads.add(db, new, now=now) if isinstance(one, Lead)]
            sent = ActivityType.EMAILS_SENT
            facts = [Fact(team_id=one.team_id, type=sent, lead_id=one.id, at=now) for one in added]
            recorded = await activities.record(db, facts)
        self._people += amount
        self._happened |= {one.id for one in recorded if one is not None}

    def start_worker(self, **settings: str) -> Process:
        return self._here.start("worker", POMELO_ALLOW_PRIVATE_HOOKS="127.0.0.0/8", **settings)

    async def kill_at(self, passing: int, people: int) -> None:
        """Kill a worker between a receiver's answer and the note of it."""
        await self.happen(people)
        worker = self.start_worker(POMELO_FAILPOINT=f"after_hook:{passing}")
        assert await worker.ended() == KILLED, worker.last_words()

    async def account(self) -> Account:
        """Let a worker finish, and hold the two against each other."""
        self.start_worker(POMELO_LEASE_SECONDS="60")  # a busy machine is no reason to repeat
        wanted = {(one, name) for one in self._happened for name in ("emailsSent", "contacted")}
        for one in self._receivers:
            await one.until(len(wanted), seconds=PATIENCE_SECONDS)
        ids = [Counter(one.ids) for one in self._receivers]
        things = [
            len({(told.id, told.json["_id"], told.json["type"]) for told in one.told})
            for one in self._receivers
        ]
        return Account(
            expected=len(wanted),
            lost=sum(len(wanted - heard(one)) for one in self._receivers),
            changed=sum(count - len(known) for count, known in zip(things, ids, strict=True)),
            repeated=sum(known.total() - len(known) for known in ids),
        )


def heard(receiver: Receiver) -> set[tuple[str, str]]:
    """Give what a receiver was told."""
    return {(told.json["_id"], told.json["type"]) for told in receiver.told}


@asynccontextmanager
async def scene(
    postgres: Embedded, database: Database, now: datetime, *, receivers: int
) -> AsyncIterator[Scene]:
    """Have one, without a worker."""
    async with AsyncExitStack() as open_:
        here = open_.enter_context(town(url_of(postgres)))
        office = Office(database, now)
        office.campaign = await office.add_campaign()
        listening = [await open_.enter_async_context(receiving()) for _ in range(receivers)]
        for one in listening:
            await office.add_hook(one.url)
        yield Scene(here, office, listening)
