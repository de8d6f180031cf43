"""People who change all the time in a way that shows whether a file is of one moment.

Each has a number. Whatever is written moves 1 from one to another, and replaces somebody by
a newcomer with the same number: at every instant there are as many people, and they sum to 0.
"""

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

from pomelo.base.db import Database
from pomelo.base.ids import LeadId

WRITERS: Final = 2
# Of each writer, so that none waits for another.
OWN: Final = 100
SEED: Final = """
WITH named AS (
  INSERT INTO variable_names (team_id, campaign_id, name)
  SELECT team_id, campaign_id, unnest('{number,firstName,companyName,icebreaker}'::text[])
  FROM leads WHERE id = $1 ON CONFLICT DO NOTHING
)
INSERT INTO leads (team_id, id, campaign_id, contact_id, email, address_key, variables,
                   created_at, updated_at)
SELECT team_id, 'lea_' || n, campaign_id, contact_id, 'n' || n || '@hooli.example',
  'n' || n || '@hooli.example',
  jsonb_build_object('number', '0', 'firstName', 'Name ' || n, 'companyName', 'Company ' || n % 997,
                     'icebreaker', 'Saw your talk, "number ' || n || '", and liked it.'),
  created_at, updated_at
FROM leads, generate_series(1, $2::int) n WHERE id = $1
"""
MOVE: Final = """
UPDATE leads SET variables = variables || jsonb_build_object(
  'number', ((variables ->> 'number')::int + CASE id WHEN $1 THEN 1 ELSE -1 END)::text)
WHERE id IN ($1, $2)
"""
REPLACE: Final = """
WITH gone AS (DELETE FROM leads WHERE id = $1 RETURNING *)
INSERT INTO leads (team_id, id, campaign_id, contact_id, email, address_key, variables,
                   created_at, updated_at)
SELECT team_id, $2, campaign_id, contact_id, $2 || '@hooli.example', $2 || '@hooli.example',
  variables, created_at, clock_timestamp()
FROM gone
"""


class Found(msgspec.Struct, frozen=True):
    """What a file says: lines, different people, and the sum of their numbers."""

    rows: int
    people: int
    total: int


async def seed(database: Database, first: LeadId, amount: int) -> None:
    """Put so many people into a campaign, as copies of the first, who leaves it."""
    connection = await database.connect()
    try:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute(SEED, first, amount, timeout=600)
        await connection.execute("DELETE FROM leads WHERE id = $1", first)
        await connection.execute("ANALYZE leads", timeout=600)
    finally:
        await connection.close()


@asynccontextmanager
async def writing(database: Database) -> AsyncIterator[list[int]]:
    """Write all the time meanwhile; gives how often each writer has written."""
    written = [0] * WRITERS
    stop = asyncio.Event()
    tasks = [asyncio.create_task(_write(database, n, written, stop)) for n in range(WRITERS)]
    try:
        yield written
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def _write(database: Database, writer: int, written: list[int], stop: asyncio.Event) -> None:
    people = [f"lea_{1 + writer * OWN + number}" for number in range(OWN)]
    connection = await database.connect()
    try:
        while not stop.is_set():
            await _change(connection, people, written[writer], f"lea_w{writer}x{written[writer]}")
            written[writer] += 1
    finally:
        await connection.close()


async def _change(
    connection: "asyncpg.Connection[asyncpg.Record]", people: list[str], turn: int, newcomer: str
) -> None:
    one, other, gone = (turn * step % OWN for step in (1, 1, 7))
    other = (other + 1 + turn // OWN % (OWN - 1)) % OWN
    async with connection.transaction():
        await connection.execute(MOVE, people[one], people[other])
        await connection.execute(REPLACE, people[gone], newcomer)
    people[gone] = newcomer


def look(file: Path) -> Found:
    """Read a file, strictly: whole lines, all with the same columns."""
    ids: set[str] = set()
    rows = total = 0
    with file.open(newline="", encoding="utf-8") as lines:
        reader = csv.reader(lines, strict=True)
        header = next(reader)
        own_id, number = header.index("_id"), header.index("number")
        for row in reader:
            assert len(row) == len(header), row
            rows += 1
            total += int(row[number].lstrip("'"))
            ids.add(row[own_id])
    return Found(rows, len(ids), total)
