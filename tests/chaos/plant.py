"""A team whose campaign has every kind of step, and a person who does its tasks."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from pomelo import delivery
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.base.ids import CampaignId
from pomelo.tasks import TaskState
from tests.chaos import books
from tests.chaos.post import Post
from tests.chaos.seller import AT_ANY_HOUR, Seller, seller
from tests.chaos.town import town, url_of
from tests.hooks.receiver import Receiver, receiving

# Of each lead: a mail, a call by a person, one of a system, a condition, the task of its branch,
# a mail, the handover, and the mail that follows it there.
STEPS: Final = 8
TASKS_AT_ONCE: Final = 50
OPEN: Final = "SELECT count(*) FROM tasks WHERE state = 'open'"


class Plant(Post):
    """Campaigns with every kind of step; other workers may be killed at any moment.

    Attributes:
        system: The other system, which steps call.
    """

    system: Receiver

    async def with_tasks_done(self, work: Coroutine[Any, Any, None]) -> None:
        """Wait for something, doing the tasks that come up meanwhile."""
        person = asyncio.create_task(self._do_tasks())
        try:
            await work
        finally:
            person.cancel()
            with suppress(asyncio.CancelledError):
                await person

    async def settled(self) -> None:
        """Wait until nothing is to come, tasks included."""
        while True:
            await books.settled(self.team.database)
            if not await self.count(f"SELECT ({books.UNFINISHED}) + ({OPEN})"):
                return
            await asyncio.sleep(books.LOOK_SECONDS)

    async def _do_tasks(self) -> None:
        clock = Clock()
        while True:
            async with self.team.database.transaction() as db:
                await clock.sync(db)
                found = await db.fetch(
                    "SELECT id FROM tasks WHERE state = 'open' ORDER BY id LIMIT $1", TASKS_AT_ONCE
                )
                ids = [row["id"] for row in found]
                await delivery.end_tasks(db, self.team.team, ids, TaskState.DONE, now=clock.now())
            await asyncio.sleep(0.1)

    async def count(self, statement: str) -> Any:
        """Ask the database for one value."""
        async with self.team.database.transaction(readonly=True) as db:
            return await db.fetchval(statement)


@asynccontextmanager
async def plant(postgres: Embedded, database: Database, *, senders: int) -> AsyncIterator[Plant]:
    """Have such a campaign running, for which no worker works yet."""
    async with receiving() as system:
        with town(url_of(postgres)) as here:
            ledger = here.home / "ledger.jsonl"
            port = here.start_sink(ledger, "0-5")
            async with seller(database) as team:
                mailboxes = await team.add_senders(port, senders)
                after = await team.add_campaign(mailboxes, name="After", steps=[("C", "<p>c</p>")])
                first = await _make_first(team, mailboxes, after, system.url)
                made = Plant(here, team, [first], ledger)
                made.system = system
                yield made


async def _make_first(
    team: Seller, mailboxes: list[str], after: CampaignId, url: str
) -> CampaignId:
    made = await team.call("POST", "/campaigns", {"name": "First"})
    campaign = CampaignId(made["_id"])
    await team.call("PATCH", f"/schedules/{made['scheduleIds'][0]}", AT_ANY_HOUR)
    main = f"/sequences/{made['sequenceId']}/steps"
    steps: list[dict[str, Any]] = [
        {"type": "email", "subject": "A {{firstName}}", "message": "<p>a</p>"},
        {"type": "phone", "title": "Ring {{firstName}}"},
        {"type": "api", "method": "POST", "url": url, "message": '{"who": "{{firstName}}"}'},
        {"type": "conditional", "conditionKey": "hasPhoneNumber", "delayType": "within"},
        {"type": "email", "subject": "B", "message": "<p>b</p>"},
        {"type": "sendToAnotherCampaign", "campaignId": after},
    ]
    for step in steps:
        shown = await team.call("POST", main, {"delay": 0, **step})
        if step["type"] == "conditional":
            yes, no = (branch["sequenceId"] for branch in shown["conditions"])
            mail = {"type": "email", "subject": "Y", "message": "<p>y</p>", "delay": 0}
            task = {"type": "manual", "title": "Look {{firstName}} up", "delay": 0}
            await team.call("POST", f"/sequences/{yes}/steps", mail)
            await team.call("POST", f"/sequences/{no}/steps", task)
    await team.call("PATCH", f"/campaigns/{campaign}", {"senderIds": mailboxes})
    await team.call("POST", f"/campaigns/{campaign}/start")
    return campaign
