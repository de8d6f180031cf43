import asyncio
from pathlib import Path

import pytest

from pomelo.base.loops import together
from pomelo.cli.house import DatabaseSilent, opened
from pomelo.settings import load


async def test_when_a_part_fails_the_others_end_before_the_database_is_closed() -> None:
    stop = asyncio.Event()
    ended: list[str] = []

    async def fails() -> None:
        raise OSError("the port is taken")

    async def works() -> None:
        await stop.wait()
        await asyncio.sleep(0)
        ended.append("worker")

    with pytest.raises(OSError, match="the port is taken"):
        await together(stop, [fails(), works()])

    assert ended == ["worker"]


@pytest.mark.parametrize("address", ["postgresql://x@127.0.0.1:1/x", "nonsense"])
async def test_a_database_that_is_not_there_is_not_told_like_a_request(
    address: str, tmp_path: Path
) -> None:
    settings = load({"DATABASE_URL": address, "POMELO_DATA_DIR": str(tmp_path)})

    with pytest.raises(DatabaseSilent, match="DATABASE_URL"):
        async with opened(settings, {"dsn": address}):
            pass
