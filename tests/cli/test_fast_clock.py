"""A fast clock writes to nobody: neither started beside a sender elsewhere, nor given one later."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from pomelo.base.embedded import Embedded
from pomelo.cli.house import FastClockRefused, House, opened, settings_from_here
from pomelo.senders import HostElsewhere
from tests.cli.conftest import Pomelo
from tests.senders.identity import CLIENT_ID, CLIENT_SECRET

JARED = "jared@piedpiper.test"
HERE = ("--host", "127.0.0.1", "--login", "")
PUBLIC = "8.8.8.8"

Serve = Callable[[], AbstractAsyncContextManager[House]]


@pytest.fixture
async def serve(pomelo: Pomelo, postgres: Embedded, environ: pytest.MonkeyPatch) -> Serve:
    """Open the installation as a server with a fast clock does."""
    await pomelo("team", "create", "Pied Piper")
    environ.setenv("POMELO_CLOCK_SPEED", "100")
    return lambda: opened(settings_from_here(), postgres.options(), is_server=True)


@pytest.mark.parametrize(
    "servers",
    [("--host", PUBLIC, "--login", ""), (*HERE, "--imap-host", PUBLIC)],
)
async def test_it_does_not_start_where_a_sender_is_elsewhere(
    pomelo: Pomelo, serve: Serve, servers: tuple[str, ...]
) -> None:
    await pomelo("sender", "add", JARED, *servers)

    with pytest.raises(FastClockRefused):
        async with serve():
            pass

    # The refused server leaves no fast clock behind.
    await pomelo("sender", "remove", JARED)
    assert (await pomelo("sender", "add", JARED, *servers)).status == 0


async def test_it_starts_where_all_senders_are_here(pomelo: Pomelo, serve: Serve) -> None:
    await pomelo("sender", "add", JARED, *HERE)

    async with serve() as house:
        assert house.clock.speed == 100


async def test_no_command_gives_it_a_sender_elsewhere(
    pomelo: Pomelo, serve: Serve, environ: pytest.MonkeyPatch
) -> None:
    async with serve():
        pass
    environ.setenv("POMELO_GOOGLE_CLIENT_ID", CLIENT_ID)
    environ.setenv("POMELO_GOOGLE_CLIENT_SECRET", CLIENT_SECRET)
    await pomelo("sender", "add", JARED, *HERE)

    for command in (
        ("add", "monica@piedpiper.test", "--host", PUBLIC, "--login", ""),
        ("set", JARED, "--imap-host", PUBLIC, "--password-stdin"),
        ("connect", "google", JARED),
    ):
        said = await pomelo("sender", *command, stdin="secret\n")
        assert (said.status, str(HostElsewhere.__doc__) in said.err) == (1, True), said
