"""An office for each trip, closed at its end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime

import pytest

from pomelo.base.db import Database
from tests.wire import PostOffice

Open = Callable[..., Awaitable[PostOffice]]


@pytest.fixture
async def office(database: Database, now: datetime) -> AsyncIterator[Open]:
    opened: list[PostOffice] = []

    async def open_one(
        *steps: tuple[str, str], gap: int = 0, limit: int = 0, **options: object
    ) -> PostOffice:
        one = PostOffice(database, now, **options)  # type: ignore[arg-type]
        opened.append(one)
        await one.open(*steps, gap=gap, limit=limit)
        return one

    yield open_one
    for one in opened:
        await one.close()
