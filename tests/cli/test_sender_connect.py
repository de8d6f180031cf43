"""`pomelo sender connect`: a real browser's way, from the printed address back to this machine."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec
import pytest

from pomelo import senders
from pomelo.base.db import Database
from pomelo.base.vault import Vault
from pomelo.cli.loopback import PortTaken, listening
from tests.cli.conftest import Pomelo
from tests.senders.identity import CLIENT_ID, CLIENT_SECRET, Identity, providing

JARED = "jared@piedpiper.com"


@pytest.fixture(autouse=True)
async def team(pomelo: Pomelo) -> None:
    await pomelo("team", "create", "Pied Piper")


@pytest.fixture
async def identity(environ: pytest.MonkeyPatch) -> AsyncIterator[Identity]:
    """The provider at which the command's installation is registered."""
    async with providing() as one:
        environ.setenv("POMELO_GOOGLE_CLIENT_ID", CLIENT_ID)
        environ.setenv("POMELO_GOOGLE_CLIENT_SECRET", CLIENT_SECRET)
        environ.setenv("POMELO_GOOGLE_IDENTITY_URL", one.url)
        yield one


@asynccontextmanager
async def connecting(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run the command as a process, and give the address that it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from pomelo.cli import main; main()"),
        *("sender", "connect", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(30):
            while not (line := (await process.stderr.readline()).decode()).startswith("http"):
                assert line, "it ended without an address"
        yield process, line.strip()
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def browse(url: str) -> httpx.Response:
    """Open an address as a browser does, and follow where the provider leads."""
    async with httpx.AsyncClient(follow_redirects=True, trust_env=False) as browser:
        return await browser.get(url)


async def test_a_person_agrees_in_a_browser_and_the_mailbox_is_connected(
    identity: Identity, database: Database, own_vault: Vault
) -> None:
    async with connecting("google", JARED, "--name", "Jared Dunn", "--json") as (process, url):
        page = await browse(url)
        out, _ = await process.communicate()

    sender = msgspec.json.decode(out)
    redirect = parse_qs(urlsplit(url).query)["redirect_uri"][0]
    async with database.transaction(readonly=True) as db:
        (found,) = await senders.list_everywhere(db)
    assert process.returncode == 0
    assert redirect.startswith("http://127.0.0.1:")
    assert "close this page" in page.text
    assert (sender["_id"], sender["name"], sender["connected"]) == (
        found.id,
        "Jared Dunn",
        "google",
    )
    assert "access-" not in out.decode()


async def test_a_strangers_call_is_sent_away_and_the_command_waits_on(
    identity: Identity,
) -> None:
    async with connecting("google", JARED) as (process, url):
        back = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        strange = [await browse(f"{back}?state=guess&code=x"), await browse(f"{back}x")]
        await browse(url)
        out, _ = await process.communicate()

    assert [answer.status_code for answer in strange] == [404, 404]
    assert out.decode().startswith(f"Connected {JARED}")


async def test_a_no_in_the_browser_ends_the_command_with_a_sentence(
    identity: Identity, database: Database
) -> None:
    async with connecting("google", JARED) as (process, url):
        asked = parse_qs(urlsplit(url).query)
        await browse(f"{asked['redirect_uri'][0]}?state={asked['state'][0]}&error=access_denied")
        _, err = await process.communicate()

    async with database.transaction(readonly=True) as db:
        assert await senders.list_everywhere(db) == []
    assert process.returncode == 1
    assert "gave no leave" in err.decode()


async def test_when_nobody_comes_back_it_ends_in_time(identity: Identity, pomelo: Pomelo) -> None:
    said = await pomelo("sender", "connect", "google", JARED, "--wait", "1")

    assert said.status == 1
    assert "No browser came back in time" in said.err


async def test_without_a_client_id_it_says_what_the_operator_must_set(pomelo: Pomelo) -> None:
    said = await pomelo("sender", "connect", "microsoft", JARED)

    assert said.status == 1
    assert "POMELO_MICROSOFT_CLIENT_ID" in said.err


async def test_a_port_that_is_taken_is_said() -> None:
    async with listening(0) as first:
        with pytest.raises(PortTaken):
            async with listening(first.port):
                pass


async def test_a_mailbox_of_a_known_provider_needs_no_host(
    pomelo: Pomelo, database: Database, own_vault: Vault
) -> None:
    said = await pomelo("sender", "add", "jared@icloud.com", "--password-stdin", stdin="pass\n")

    async with database.transaction(readonly=True) as db:
        (sender,) = await senders.list_everywhere(db)
        smtp = await senders.get_smtp(db, sender.team_id, sender.id, own_vault)
    assert said.status == 0, said.err
    assert (smtp.host, smtp.port, smtp.tls) == ("smtp.mail.me.com", 587, "starttls")
    assert (smtp.login, smtp.password, sender.imap_host) == (
        *("jared@icloud.com", "pass", "imap.mail.me.com"),
    )
    assert "app password" in said.err


@pytest.mark.parametrize(
    ("email", "advice"),
    [
        ("jared@outlook.com", "pomelo sender connect microsoft jared@outlook.com"),
        ("jared@piedpiper.test", "--host"),
    ],
)
async def test_where_a_password_or_a_guess_is_no_use_it_says_what_is(
    pomelo: Pomelo, email: str, advice: str
) -> None:
    said = await pomelo("sender", "add", email, "--password-stdin", stdin="pass\n")

    assert said.status == 1
    assert advice in said.err
