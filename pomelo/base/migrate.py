"""Migrations: numbered SQL files, forward only, each applied once in its own transaction.

Safe when two servers start at once (advisory lock) and when killed half way (a file is
applied whole or not at all).
"""

from importlib.resources import files
from typing import Final, NamedTuple

import asyncpg

from pomelo.base.db import Database, Db
from pomelo.base.errors import PomeloError

# Any number that no other program would choose for an advisory lock.
LOCK: Final = 0x706F6D656C6F


class DatabaseIsNewer(PomeloError):
    """The database was made by a newer Pomelo; start that version, or restore a backup."""


class Migration(NamedTuple):
    """One file of `pomelo/migrations`."""

    name: str
    sql: str


def known() -> list[Migration]:
    """Read every migration of this version, oldest first."""
    folder = files("pomelo.migrations")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return [Migration(name, (folder / name).read_text("utf-8")) for name in names]


async def migrate(database: Database) -> list[str]:
    """Bring the database to this version.

    Returns:
        The names of the migrations applied now; empty when there was nothing to do.

    Raises:
        DatabaseIsNewer: It holds a migration that this version does not know.
    """
    connection = await database.connect()
    try:
        # Waiting for another server's migrations may take longer than a lock may elsewhere.
        await connection.execute("SET lock_timeout = 0; SET statement_timeout = 0")
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        return await _apply_missing(connection)
    finally:
        await connection.close()


async def _apply_missing(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    await connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations"
        " (name text PRIMARY KEY, applied_at timestamptz NOT NULL)"
    )
    applied = {row[0] for row in await connection.fetch("SELECT name FROM migrations")}
    migrations = known()
    if applied - {migration.name for migration in migrations}:
        raise DatabaseIsNewer
    missing = [migration for migration in migrations if migration.name not in applied]
    for migration in missing:
        async with connection.transaction():
            await _apply(connection, migration)
    return [migration.name for migration in missing]


async def _apply(db: Db, migration: Migration) -> None:
    await db.execute(migration.sql)
    await db.execute("INSERT INTO migrations VALUES ($1, clock_timestamp())", migration.name)
