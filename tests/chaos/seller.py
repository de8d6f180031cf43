"""A team that calls the API: its key, its senders, its campaigns and its people."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from pomelo import leads, teams
from pomelo.base import addresses
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.ids import CampaignId, TeamId
from pomelo.leads import Lead, NewLead
from tests import make
from tests.api import client

AT_ANY_HOUR: Final = {
    "start": "00:00",
    "end": "00:00",
    "weekdays": [1, 2, 3, 4, 5, 6, 7],
    "timezone": "UTC",
    "secondsToWait": 0,
}
STEPS: Final = (
    ("Hello {{firstName}}", "<p>Hi {{firstName}}</p>"),
    ("", "<p>Hi again {{firstName}}</p>"),
)
AT_ONCE: Final = 500
# So many calls at the same time as a test may want, each kept open.
LIMITS: Final = httpx.Limits(max_connections=200, max_keepalive_connections=200)


@dataclass(frozen=True)
class Seller:
    """A team with a key.

    Args:
        database: The server's own, to look into and to add many people at once.
        team: Its id.
        key: Its key.
        http: Calls the server with the key.
    """

    database: Database
    team: TeamId
    key: str
    http: httpx.AsyncClient

    async def call(self, method: str, path: str, body: object = None) -> Any:
        """Call and give the JSON of the answer, which must be a good one."""
        answer = await self.http.request(method, f"/api{path}", json=body)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def beside(self, port: int) -> httpx.AsyncClient:
        """Make what calls another server of the same installation."""
        return httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", auth=("", self.key), limits=LIMITS, timeout=60
        )

    async def add_senders(self, port: int, amount: int, name: str = "sender") -> list[str]:
        """Add mailboxes without a limit, whose server is at a port of this machine."""
        ids: list[str] = []
        for number in range(amount):
            account = {
                "sender_name": "Jared Dunn",
                "sender_email": f"{name}{number}@piedpiper.example",
                "smtp_host": "127.0.0.1",
                "smtp_port": port,
                "smtp_login": "",
                "smtp_secure": False,
                "replies": "pipe",
            }
            made = await self.call("POST", "/user/email-accounts", account)
            await self.call("PATCH", f"/senders/{made['id']}", {"limitPerDay": 0})
            ids.append(made["id"])
        return ids

    async def add_campaign(
        self,
        senders: Sequence[str] = (),
        *,
        name: str = "Campaign1",
        steps: Sequence[tuple[str, str]] = STEPS,
    ) -> CampaignId:
        """Make a campaign whose steps follow at once, at any hour; with senders it runs."""
        made = await self.call("POST", "/campaigns", {"name": name})
        campaign = CampaignId(made["_id"])
        await self.call("PATCH", f"/schedules/{made['scheduleIds'][0]}", AT_ANY_HOUR)
        for subject, message in steps if senders else ():
            step = {"type": "email", "delay": 0, "subject": subject, "message": message}
            await self.call("POST", f"/sequences/{made['sequenceId']}/steps", step)
        if senders:
            await self.call("PATCH", f"/campaigns/{campaign}", {"senderIds": list(senders)})
            await self.call("POST", f"/campaigns/{campaign}/start")
        return campaign

    async def add_people(self, campaign: CampaignId, name: str, amount: int) -> None:
        """Add many people, as a file of them would be."""
        for first in range(0, amount, AT_ONCE):
            new = [
                NewLead(
                    team_id=self.team,
                    campaign_id=campaign,
                    address=addresses.parse(f"{name}{number}@hooli.example"),
                    variables={"firstName": f"{name}{number}"},
                )
                for number in range(first, min(first + AT_ONCE, amount))
            ]
            async with self.database.transaction() as db:
                added = await leads.add(db, new, now=await _now(self.database))
            assert all(isinstance(one, Lead) for one in added)


@asynccontextmanager
async def seller(database: Database, url: str = "") -> AsyncIterator[Seller]:
    """Make a team with a key, and what it calls the API with.

    Args:
        database: The server's own.
        url: The server; empty = the application is called in this process.
    """
    now = datetime.now(UTC)
    async with database.transaction() as db:
        team, user = await make.team_and_user(db)
        key = await teams.create_key(db, team.id, user=user.id, name="chaos", now=now)
    if not url:
        async with client.calling(database, team, user, now) as caller:
            yield Seller(database, team.id, key.text, caller.http)
        return
    async with httpx.AsyncClient(
        base_url=url, auth=("", key.text), limits=LIMITS, timeout=60
    ) as http:
        yield Seller(database, team.id, key.text, http)


async def _now(database: Database) -> datetime:
    clock = Clock()
    async with database.transaction(readonly=True) as db:
        await clock.sync(db)
    return clock.now()
