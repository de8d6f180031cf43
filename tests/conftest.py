"""One PostgreSQL a run (a worker process), one migrated database in it, each test undone."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pomelo.base import jobs
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


@pytest.fixture
async def database(migrated: Database) -> AsyncIterator[Database]:
    """The database itself, for tests that commit; emptied afterwards."""
    yield migrated
    async with migrated.transaction() as connection:
        await connection.execute(EMPTY_ALL)


@pytest.fixture
def now() -> datetime:
    """A Tuesday morning."""
    return datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault(new_key())
