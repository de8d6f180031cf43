"""Callers of the whole API, each a team with a key, through the real application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from pomelo import teams
from pomelo.api.call import AppState
from pomelo.api.exports import Downloads
from pomelo.api.hooks import HookAccess
from pomelo.api.leads import Adding
from pomelo.app import build
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.outgoing import Guard, parse_networks
from pomelo.delivery import Pen
from pomelo.exports import Folder, Streams
from pomelo.inbound import Answer, Checkup, Timing
from pomelo.senders import OAuth, Provider, google
from pomelo.smtp import MailAccess, Timeouts
from pomelo.teams import Team, User
from pomelo.tracking import Signer
from tests import make

# Mail servers may be public or on this machine, and answer at once.
MAIL_ACCESS = MailAccess(
    vault=make.VAULT,
    guard=Guard(parse_networks("127.0.0.0/8")),
    timeouts=Timeouts(connect=2, tls=2, command=2, data=2),
    oauth=OAuth(clients={Provider.GOOGLE: google("id.example", "secret-of-the-client")}),
)


async def nobody(_name: str, _kind: str) -> Answer:
    """No name system answers."""


def checkup() -> Checkup:
    """What it takes to check senders."""
    return Checkup(
        access=MAIL_ACCESS,
        signer=Signer(make.VAULT.signing_secret()),
        public_url="http://127.0.0.1:8000",
        ask=nobody,
        timing=Timing(poll=0.02, grace=0.1),
    )


# So may receivers of hooks.
HOOK_ACCESS = HookAccess(
    make.VAULT,
    Guard(parse_networks("127.0.0.0/8"), frozenset({80, 443}), "POMELO_ALLOW_PRIVATE_HOOKS"),
)
# Nothing is written there: that is what workers do.
NO_FOLDER = Folder(Path("/nonexistent"))


@dataclass(frozen=True)
class Caller:
    """A user of a team who calls with a key."""

    database: Database
    team: Team
    user: User
    http: httpx.AsyncClient

    async def call(self, method: str, path: str, body: object = None, **query: Any) -> Any:
        """Call and give the JSON of the answer, which must be 200."""
        answer = await self.send(method, path, body, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, method: str, path: str, body: object = None, **query: Any) -> Any:
        """Call and give status and text of the answer."""
        answer = await self.send(method, path, body, **query)
        return answer.status_code, answer.text

    async def send(
        self, method: str, path: str, body: object = None, **query: Any
    ) -> httpx.Response:
        given: dict[str, Any] = {} if body is None else {"json": body}
        return await self.http.request(method, f"/api{path}", params=query or None, **given)


@asynccontextmanager
async def caller(
    database: Database, name: str, now: datetime, *, downloads: Downloads | None = None
) -> AsyncIterator[Caller]:
    """Make a team with a key, and what it calls with."""
    async with database.transaction() as db:
        team, user = await make.team_and_user(db, name)
    async with calling(database, team, user, now, downloads=downloads) as made:
        yield made


@asynccontextmanager
async def calling(
    database: Database,
    team: Team,
    user: User,
    now: datetime,
    *,
    downloads: Downloads | None = None,
) -> AsyncIterator[Caller]:
    """Make a key for a team that is there, and what it calls with."""
    async with database.transaction() as db:
        key = await teams.create_key(db, team.id, user=user.id, name="tests", now=now)
    clock = Clock()
    parts: dict[type, object] = {
        MailAccess: MAIL_ACCESS,
        Checkup: checkup(),
        HookAccess: HOOK_ACCESS,
        Pen: Pen(make.VAULT, "http://track.test"),
        Adding: Adding(database, clock),
        Downloads: downloads or Downloads(NO_FOLDER, Streams(database)),
    }
    state = AppState(database, clock, "http://pomelo.example", parts=parts)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=build(state, rate_limit=0, has_access_log=True)),
        base_url="http://pomelo.example",
        auth=("", key.text),
    ) as http:
        yield Caller(database, team, user, http)
