"""All workers of an installation deliver to the same place: to the leads, or to the operator."""

import os
import socket
import subprocess
import sys
from datetime import timedelta

import pytest

from pomelo import worker
from pomelo.base.db import Database
from pomelo.leads import WaitsFor
from tests.trips.conftest import Open
from tests.wire import PostOffice

OPERATOR = "operator@piedpiper.example"


async def enter(database: Database, name: str, deliver_to: str) -> None:
    async with database.transaction() as db:
        await worker.enter(db, name, deliver_to)


async def test_a_worker_of_another_mode_is_refused_while_one_is_alive(office: Open) -> None:
    post = await office()
    await enter(post.database, "wrk_a", "")

    with pytest.raises(worker.OtherMode, match=r"sends to the leads; stop it first"):
        await enter(post.database, "wrk_b", OPERATOR)
    await enter(post.database, "wrk_c", "")


async def test_a_worker_that_ended_is_no_obstacle(office: Open) -> None:
    post = await office()
    await enter(post.database, "wrk_a", "")
    await worker.leave(post.database, "wrk_a")

    await enter(post.database, "wrk_b", OPERATOR)

    with pytest.raises(worker.OtherMode, match=f"rehearses to {OPERATOR}"):
        await enter(post.database, "wrk_c", "")


@pytest.fixture
def killed() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


async def test_a_worker_that_was_killed_here_is_no_obstacle(office: Open, killed: int) -> None:
    post = await office()
    async with post.database.transaction() as db:
        await db.execute(
            "INSERT INTO workers VALUES ('wrk_a', $1, $2, '', now(), now())",
            worker.place(),
            killed,
        )

    await enter(post.database, "wrk_b", OPERATOR)


def test_a_worker_is_gone_when_its_number_is_free_where_it_had_it(killed: int) -> None:
    assert worker.Other(worker.place(), killed, "").is_gone
    assert not worker.Other(worker.place(), os.getpid(), "").is_gone
    # Another user's, whom not everybody may ask.
    assert not worker.Other(worker.place(), 1, "").is_gone


def test_a_number_says_nothing_in_another_container_or_on_another_machine(killed: int) -> None:
    host, boot, numbering = worker.place().split(" ")
    elsewhere = (
        f"{host} {boot} pid:[1]",
        f"{host} 00000000-0000-0000-0000-000000000000 {numbering}",
        f"elsewhere {boot} {numbering}",
    )

    assert [place for place in elsewhere if worker.Other(place, killed, "").is_gone] == []


def test_nobody_is_gone_where_numberings_cannot_be_told_apart(
    killed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "place", socket.gethostname)

    assert not worker.Other(worker.place(), killed, "").is_gone


async def test_the_worker_that_is_in_the_way_is_named_by_its_host(office: Open) -> None:
    post = await office()
    await enter(post.database, "wrk_a", "")

    with pytest.raises(worker.OtherMode, match=rf"on {socket.gethostname()} \(process \d+\)"):
        await enter(post.database, "wrk_b", OPERATOR)


async def test_a_worker_elsewhere_unseen_for_a_minute_is_no_obstacle(office: Open) -> None:
    post = await office()
    async with post.database.transaction() as db:
        await db.execute(
            "INSERT INTO workers VALUES"
            " ('wrk_a', 'elsewhere', 1, '', now(), now() - interval '61 seconds')"
        )

    await enter(post.database, "wrk_b", OPERATOR)


async def test_after_a_rehearsal_real_sending_starts_where_it_truly_was(office: Open) -> None:
    post = await office(deliver_to=OPERATOR)
    lead = await post.add("richard@piedpiper.com")
    await post.work()
    assert (await post.lead(lead.id)).waits_for is WaitsFor.REHEARSAL

    await enter(post.database, "wrk_real", "")
    # Nobody is left unlooked-at for longer than a quarter of a minute.
    real = PostOffice(post.database, post.clock.now() + timedelta(seconds=15))
    await real.work()
    await real.close()

    assert len(post.mails(OPERATOR)) == 1
    assert len(post.mails("richard@piedpiper.com")) == 1
