"""An export's job: one moment, whole or not at all, whatever happens to who makes it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pomelo.base import ids
from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.base.jobs import Jobs
from pomelo.campaigns import Campaign
from pomelo.exports import Export, Exporter, ExportState, Folder
from pomelo.exports.job import ATTEMPTS
from tests.exports.reading import CLOCK, carry_out, find, read, started

ROOT = Path(__file__).parents[2]
CHILD = """
import asyncio, json, resource, sys
from pathlib import Path
from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.failpoint import Failpoint
from pomelo.exports import Exporter, Folder

options, folder, payload, failpoint, limit = json.loads(sys.argv[1])

async def main():
    database = Database(**options)
    await database.open()
    exporter = Exporter(database, Clock(), Folder(Path(folder)), Failpoint(failpoint))
    await exporter.run(payload.encode())
    await database.close()

if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
asyncio.run(main())
"""

MOVE = """
UPDATE leads SET variables = jsonb_build_object(
  'number', ((variables ->> 'number')::int + CASE id WHEN $1 THEN 1 ELSE -1 END)::text)
WHERE id IN ($1, $2)
"""
ADD = """
INSERT INTO leads (team_id, id, campaign_id, contact_id, email, address_key, variables,
  created_at, updated_at)
SELECT team_id, 'lea_' || $1, campaign_id, contact_id, $1, $1,
  jsonb_build_object('number', $2::text), created_at, updated_at FROM leads WHERE id = 'lea_1'
