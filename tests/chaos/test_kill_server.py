"""`kill -9` of the server, alone and with everything it has started, while clients write."""

import pytest

from tests.chaos.kills import Server, hammer, spread, tell
from tests.chaos.load import CLIENTS, Load, lost
from tests.chaos.seller import seller
from tests.chaos.town import inside, town

KILLS = 5


@pytest.mark.chaos
@pytest.mark.parametrize("victim", ["server", "everything"])
async def test_a_killed_server_has_lost_no_acknowledged_write(victim: str) -> None:
    with town() as here:
        server = Server(here)
        await server.start()
        async with inside(here.home) as database, seller(database, here.url) as team:
            campaign = await team.add_campaign()
        kill = server.kill if victim == "server" else server.kill_all

        async with Load(here.url, team.key, campaign) as load:
            seconds = await hammer(load, kill, KILLS)

        async with inside(here.home) as database:
            assert await lost(load, database, campaign) == []
    assert load.faults == []
    unacknowledged = load.failures["had been written"]
    assert unacknowledged <= KILLS * CLIENTS
    tell(
        f"kill -9 of {victim}", kills=KILLS, clients=CLIENTS, acknowledged=load.acknowledged,
        lost=0, written_unacknowledged=unacknowledged, again_after=spread(seconds),
    )  # fmt: skip
