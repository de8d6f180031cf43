"""Many who do the same at the same moment: callers, workers, and writers beside an export."""

from datetime import datetime
from pathlib import Path

from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.exports import ExportState, Folder, start
from tests import make
from tests.api import client
from tests.chaos import moving
from tests.chaos.crowd import one_campaign, ten_campaigns
from tests.chaos.moving import Found
from tests.chaos.post import post
from tests.exports.reading import CLOCK, carry_out

ROUNDS = 3
WORKERS = 2
SENDERS = 3
MAILED = 60
EXPORTED = 30_000


async def test_a_hundred_parallel_adds_make_one_lead(database: Database, now: datetime) -> None:
    async with (
        client.caller(database, "Pied Piper", now) as one,
        client.calling(database, one.team, one.user, now) as other,
    ):
        async with database.transaction() as db:
            campaigns = [await make.campaign(db, one.team.id, f"Campaign{n}") for n in range(10)]
        ids = [campaign.id for campaign in campaigns]
        doors = (one.http, other.http)

        for number in range(ROUNDS):
            await one_campaign(doors, database, ids[0], f"alone{number}@hooli.example")
            await ten_campaigns(doors, database, ids, f"once{number}@hooli.example")


async def test_two_worker_processes_send_every_step_once(
    postgres: Embedded, database: Database
) -> None:
    async with post(postgres, database, senders=SENDERS) as office:
        await office.add_people(MAILED)
        workers = [office.start_worker(POMELO_LEASE_SECONDS="60") for _ in range(WORKERS)]

        ended = await office.books()

        assert all(worker.is_alive for worker in workers)
    assert (ended.lost, ended.repeated, ended.strange, ended.uncertain) == ([], {}, [], frozenset())
    assert len(ended.accepted) == MAILED * ended.steps


async def test_an_export_beside_writers_is_of_one_moment(
    database: Database, tmp_path: Path
) -> None:
    folder = Folder(tmp_path / "exports")
    async with database.transaction() as db:
        team = await make.team(db)
        campaign = await make.campaign(db, team.id)
        first = await make.lead(db, campaign)
    await moving.seed(database, first.id, EXPORTED)

    async with moving.writing(database) as written:
        async with database.transaction() as db:
            export = await start(db, team.id, campaign.id, now=CLOCK.now())
        done = await carry_out(database, folder, export)

    assert done.state is ExportState.DONE
    assert moving.look(folder.path_of(done)) == Found(EXPORTED, EXPORTED, total=0)
    assert min(written) > 0
