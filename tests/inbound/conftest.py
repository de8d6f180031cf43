"""A sender whose mailbox is read, and the server that it is on."""

from collections.abc import AsyncIterator

import pytest

from pomelo.base.db import Database
from tests.inbound import imapsim, sent
from tests.inbound.imapsim import Account
from tests.inbound.reading import connect
from tests.inbound.sent import Sent


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    async with imapsim.serving() as one:
        yield one


@pytest.fixture
async def ours(database: Database, account: Account) -> Sent:
    """A mail that was sent, by a sender whose replies are read by IMAP."""
    async with database.transaction() as db:
        one = await sent.sent(db)
    await connect(database, one, account)
    return one
