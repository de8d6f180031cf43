"""A team whose hooks are told things by a courier, on a clock set by hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from pomelo import activities, hooks
from pomelo.activities import Fact
from pomelo.base.db import NEVER, Database
from pomelo.base.ids import TeamId
from pomelo.base.outgoing import Guard, parse_networks
from pomelo.campaigns import Campaign
from pomelo.hooks import Courier, Delivery, Hook, NewHook
from pomelo.leads import ActivityType, Lead
from tests import make
from tests.wire import HandClock

HERE = Guard(parse_networks("127.0.0.0/8"), frozenset({80, 443}), "POMELO_ALLOW_PRIVATE_HOOKS")


class Office:
    """One team with one campaign, and a worker's courier.

    Args:
        database: Where.
        now: When it opens.
        guard: Which receivers may be reached; those of this machine.
    """

    def __init__(self, database: Database, now: datetime, guard: Guard = HERE) -> None:
        self.database = database
        self.clock = HandClock(now)
        self.courier = self.another(guard)
        self.campaign: Campaign
        self.secrets: dict[str, str] = {}

    def another(self, guard: Guard = HERE, **options: Any) -> Courier:
        """Another worker's."""
        return Courier(self.database, self.clock, vault=make.VAULT, guard=guard, **options)

    @property
    def team(self) -> TeamId:
        return self.campaign.team_id

    async def add_campaign(self, name: str = "Pied Piper") -> Campaign:
        async with self.database.transaction() as db:
            return await make.campaign(db, (await make.team(db, name)).id)

    async def add_lead(self, email: str = "richard@piedpiper.com", **variables: object) -> Lead:
        async with self.database.transaction() as db:
            return await make.lead(db, self.campaign, email, variables=variables)

    async def add_hook(self, target_url: str, *, of: Campaign | None = None, **wanted: Any) -> Hook:
        new = NewHook(target_url=target_url, **wanted)
        async with self.database.transaction() as db:
            hook, signing = await hooks.add(
                db, (of or self.campaign).team_id, new, vault=make.VAULT, now=self.clock.now()
            )
        self.secrets[hook.id] = signing.reveal()
        return hook

    async def add_hook_to_tell(self, target_url: str) -> Hook:
        """A hook, and one thing that it is to be told."""
        hook = await self.add_hook(target_url, type="emailsSent")
        await self.happen(await self.add_lead(), ActivityType.EMAILS_SENT)
        return hook

    async def happen(self, lead: Lead, *types: ActivityType, **known: Any) -> None:
        """Let these happen to a lead, each a moment after the other."""
        for kind in types:
            fact = Fact(
                team_id=lead.team_id, type=kind, lead_id=lead.id, at=self.clock.now(), **known
            )
            async with self.database.transaction() as db:
                await activities.record(db, [fact])
            self.clock.at += datetime.resolution

    async def work(self, courier: Courier | None = None) -> None:
        """Let a courier do everything that is due now."""
        worker, was_busy = courier or self.courier, True
        while await worker.work_once() or was_busy:
            was_busy = worker.is_busy
            await asyncio.sleep(0.002)

    async def log(self, hook: Hook) -> list[Delivery]:
        """What a hook was told or is to be, oldest first."""
        async with self.database.transaction() as db:
            listed = await hooks.list_deliveries(
                db, hook.team_id, hook.id, state=None, offset=0, limit=1000
            )
        return listed[::-1]

    async def hook(self, hook: Hook) -> Hook:
        async with self.database.transaction() as db:
            return next(
                one for one in await hooks.list_of_team(db, hook.team_id) if one.id == hook.id
            )

    async def until_next(self, hook: Hook) -> None:
        """Move the clock to when the hook's next thing is due, if there is any."""
        async with self.database.transaction() as db:
            at = await db.fetchval("SELECT next_at FROM hooks WHERE id = $1", hook.id)
        if at != NEVER:
            self.clock.at = max(self.clock.at, at)


@asynccontextmanager
async def office(database: Database, now: datetime, guard: Guard = HERE) -> AsyncIterator[Office]:
    """Have one, closed at the end."""
    opened = Office(database, now, guard)
    opened.campaign = await opened.add_campaign()
    try:
        yield opened
    finally:
        await opened.courier.finish(within_seconds=0.1)
