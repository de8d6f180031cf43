"""What is over is cleared away, and the turns of a team are dealt out."""

import asyncio
import os
from datetime import timedelta
from pathlib import Path

from pomelo.base import ids
from pomelo.base.db import Database
from pomelo.base.ids import ExportId
from pomelo.campaigns import Campaign
from pomelo.exports import Export, Exporter, Folder
from tests.exports.reading import CLOCK, carry_out, find, started


async def change(database: Database, export: Export, column: str, ago: timedelta) -> None:
    async with database.transaction() as db:
        await db.execute(
            f"UPDATE exports SET {column} = $1 WHERE id = $2", CLOCK.now() - ago, export.id
        )


async def test_files_are_removed_after_a_day(
    database: Database, folder: Folder, campaign: Campaign
) -> None:
    young, old = [
        await carry_out(database, folder, await started(database, campaign)) for _ in range(2)
    ]
    await change(database, young, "ended_at", timedelta(hours=23, minutes=59))
    await change(database, old, "ended_at", timedelta(hours=24, minutes=1))

    await Exporter(database, CLOCK, folder).clean()

    assert os.listdir(folder.path) == [folder.path_of(young).name]
    assert (await find(database, young)).deleted_at is None
    assert (await find(database, old)).deleted_at is not None


async def test_what_nobody_owns_is_removed_and_what_is_not_ours_stays(
    database: Database, folder: Folder, campaign: Campaign
) -> None:
    done = await carry_out(database, folder, await started(database, campaign))
    waiting = await started(database, campaign)
    stale = [f"{done.id}-{done.attempts}.abc.part", f"{waiting.id}-7.csv", f"{ids.export()}-1.csv"]
    kept = [folder.path_of(done).name, f"{waiting.id}-0.abc.part", "notes.txt"]
    for name in (*stale, *kept[1:]):
        (folder.path / name).write_text("x")

    await Exporter(database, CLOCK, folder).clean()

    assert sorted(os.listdir(folder.path)) == sorted(kept)


async def test_what_is_pending_for_two_hours_is_given_up_and_makes_room(
    database: Database, folder: Folder, campaign: Campaign
) -> None:
    first, second, third = [await started(database, campaign) for _ in range(3)]
    await change(database, first, "started_at", timedelta(hours=2, minutes=1))
    await change(database, second, "started_at", timedelta(hours=1, minutes=59))

    await Exporter(database, CLOCK, folder).clean()

    stands = [await find(database, one) for one in (first, second, third)]
    assert [one.state.value for one in stands] == ["error", "pending", "pending"]
    assert stands[2].queued_at is not None


async def test_two_of_a_team_are_at_work_and_the_others_wait(
    database: Database, folder: Folder, campaign: Campaign
) -> None:
    made = [await started(database, campaign) for _ in range(5)]

    async def queued() -> list[ExportId]:
        async with database.transaction() as db:
            rows = await db.fetch(
                "SELECT convert_from(payload, 'UTF8') FROM jobs.pgqueuer ORDER BY id"
            )
        return [ExportId(row[0].split()[1]) for row in rows]

    before = await queued()
    await carry_out(database, folder, made[0])
    between = await queued()
    await carry_out(database, Folder(Path("/dev/null/x")), made[1])
    after = await queued()

    everybody = [one.id for one in made]
    assert (before, between, after) == (everybody[:2], everybody[:3], everybody[:4])


async def test_starts_at_the_same_time_are_dealt_out_one_by_one(
    database: Database, campaign: Campaign
) -> None:
    await asyncio.gather(*(started(database, campaign) for _ in range(12)))

    async with database.transaction() as db:
        assert await db.fetchval("SELECT count(*) FROM jobs.pgqueuer") == 2
