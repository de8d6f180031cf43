"""Files of exports, made and read in tests."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Final

from pomelo import exports
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.campaigns import Campaign
from pomelo.exports import Export, Exporter, ExportState, Folder

CLOCK: Final = Clock()


def read(text: bytes) -> list[dict[str, str]]:
    """Read a CSV file, strictly: every line ends with CRLF and has all columns."""
    decoded = text.decode()
    assert decoded.endswith("\r\n")
    rows = list(csv.reader(io.StringIO(decoded, newline=""), strict=True))
    header = rows[0]
    assert len(set(header)) == len(header)
    assert {len(row) for row in rows} == {len(header)}
    return [dict(zip(header, row, strict=True)) for row in rows[1:]]


async def gathered(pieces: AsyncIterator[bytes]) -> bytes:
    return b"".join([piece async for piece in pieces])


async def started(database: Database, campaign: Campaign) -> Export:
    async with database.transaction() as db:
        return await exports.start(db, campaign.team_id, campaign.id, now=CLOCK.now())


async def find(database: Database, export: Export) -> Export:
    async with database.transaction() as db:
        row = await db.fetchrow("SELECT * FROM exports WHERE id = $1", export.id)
    assert row is not None
    found = dict(row)
    return Export(**{**found, "state": ExportState(found["state"])})


async def carry_out(database: Database, folder: Folder, export: Export) -> Export:
    """Run an export's job, and tell how the export stands then."""
    payload = f"{export.team_id} {export.id}".encode()
    await Exporter(database, CLOCK, folder).run(payload)
    return await find(database, export)
