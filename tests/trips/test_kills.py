"""Everything is killed once with -9, and what was lost or repeated is counted.

Longer forms of the same are in tests/chaos.
"""

from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from tests.chaos.kills import Server, hammer
from tests.chaos.load import Load, lost
from tests.chaos.post import KILLED, POINTS, post
from tests.chaos.seller import seller
from tests.chaos.town import inside, town

PEOPLE = 8
SENDERS = 2
CLIENTS = 4
WRITES = 20
BACK_SECONDS = 5.0
# A machine that runs the other tests meanwhile may be late for once.
TRIES = 3


async def test_whatever_is_killed_no_acknowledged_write_is_lost() -> None:
    with town() as here:
        server = Server(here)
        await server.start()
        pid = server.pid
        async with inside(here.home) as database, seller(database, here.url) as team:
            campaign = await team.add_campaign()

        async with Load(here.url, team.key, campaign, clients=CLIENTS) as load:
            for _ in range(TRIES):
                (seconds,) = await hammer(load, server.kill_postmaster, 1, writes=WRITES)
                if seconds < BACK_SECONDS:
                    break
            await hammer(load, server.kill_backend, 1, writes=WRITES)
            is_same_server = server.pid == pid
            cut_off = load.failures["broken off"]
            await hammer(load, server.kill_all, 1, writes=WRITES)

        async with inside(here.home) as database:
            assert await lost(load, database, campaign) == []
    assert load.faults == []
    assert seconds < BACK_SECONDS
    assert is_same_server
    # While PostgreSQL was away everybody was told to come again, and nobody was cut off.
    assert (cut_off, load.failures["503"] > 0) == (0, True)


async def test_workers_killed_at_each_point_lose_and_repeat_nothing(
    postgres: Embedded, database: Database
) -> None:
    """One worker for each point, with one session each, so that no more than these are in doubt."""
    async with post(postgres, database, senders=len(POINTS), campaigns=len(POINTS)) as office:
        await office.add_people(PEOPLE)
        for point in POINTS:  # in turns, so that all of them find room in one small PostgreSQL
            worker = office.start_worker(POMELO_FAILPOINT=point, POMELO_SENDER_SLOTS="1")
            assert await worker.ended() == KILLED, worker.last_words()
        office.start_worker()

        held = await office.books()
        listed = await office.doubtful()
        await office.resolve(listed)
        ended = await office.books()

    assert (held.lost, held.repeated, held.strange) == ([], {}, [])
    assert {mail["messageId"] for mail in listed} == held.uncertain
    assert 1 <= len(listed) <= len(POINTS)
    # After a person has looked into each, everybody has every mail exactly once.
    assert (ended.lost, ended.repeated, ended.strange, ended.uncertain) == ([], {}, [], frozenset())
    assert len(ended.accepted) == len(POINTS) * PEOPLE * ended.steps


async def test_where_it_was_chosen_a_doubtful_mail_goes_again_as_the_same_mail(
    postgres: Embedded, database: Database
) -> None:
    async with post(postgres, database, senders=SENDERS) as office:
        await office.team.call("PATCH", "/team", {"uncertain": "resend"})
        await office.kill_at("after_data", passing=3, people=PEOPLE)
        office.start_worker()

        ended = await office.books()

    assert (ended.lost, ended.strange, ended.uncertain) == ([], [], frozenset())
    repeats = sum(ended.repeated.values())
    assert 1 <= repeats <= SENDERS
    assert len(ended.accepted) == PEOPLE * ended.steps + repeats
