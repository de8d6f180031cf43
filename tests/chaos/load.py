"""Clients that write to a server while it is killed, and keep account of what it acknowledged."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, Final

import httpx

from pomelo.base.clock import monotonic
from pomelo.base.db import Database
from pomelo.base.ids import CampaignId
from tests.chaos.town import until

CLIENTS: Final = 16
AGAIN_SECONDS: Final = 0.05
ALREADY: Final = "Lead already in the campaign"
UNSUBSCRIBES_EVERY: Final = 4


class Load:
    """Clients, each of which adds people one after the other and repeats what failed.

    What counts as acknowledged is only what was answered with 200. A lead that a failed try
    has written after all is answered as "already in the campaign" at the next.

    Args:
        url: The server.
        key: The team's.
        campaign: Where people are added.
        clients: How many there are.
    """

    def __init__(self, url: str, key: str, campaign: CampaignId, *, clients: int = CLIENTS) -> None:
        self._url = url
        self._auth = ("", key)
        self._campaign = campaign
        self._amount = clients
        self._stop = asyncio.Event()
        self.tried: set[str] = set()
        self.added: dict[str, str] = {}
        """Addresses whose adding was acknowledged, and the ids they were given."""
        self.changed: dict[str, str] = {}
        self.unsubscribed: set[str] = set()
        self.failures: Counter[str] = Counter()
        """How often which failure was met that clients must bear."""
        self.faults: list[str] = []
        """Answers that nobody should get."""
        self.acknowledged = 0
        self.last_at = 0.0
        """When the request was begun that was acknowledged last."""
        self.slowest_seconds = 0.0

    async def __aenter__(self) -> "Load":
        self._clients = [asyncio.create_task(self._live(number)) for number in range(self._amount)]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        await asyncio.gather(*self._clients)

    async def get_going(self, amount: int) -> None:
        """Wait until so many more writes are acknowledged."""
        wanted = self.acknowledged + amount
        await until(lambda: self.acknowledged >= wanted, f"{amount} writes; {self.faults[:3]}")

    async def until_failure(self, before: int) -> None:
        """Wait until there were more failures than before, so that a kill has been felt."""
        await until(lambda: self.failures.total() > before, "a kill to be felt")

    async def until_recovery(self) -> None:
        """Wait for a write that is begun and acknowledged from now on."""
        since = monotonic()
        await until(lambda: self.last_at > since, "writes to succeed again")

    async def _live(self, number: int) -> None:
        async with httpx.AsyncClient(base_url=self._url, auth=self._auth, timeout=30) as http:
            turn = 0
            while not self._stop.is_set():
                turn += 1
                await self._meet(http, f"lead{number}.{turn}@hooli.example", turn)

    async def _meet(self, http: httpx.AsyncClient, email: str, turn: int) -> None:
        path = f"/api/campaigns/{self._campaign}/leads/{email}"
        self.tried.add(email)
        added = await self._insist(lambda: http.post(path, json={"turn": "0"}))
        if added is not None:
            self.added[email] = added.get("_id", "")
        if added and await self._insist(lambda: http.patch(path, json={"turn": str(turn)})):
            self.changed[email] = str(turn)
        if added and turn % UNSUBSCRIBES_EVERY == 0:
            left = await self._insist(lambda: http.post(f"/api/unsubscribes/{email}"))
            self.unsubscribed |= {email} if left else set()

    async def _insist(
        self, request: Callable[[], Coroutine[Any, Any, httpx.Response]]
    ) -> dict[str, Any] | None:
        """Repeat a request until it is acknowledged or the test ends."""
        is_repeated = False
        while not (is_repeated and self._stop.is_set()):
            began = monotonic()
            try:
                answer = await request()
            except httpx.TransportError:
                self.failures["broken off"] += 1
            else:
                self.slowest_seconds = max(self.slowest_seconds, monotonic() - began)
                if (found := self._read(answer, is_repeated, began)) is not None:
                    return found
            is_repeated = True
            await asyncio.sleep(AGAIN_SECONDS)
        return None

    def _read(
        self, answer: httpx.Response, is_repeated: bool, began: float
    ) -> dict[str, Any] | None:
        if answer.status_code == 200:
            self.acknowledged += 1
            self.last_at = max(self.last_at, began)
            found: dict[str, Any] = answer.json()
            return found
        if answer.status_code == 400 and answer.text == ALREADY and is_repeated:
            self.failures["had been written"] += 1
            return {"_id": ""}
        if answer.status_code == 503 and int(answer.headers.get("retry-after", "0")) > 0:
            self.failures["503"] += 1
            return None
        self.faults.append(f"{answer.status_code} {answer.text}")
        return None


async def lost(load: Load, database: Database, campaign: CampaignId) -> list[str]:
    """List the acknowledged writes that the database does not hold, and rows nobody asked for."""
    async with database.transaction(readonly=True) as db:
        found = await db.fetch(
            "SELECT email, id, variables ->> 'turn' AS turn FROM leads WHERE campaign_id = $1",
            campaign,
        )
        left = {row[0] for row in await db.fetch("SELECT value FROM unsubscribes")}
    rows = {row["email"]: row for row in found}
    return [
        *(f"added: {email}" for email in load.added if email not in rows),
        *(
            f"another id: {email}"
            for email, lead in load.added.items()
            if lead and email in rows and rows[email]["id"] != lead
        ),
        *(
            f"changed: {email}"
            for email, turn in load.changed.items()
            if email in rows and rows[email]["turn"] != turn
        ),
        *(f"unsubscribed: {email}" for email in sorted(load.unsubscribed - left)),
        *(
            f"twice: {email}"
            for email, times in Counter(r["email"] for r in found).items()
            if times > 1
        ),
        *(f"from nowhere: {email}" for email in sorted(set(rows) - load.tried)),
    ]
