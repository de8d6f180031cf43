"""Servers that migrate at once, and one that dies at it: a file is applied once, whole, or not."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.base.migrate import LOCK, DatabaseIsNewer, known, migrate
from tests.postgres import ROOT, connected

NAME = "only_for_migrations"
FILES = [migration.name for migration in known()]
LEDGER = (
    "CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL)"
)
ADD = "INSERT INTO migrations VALUES ($1, now())"
WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock'"
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'"
MIGRATE = """
import asyncio, json, sys
from pomelo.base.db import Database
from pomelo.base.migrate import migrate
asyncio.run(migrate(Database(**json.loads(sys.argv[1]))))
"""


@pytest.fixture
async def options(postgres: Embedded) -> AsyncIterator[dict[str, Any]]:
    """How to reach a database in which there is nothing yet."""
    async with connected(postgres) as boss:
        await boss.execute(f"CREATE DATABASE {NAME}")
        yield {**postgres.options(), "database": NAME}
        await boss.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


@pytest.fixture
async def look(
    postgres: Embedded, options: dict[str, Any]
) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection of the test's own to that database."""
    async with connected(postgres, database=options["database"]) as connection:
        yield connection


async def test_servers_that_start_at_once_apply_each_file_once(
    postgres: Embedded, options: dict[str, Any], look: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await look.execute("SELECT pg_advisory_lock($1)", LOCK)
    servers = [asyncio.create_task(migrate(Database(**options))) for _ in range(3)]
    await _who_waits(postgres, 3)
    await look.execute("SELECT pg_advisory_unlock($1)", LOCK)

    applied = await asyncio.gather(*servers)

    assert sorted(applied) == [[], [], FILES]
    assert await _applied(look) == FILES


@pytest.mark.parametrize("at", [0, 2, len(FILES) - 1])
async def test_a_file_whose_connection_dies_is_applied_whole_by_the_next(
    postgres: Embedded,
    options: dict[str, Any],
    look: "asyncpg.Connection[asyncpg.Record]",
    at: int,
) -> None:
    async with _held_up(postgres, at):
        server = asyncio.create_task(migrate(Database(**options)))
        [pid] = await _who_waits(postgres, 1)
        await look.execute("SELECT pg_terminate_backend($1)", pid)
        with pytest.raises((asyncpg.AdminShutdownError, asyncpg.InterfaceError)):
            await server
    left, tables = await _applied(look), await look.fetchval(TABLES)

    applied = await migrate(Database(**options))

    assert left == FILES[:at]
    assert bool(tables) is bool(at)
    assert applied == FILES[at:]
    assert await migrate(Database(**options)) == []


async def test_a_server_killed_half_way_leaves_the_rest_to_the_next(
    postgres: Embedded, options: dict[str, Any], look: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with _held_up(postgres, 2):
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-c", MIGRATE, json.dumps(options), cwd=ROOT
        )
        await _who_waits(postgres, 1)
        server.kill()
        await server.wait()
        # It waits for the dead one's lock, which PostgreSQL lets go of without being told.
        following = asyncio.create_task(migrate(Database(**options)))

    assert await following == FILES[2:]
    assert await _applied(look) == FILES


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(
    options: dict[str, Any], look: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await look.execute(LEDGER)
    await look.execute(ADD, "9999_from_tomorrow.sql")

    with pytest.raises(DatabaseIsNewer, match="made by a newer Pomelo; start that version"):
        await migrate(Database(**options))

    assert await _applied(look) == ["9999_from_tomorrow.sql"]
    assert await look.fetchval(TABLES) == 0


@asynccontextmanager
async def _held_up(postgres: Embedded, at: int) -> AsyncIterator[None]:
    """Let who migrates wait in the middle of one file: its statements are done, its row is not.

    The row is there already, in a transaction that will be undone; nobody else sees it, but who
    wants to write the same has to wait.
    """
    async with connected(postgres, database=NAME) as connection:
        await connection.execute(LEDGER)
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(ADD, FILES[at])
        yield
        await transaction.rollback()


async def _who_waits(postgres: Embedded, count: int) -> list[int]:
    async with connected(postgres) as boss, asyncio.timeout(20):
        while len(rows := await boss.fetch(WAITING, NAME)) < count:
            await asyncio.sleep(0.01)
    return [row["pid"] for row in rows]


async def _applied(look: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    return [row["name"] for row in await look.fetch("SELECT name FROM migrations ORDER BY name")]
