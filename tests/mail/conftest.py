"""Real mail servers for a module's tests, and a team that uses them."""

from collections.abc import Iterator

import pytest

from pomelo.base.db import Database
from tests.mail import servers as mail_servers
from tests.mail.seller import Seller
from tests.mail.servers import Servers


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with mail_servers.running() as running:
        yield running


@pytest.fixture
async def seller(database: Database, servers: Servers) -> Seller:
    one = Seller(database, servers)
    await one.open()
    return one
