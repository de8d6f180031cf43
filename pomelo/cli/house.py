"""What a command needs of the installation: settings, database, secret key and clock."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import uvloop

from pomelo import senders
from pomelo.base import jobs, log
from pomelo.base.clock import Clock
from pomelo.base.datadir import default_home
from pomelo.base.db import Database, Db
from pomelo.base.embedded import Embedded, running
from pomelo.base.errors import Conflict, Invalid, PomeloError, Unavailable
from pomelo.base.migrate import migrate
from pomelo.base.outgoing import Guard, parse_networks
from pomelo.base.sql import Query
from pomelo.base.vault import Vault
from pomelo.cli.secret_key import make_key, read_vault
from pomelo.settings import SettingInvalid, Settings, load

Result = TypeVar("Result")
OLDEST_POSTGRES: Final = 150000


class SecretKeyDiffers(Conflict):
    """This database was set up with another secret key; set POMELO_SECRET_KEY to that one."""


class DatabaseSilent(Unavailable):
    """The database does not answer; check that it runs and what DATABASE_URL says."""


class PostgresTooOld(PomeloError):
    """This PostgreSQL is too old; use version 15 or later."""


class FastClockRefused(Invalid):
    """POMELO_CLOCK_SPEED is for demonstrations; unset it, for a sender has a host elsewhere."""


@dataclass(frozen=True, kw_only=True)
class House:
    """An installation, opened."""

    settings: Settings
    home: Path
    database: Database
    vault: Vault
    clock: Clock
    guard: Guard

    @property
    def public_url(self) -> str:
        """How the world reaches it, without a slash at the end."""
        given = self.settings.public_url.rstrip("/")
        return given or f"http://127.0.0.1:{self.settings.port}"

    @property
    def export_dir(self) -> Path:
        """Where export files are written."""
        given = self.settings.export_dir
        return Path(given) if given else self.home / "exports"


class Installation(msgspec.Struct, frozen=True):
    """The one row about the whole installation."""

    secret_fingerprint: str
    deliver_to: str
    clock_speed: float
    created_at: datetime


_IS_SET_UP: Final = Query("is_set_up", "SELECT EXISTS (SELECT FROM installation)")
_FOUND: Final = Query(
    "found",
    """
    INSERT INTO installation (secret_fingerprint, clock_speed, created_at)
    VALUES (:fingerprint, :clock_speed, clock_timestamp())
    ON CONFLICT (is_only) DO UPDATE SET clock_speed = CASE
      WHEN :is_server THEN EXCLUDED.clock_speed ELSE installation.clock_speed END
    RETURNING secret_fingerprint, deliver_to, clock_speed, created_at""",
)


def settings_from_here() -> Settings:
    """Read the settings of this process."""
    return load(os.environ)


def home_of(settings: Settings) -> Path:
    """Give the data directory."""
    return Path(settings.data_dir) if settings.data_dir else default_home(os.environ)


def run(work: Callable[[House], Awaitable[Result]], settings: Settings | None = None) -> Result:
    """Run a short command in the installation, beside a running server or alone."""
    settings = settings or settings_from_here()
    log.configure("warning")
    with options_for_command(settings) as options:
        return uvloop.run(_within(work, settings, options))


async def _within(
    work: Callable[[House], Awaitable[Result]], settings: Settings, options: dict[str, Any]
) -> Result:
    async with opened(settings, options) as house:
        return await work(house)


@contextmanager
def options_for_command(settings: Settings) -> Iterator[dict[str, Any]]:
    """Give how to reach the database for as long as a command runs."""
    if settings.database_url:
        yield {"dsn": settings.database_url}
        return
    pg_bin = Path(settings.pg_bin) if settings.pg_bin else None
    with running(home_of(settings), pg_bin=pg_bin) as postgres:
        yield postgres.options()


@contextmanager
def options_for_server(settings: Settings) -> Iterator[tuple[dict[str, Any], Embedded | None]]:
    """Start the database inside, when it is that one, for as long as a server runs."""
    if settings.database_url:
        yield {"dsn": settings.database_url}, None
        return
    postgres = Embedded(
        home_of(settings), pg_bin=Path(settings.pg_bin) if settings.pg_bin else None
    )
    postgres.start()
    try:
        yield postgres.options(), postgres
    finally:
        postgres.stop()


@asynccontextmanager
async def opened(
    settings: Settings, options: dict[str, Any], *, size: int = 4, is_server: bool = False
) -> AsyncIterator[House]:
    """Open the installation: migrate, check the secret key, set the clock.

    A server says how fast the clock runs; a command beside it goes by that.

    Raises:
        DatabaseSilent: Nobody answers where the database should be.
        KeyUnreadable, SecretKeyDiffers: The secret key is not the installation's.
        PostgresTooOld, FastClockRefused: This process must not start.
        DatabaseIsNewer: A newer Pomelo made the database.
    """
    home = home_of(settings)
    given = Vault(settings.secret_key) if settings.secret_key else None
    database = Database(size=size, **options)
    try:
        await migrate(database)
        await jobs.install(database)
        await database.open()
    except Unavailable:
        raise DatabaseSilent from None
    try:
        async with database.transaction() as db:
            vault = given or await _kept_vault(db, home)
            found = await _check(db, settings, vault, is_server=is_server)
            clock = Clock(found.clock_speed, clock_start(settings) or found.created_at)
            await clock.sync(db)
        yield House(
            settings=settings,
            home=home,
            database=database,
            vault=vault,
            clock=clock,
            guard=Guard(parse_networks(settings.allow_private_mail)),
        )
    finally:
        await database.close()


async def _kept_vault(db: Db, home: Path) -> Vault:
    # Where a key was lost, another one would read nothing and hide that.
    if not await _IS_SET_UP.one(db, bool):
        make_key(home)
    return read_vault(home)


async def _check(db: Db, settings: Settings, vault: Vault, *, is_server: bool) -> Installation:
    version = int(await db.fetchval("SHOW server_version_num"))
    if version < OLDEST_POSTGRES:
        raise PostgresTooOld
    found = await _FOUND.one(
        db,
        Installation,
        fingerprint=vault.fingerprint(),
        clock_speed=settings.clock_speed,
        is_server=is_server,
    )
    if found.secret_fingerprint != vault.fingerprint():
        raise SecretKeyDiffers
    if found.clock_speed != 1.0:
        for sender in await senders.list_everywhere(db):
            hosts = filter(None, (sender.smtp_host, sender.imap_host))
            if not all(map(senders.is_loopback, hosts)):
                raise FastClockRefused
    return found


def clock_start(settings: Settings) -> datetime | None:
    """Read when a fast clock shows the real time, if a setting says so.

    Raises:
        SettingInvalid: It is no instant with a time zone.
    """
    if not settings.clock_start:
        return None
    try:
        return datetime.fromisoformat(settings.clock_start).astimezone(UTC)
    except ValueError:
        raise SettingInvalid(
            "POMELO_CLOCK_START is no instant; write it as 2026-03-10T09:00:00+00:00."
        ) from None


__all__ = [
    "House",
    "Installation",
    "home_of",
    "opened",
    "options_for_command",
    "options_for_server",
    "run",
    "settings_from_here",
]
