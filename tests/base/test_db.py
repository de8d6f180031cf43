"""The way to PostgreSQL: instants, and what its refusals mean."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from pomelo.base.db import EVER, NEVER, Database, Db
from pomelo.base.errors import Invalid, Unavailable


async def test_an_instant_comes_back_as_it_went_in(db: Db) -> None:
    at = datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=timezone(timedelta(hours=5, minutes=45)))

    assert await db.fetchval("SELECT $1::timestamptz", at) == at
    assert (await db.fetchval("SELECT $1::timestamptz", at)).tzinfo is UTC


async def test_infinity_can_be_compared(db: Db) -> None:
    assert await db.fetchval("SELECT 'infinity'::timestamptz") == NEVER
    assert await db.fetchval("SELECT $1::timestamptz = 'infinity'", NEVER)
    assert await db.fetchval("SELECT '-infinity'::timestamptz") == EVER
    assert EVER < datetime(2026, 1, 1, tzinfo=UTC) < NEVER


async def test_what_postgresql_cannot_keep_is_the_clients_mistake(database: Database) -> None:
    with pytest.raises(Invalid, match="cannot be stored"):
        async with database.transaction() as db:
            await db.fetchval("SELECT $1::text", "a\0b")


async def test_a_database_that_is_away_is_unavailable() -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(Unavailable):
        await away.open()
    with pytest.raises(Unavailable):
        async with away.transaction():
            pass