"""


def run_child(
    postgres: Embedded, folder: Folder, export: Export, *, failpoint: str = "", limit: int = 0
) -> int:
    payload = f"{export.team_id} {export.id}"
    told = json.dumps([postgres.options(), str(folder.path), payload, failpoint, limit])
    return subprocess.run([sys.executable, "-c", CHILD, told], cwd=ROOT, check=False).returncode


async def test_a_job_makes_the_file_and_then_says_so(
    database: Database, folder: Folder, campaign: Campaign
) -> None:
    export = await started(database, campaign)

    done = await carry_out(database, folder, export)

    rows = read(folder.path_of(done).read_bytes())
    assert (done.state, done.total, len(rows)) == (ExportState.DONE, 200, 200)
    assert done.size_bytes == folder.path_of(done).stat().st_size
    assert done.ended_at is not None
    assert [path.stat().st_mode & 0o777 for path in (folder.path, folder.path_of(done))] == [
        0o700,
        0o600,
    ]


async def test_a_worker_makes_what_was_started(
    database: Database, folder: Folder, campaign: Campaign
) -> None:
    worker, stop = Jobs(database), asyncio.Event()
    Exporter(database, CLOCK, folder).join(worker)
    running = asyncio.create_task(worker.run(stop))

    made = [await started(database, campaign) for _ in range(4)]
    async with asyncio.timeout(20):
        while any([(await find(database, one)).state is ExportState.PENDING for one in made]):
            await asyncio.sleep(0.05)
    stop.set()
    await running

    assert [(await find(database, one)).attempts for one in made] == [1] * 4
    assert len(folder.names()) == 4


async def test_a_job_that_runs_twice_makes_one_file(
    database: Database, folder: Folder, campaign: Campaign
) -> None:
    export = await started(database, campaign)

    first = await carry_out(database, folder, export)
    second = await carry_out(database, folder, export)

    assert second == first
    assert os.listdir(folder.path) == [folder.path_of(first).name]


async def test_two_runs_at_once_leave_one_file_and_it_is_the_one_told_of(
    database: Database, folder: Folder, campaign: Campaign
) -> None:
    export = await started(database, campaign)

    await asyncio.gather(*(carry_out(database, folder, export) for _ in range(2)))

    done = await find(database, export)
    assert done.state is ExportState.DONE
    assert os.listdir(folder.path) == [folder.path_of(done).name]
    assert folder.path_of(done).stat().st_size == done.size_bytes


async def test_a_file_shows_one_moment(
    database: Database, folder: Folder, campaign: Campaign
) -> None:
    stop = asyncio.Event()

    async def write(name: str) -> None:
        """Give to one lead what another loses, and add and remove people two by two."""
        while not stop.is_set():
            async with database.transaction() as db:
                await db.execute(MOVE, f"lea_{len(name)}", f"lea_{100 + len(name)}")
                await db.execute(ADD, f"{name}plus", "7")
                await db.execute(ADD, f"{name}minus", "-7")
            async with database.transaction() as db:
                await db.execute("DELETE FROM leads WHERE email LIKE $1", f"{name}%")

    writers = [asyncio.create_task(write(name)) for name in ("gilfoyle", "dinesh")]
    found = []
    for _ in range(10):
        done = await carry_out(database, folder, await started(database, campaign))
        rows = read(folder.path_of(done).read_bytes())
        found.append([int(row["number"]) for row in rows])
        assert done.total == len(rows)
    stop.set()
    await asyncio.gather(*writers)

    assert [sum(numbers) for numbers in found] == [0] * 10
    assert all(len(numbers) in (200, 202, 204) for numbers in found)
    assert len({tuple(numbers) for numbers in found}) > 1


@pytest.mark.parametrize("place", ["export_begun", "export_half", "export_renamed"])
async def test_a_killed_job_is_never_done_and_truncated(
    database: Database, postgres: Embedded, folder: Folder, campaign: Campaign, place: str
) -> None:
    export = await started(database, campaign)
    died = await asyncio.to_thread(run_child, postgres, folder, export, failpoint=place)

    between = await find(database, export)
    done = await carry_out(database, folder, export)
    await Exporter(database, CLOCK, folder).clean()

    assert (died, between.state) == (-signal.SIGKILL, ExportState.PENDING)
    assert (done.state, done.attempts) == (ExportState.DONE, 2)
    assert len(read(folder.path_of(done).read_bytes())) == 200
    assert os.listdir(folder.path) == [folder.path_of(done).name]


async def test_a_full_disk_is_an_error_and_leaves_nothing(
    database: Database, postgres: Embedded, folder: Folder, campaign: Campaign
) -> None:
    export = await started(database, campaign)

    ended = await asyncio.to_thread(run_child, postgres, folder, export, limit=4096)
    failed = await find(database, export)
    next_one = await carry_out(database, folder, await started(database, campaign))

    assert ended == 0
    assert (failed.state, failed.size_bytes) == (ExportState.ERROR, 0)
    assert next_one.state is ExportState.DONE
    assert os.listdir(folder.path) == [folder.path_of(next_one).name]


async def test_a_folder_that_is_none_is_an_error(
    database: Database, tmp_path: Path, campaign: Campaign
) -> None:
    (tmp_path / "file").write_text("")

    failed = await carry_out(database, Folder(tmp_path / "file"), await started(database, campaign))

    assert failed.state is ExportState.ERROR


async def test_a_stopped_job_leaves_nothing_and_is_done_later(
    database: Database, folder: Folder, campaign: Campaign
) -> None:
    export = await started(database, campaign)
    running = asyncio.create_task(carry_out(database, folder, export))
    while not folder.names():
        await asyncio.sleep(0)
    running.cancel()
    await asyncio.wait({running})

    assert running.cancelled()
    assert folder.names() == {}
    assert (await carry_out(database, folder, export)).state is ExportState.DONE


async def test_after_five_attempts_it_is_given_up(
    database: Database, folder: Folder, campaign: Campaign
) -> None:
    export = await started(database, campaign)
    async with database.transaction() as db:
        await db.execute("UPDATE exports SET attempts = $1", ATTEMPTS)

    failed = await carry_out(database, folder, export)

    assert failed.state is ExportState.ERROR


async def test_a_job_whose_export_is_gone_does_nothing(
    database: Database, folder: Folder, campaign: Campaign
) -> None:
    payload = f"{campaign.team_id} {ids.export()}"

    await Exporter(database, CLOCK, folder).run(payload.encode())

    assert folder.names() == {}
