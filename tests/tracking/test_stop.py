"""A server is told to end while opens that it answered are not in the database yet."""

import asyncio
import os
import signal

import httpx

from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.base.ids import MessageId
from pomelo.tracking import OPEN, Signer
from tests import make
from tests.chaos.town import town, url_of

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
FETCHES = 30


async def test_what_was_answered_is_recorded_before_the_server_ends(
    postgres: Embedded, database: Database, mail: MessageId
) -> None:
    pixel = f"/t/o/{Signer(make.VAULT.signing_secret()).sign(OPEN, mail)}"
    with town(url_of(postgres)) as here:
        server = await here.start_api()
        async with httpx.AsyncClient(base_url=here.url, headers=BROWSER) as http:
            async with database.transaction() as db:
                await db.execute("SELECT FROM leads FOR UPDATE")  # so that no open gets through
                answers = await asyncio.gather(*(http.get(pixel) for _ in range(FETCHES)))
                os.kill(server.pid, signal.SIGTERM)

            status = await server.ended()

    assert {answer.status_code for answer in answers} == {200}
    assert status == 0
    async with database.transaction() as db:
        assert await db.fetchval("SELECT opened_count FROM leads") == FETCHES
        assert await db.fetchval("SELECT count(*) FROM activities") == FETCHES
