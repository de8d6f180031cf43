"""Two teams that call the API."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from pomelo.api.exports import Downloads
from pomelo.base.db import Database
from pomelo.exports import Folder, Streams
from tests.api import client
from tests.api.client import Caller


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Where the files of exports are."""
    return Folder(tmp_path / "exports")


@pytest.fixture
async def api(database: Database, folder: Folder, now: datetime) -> AsyncIterator[Caller]:
    downloads = Downloads(folder, Streams(database))
    async with client.caller(database, "Pied Piper", now, downloads=downloads) as caller:
        yield caller


@pytest.fixture
async def stranger(database: Database, now: datetime) -> AsyncIterator[Caller]:
    """A caller of another team."""
    async with client.caller(database, "Hooli", now) as caller:
        yield caller
