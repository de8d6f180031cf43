"""One person added by a hundred callers at once, over two servers: exactly one lead."""

import pytest

from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.demo.server import free_port
from tests.chaos.crowd import CALLERS, one_campaign, ten_campaigns
from tests.chaos.kills import tell
from tests.chaos.seller import seller
from tests.chaos.town import town, url_of

ROUNDS = 50


@pytest.mark.chaos
async def test_a_hundred_parallel_adds_make_one_lead(
    postgres: Embedded, database: Database
) -> None:
    with town(url_of(postgres)) as here:
        await here.start_api()
        port = free_port()
        await here.start_api(POMELO_PORT=str(port))
        async with seller(database, here.url) as team, team.beside(port) as other:
            campaigns = [await team.add_campaign(name=f"Campaign{n}") for n in range(10)]
            doors = (team.http, other)

            for number in range(ROUNDS):
                await one_campaign(doors, database, campaigns[0], f"alone{number}@hooli.example")
                await ten_campaigns(doors, database, campaigns, f"once{number}@hooli.example")

    tell("parallel adds", rounds=ROUNDS, callers=CALLERS, servers=2, campaigns=10, leads_a_person=1)
