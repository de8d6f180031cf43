"""One PostgreSQL a run (a worker process), one migrated database in it, each test undone."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import uvloop

from pomelo.base import jobs, pg_cluster
from pomelo.base.db import Database, Db
from pomelo.base.embedded import Embedded
from pomelo.base.migrate import migrate
from pomelo.base.vault import Vault, new_key

ROOM_BYTES = 2_000_000_000
EMPTY_ALL = """
DO $$ BEGIN EXECUTE (
  SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' CASCADE'
  FROM pg_tables WHERE schemaname IN ('public', 'jobs') AND tablename <> 'migrations'); END $$
"""
# For the tests' PostgreSQL alone. A statement is planned once a connection, not five times for the
# values at hand: thousands of tests would wait for that. And places are not used again, or rows
# would come in another order.
OURS = {"plan_cache_mode": "force_generic_plan", "autovacuum": "off"}
# Tables before those that they refer to, so that nothing is looked for twice.
CHILDREN_FIRST = """
WITH RECURSIVE refers AS (
  SELECT DISTINCT conrelid AS child, confrelid AS parent FROM pg_constraint
  WHERE contype = 'f' AND conrelid <> confrelid
), depth AS (
  SELECT c.oid, 0 AS depth FROM pg_class c
  WHERE c.relnamespace::regnamespace::text IN ('public', 'jobs')
    AND c.relname <> 'migrations' AND c.relkind = 'r'
  UNION
  SELECT r.parent, d.depth + 1 FROM depth d JOIN refers r ON r.child = d.oid WHERE d.depth < 20
)
SELECT oid::regclass::text AS name FROM depth GROUP BY oid ORDER BY max(depth), oid
"""
# Some rows, one by one; a function, so that its statements are planned once.
EMPTY_SOME = """
CREATE FUNCTION pg_temp.empty_some() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
  IF (SELECT sum(pg_relation_size(t::regclass)) FROM unnest('{{{names}}}'::text[]) AS t) > {bytes}
  THEN RETURN false; END IF;
  {deletes}
  RETURN true;
END $$
"""
MANY_BYTES = 500_000


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the programs run on; what uses an async fixture must be async itself."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A data directory for the run, reachable for the user that PostgreSQL runs as.

    In memory where there is room: what is tested here is not the disk, and thousands of tests
    would wait for it. Kill tests use a real one.
    """
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > ROOM_BYTES
    place = memory if has_room else Path("/var/tmp")
    folder = Path(tempfile.mkdtemp(prefix="pomelo-test-", dir=place))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(home: Path) -> Iterator[Embedded]:
    server = Embedded(home)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in OURS.items():
            patch.setitem(pg_cluster.SETTINGS, name, value)
        server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def migrated(postgres: Embedded) -> AsyncIterator[Database]:
    database = Database(size=40, **postgres.options())
    await migrate(database)
    await jobs.install(database)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
async def db(migrated: Database) -> AsyncIterator[Db]:
    """An open transaction; whatever the test does in it is undone."""
    async with migrated.transaction() as connection:
        savepoint = connection.transaction()
        await savepoint.start()
        yield connection
        await savepoint.rollback()


def _empty(table: str) -> str:
    return f"IF EXISTS (SELECT FROM {table}) THEN DELETE FROM {table}; END IF;"


class Broom:
    """Empties a database.

    Some rows go one by one, which takes half as long as to make all files anew and leaves
    PostgreSQL's plans as they are.
    """

    def __init__(self, postgres: Embedded) -> None:
        self._postgres = postgres
        self._connection: asyncpg.Connection | None = None

    async def sweep(self) -> None:
        database = await self._connected()
        if not await database.fetchval("SELECT pg_temp.empty_some()"):
            await database.execute(EMPTY_ALL)

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def _connected(self) -> asyncpg.Connection:
        """Give a connection, another one where a test ended the last."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(**self._postgres.options())
            names = [row["name"] for row in await self._connection.fetch(CHILDREN_FIRST)]
            await self._connection.execute(
                EMPTY_SOME.format(
                    names=",".join(names), bytes=MANY_BYTES, deletes="".join(map(_empty, names))
                )
            )
        return self._connection


@pytest.fixture(scope="session")
async def broom(postgres: Embedded) -> AsyncIterator[Broom]:
    one = Broom(postgres)
    yield one
    await one.close()


@pytest.fixture
async def database(migrated: Database, broom: Broom) -> AsyncIterator[Database]:
    """The database itself, for tests that commit; emptied afterwards."""
    yield migrated
    await broom.sweep()


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning."""
    return datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault(new_key())
