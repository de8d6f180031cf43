"""PostgreSQL is halted, not dead: everybody who asks is told to come again, within 5 seconds."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from pomelo.base.clock import monotonic
from pomelo.base.pg_residents import residents
from tests.chaos.seller import seller
from tests.chaos.town import inside, town
from tests.postgres import postmaster_pid

TOLD_SECONDS = 5.0
CALLERS = 30


@contextmanager
def halted(home: Path) -> Iterator[None]:
    """Halt every process of a PostgreSQL."""
    pids = residents(home / "pg")
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


async def test_while_postgresql_is_halted_everybody_is_told_in_time() -> None:
    """And the log is told in a line, of that as of a death."""
    with town() as here:
        await here.start_api("serve")
        async with inside(here.home) as database, seller(database, here.url) as team:
            campaign = await team.add_campaign()
        key, person = ("", team.key), "/richard@piedpiper.com"
        async with httpx.AsyncClient(base_url=here.url, auth=key, timeout=20) as http:
            with halted(here.home):
                paths = [f"/api/campaigns/{campaign}/leads{person}", "/api/campaigns", "/health"]
                told = await asyncio.gather(*[ask(http, path) for path in paths * CALLERS])
            seconds = await until_back(http)
            os.kill(postmaster_pid(here.home), signal.SIGKILL)
            await until_back(http)
        words = (here.home / "serve.log").read_text()

    assert {status for status, _, _ in told} == {503}
    assert all(retry_after for _, retry_after, _ in told)
    assert max(seconds for _, _, seconds in told) < TOLD_SECONDS
    assert seconds < TOLD_SECONDS
    assert words.count('"database_away"') == 1
    assert "Traceback" not in words, words[words.find("Traceback") - 500 :][:5000]


async def ask(http: httpx.AsyncClient, path: str) -> tuple[int, str | None, float]:
    """Ask, and give status, Retry-After and the seconds that it took."""
    began = monotonic()
    answer = await http.request("POST" if "/leads/" in path else "GET", path)
    return answer.status_code, answer.headers.get("retry-after"), monotonic() - began


async def until_back(http: httpx.AsyncClient) -> float:
    """Wait until the server works again, and give how long that took."""
    began = monotonic()
    while (await http.get("/api/campaigns")).status_code != 200:
        await asyncio.sleep(0.02)
    return monotonic() - began
