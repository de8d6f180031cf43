"""`kill -9` of PostgreSQL and of its backends under a living server, while clients write."""

import statistics

import pytest

from tests.chaos.kills import Server, hammer, spread, tell
from tests.chaos.load import CLIENTS, Load, lost
from tests.chaos.seller import seller
from tests.chaos.town import inside, town

KILLS = 3
BACK_SECONDS = 5.0


@pytest.mark.chaos
@pytest.mark.parametrize("victim", ["postgresql", "backend"])
async def test_a_server_brings_its_postgresql_back_and_loses_nothing(victim: str) -> None:
    with town() as here:
        server = Server(here)
        await server.start()
        pid = server.pid
        async with inside(here.home) as database, seller(database, here.url) as team:
            campaign = await team.add_campaign()
        kill = server.kill_postmaster if victim == "postgresql" else server.kill_backend

        async with Load(here.url, team.key, campaign) as load:
            seconds = await hammer(load, kill, KILLS)

        assert server.pid == pid
        async with inside(here.home) as database:
            assert await lost(load, database, campaign) == []
    # Meanwhile everybody was told when to come again: nobody was cut off or got another answer.
    assert load.faults == []
    assert load.failures["503"] > 0
    assert load.failures["broken off"] == 0
    assert statistics.median(seconds) < BACK_SECONDS
    tell(
        f"kill -9 of {victim}", kills=KILLS, clients=CLIENTS, acknowledged=load.acknowledged,
        lost=0, answered_503=load.failures["503"], slowest_answer=f"{load.slowest_seconds:.1f}s",
        again_after=spread(seconds),
    )  # fmt: skip
