"""A mailbox that is connected to a provider, for tests of its tokens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pomelo import senders
from pomelo.base import addresses
from pomelo.base.db import Database
from pomelo.inbound import read_elsewhere
from pomelo.senders import Brought, OAuth, Provider, Sender, Started, Way, Wish
from pomelo.teams import User
from tests import make
from tests.senders.identity import Identity, visit

EMAIL = "jared@piedpiper.com"
REDIRECT = "http://127.0.0.1:1/oauth/callback"


@dataclass
class Connected:
    """A connected sender, and who asks for its token."""

    database: Database
    identity: Identity
    sender: Sender
    now: datetime

    async def token(
        self, *, after: float = 0, refused: str = "", oauth: OAuth | None = None
    ) -> str:
        """Ask for an access token, some minutes after it was connected."""
        server = await senders.smtp_access(
            self.database,
            self.sender.team_id,
            self.sender.id,
            vault=make.VAULT,
            oauth=oauth or self.identity.oauth(),
            now=self.now + timedelta(minutes=after),
            refused=refused,
        )
        return server.password

    async def get(self) -> Sender:
        async with self.database.transaction() as db:
            return await senders.get(db, self.sender.team_id, self.sender.id)

    async def set_grant(self, **columns: Any) -> None:
        """Change a column of its grant."""
        async with self.database.transaction() as db:
            for name, value in columns.items():
                await db.execute(f"UPDATE grants SET {name} = $1", value)


async def connected(database: Database, identity: Identity, now: datetime) -> Connected:
    """Connect a new mailbox."""
    async with database.transaction() as db:
        _, user = await make.team_and_user(db)
    started = await start(database, identity, user, now=now)
    sender = await finish(database, identity, started, now=now)
    identity.forms.clear()
    identity.asked.clear()
    return Connected(database, identity, sender, now)


async def start(
    database: Database, identity: Identity, user: User, *, now: datetime, **wish: Any
) -> Started:
    """Ask to connect a mailbox."""
    browser = wish.pop("browser", "")
    meant = Wish(
        provider=Provider.GOOGLE,
        user_id=user.id,
        address=addresses.parse(wish.pop("email", EMAIL)),
        **wish,
    )
    async with database.transaction() as db:
        return await senders.start_connecting(
            db,
            user.team_id,
            meant,
            Way(REDIRECT, browser),
            oauth=identity.oauth(),
            vault=make.VAULT,
            now=now,
        )


async def finish(
    database: Database,
    identity: Identity,
    started: Started,
    *,
    now: datetime,
    browser: str = "",
    oauth: OAuth | None = None,
) -> Sender:
    """Agree, and bring back what the provider gave."""
    brought = visit(identity, started.url)
    return await senders.finish_connecting(
        database,
        Brought(brought["state"], brought["code"], browser),
        also=read_elsewhere,
        oauth=oauth or identity.oauth(),
        vault=make.VAULT,
        now=now,
    )


async def columns(database: Database) -> str:
    """Everything that the tables of senders hold, as text."""
    async with database.transaction() as db:
        rows = await db.fetch(
            "SELECT g::text FROM grants g UNION ALL SELECT s::text FROM senders s"
            " UNION ALL SELECT a::text FROM authorizations a"
        )
    return "\n".join(row[0] for row in rows)
