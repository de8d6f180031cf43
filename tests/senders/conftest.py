"""A provider of mailboxes, and a mailbox that is connected to it."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from pomelo.base.db import Database
from tests.senders.connected import Connected, connected
from tests.senders.identity import Identity, providing


@pytest.fixture
async def identity() -> AsyncIterator[Identity]:
    async with providing() as one:
        yield one


@pytest.fixture
async def mailbox(database: Database, identity: Identity, now: datetime) -> Connected:
    return await connected(database, identity, now)
