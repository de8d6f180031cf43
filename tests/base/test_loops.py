"""Hints come back after a connection was lost, at whatever moment that was."""

import asyncio
from typing import Any

import asyncpg

from pomelo.base.db import Database
from pomelo.base.embedded import Embedded
from pomelo.base.loops import Hints


class Unlucky(Database):
    """A database whose first connection is lost as soon as it is made."""

    has_failed = False

    async def connect(self) -> "asyncpg.Connection[asyncpg.Record]":
        made = await super().connect()
        if not self.has_failed:
            self.has_failed = True
            killer: Any = await super().connect()
            await killer.execute("SELECT pg_terminate_backend($1, 5000)", made.get_server_pid())
            await killer.close()
        return made


async def test_a_listener_that_is_cut_off_while_it_begins_begins_again(
    postgres: Embedded, database: Database
) -> None:
    hints, stop = Hints(Unlucky(**postgres.options()), "pomelo_test"), asyncio.Event()
    listening = asyncio.create_task(hints.listen(stop))

    came = asyncio.create_task(hints.came.wait())
    await asyncio.wait({listening, came}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
    stop.set()
    await listening

    assert came.done()
