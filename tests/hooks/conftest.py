"""An office for each test, closed at its end."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from pomelo.base.db import Database
from tests.hooks.office import Office, office


@pytest.fixture
async def here(database: Database, now: datetime) -> AsyncIterator[Office]:
    async with office(database, now) as opened:
        yield opened
