"""`pomelo sender`: added with a password nobody sees, checked against a real server, changed."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pomelo import senders
from pomelo.base.db import Database
from pomelo.base.ids import SenderId
from pomelo.base.vault import Vault
from pomelo.demo.sink import Sink
from pomelo.senders import PausedFor
from tests import make
from tests.cli.conftest import Pomelo, Said

JARED = "jared@piedpiper.test"
CANARY = "CANARY-hunter2"
LOCAL = ("--host", "127.0.0.1", "--login", "jared")


@pytest.fixture
async def sink() -> AsyncIterator[int]:
    server = Sink(login=("jared", CANARY))
    yield await server.start()
    await server.stop()


@pytest.fixture(autouse=True)
async def team(pomelo: Pomelo) -> None:
    await pomelo("team", "create", "Pied Piper")


async def added(pomelo: Pomelo, port: int = 2525, password: str = CANARY) -> Said:
    return await pomelo(
        *("sender", "add", JARED, *LOCAL, "--port", str(port)),
        *("--name", "Jared Dunn", "--password-stdin", "--json"),
        stdin=f"{password}\n",
    )


async def test_a_password_comes_by_standard_input_and_is_kept_encrypted(
    pomelo: Pomelo, database: Database, own_vault: Vault
) -> None:
    said = await added(pomelo)

    async with database.transaction() as db:
        (sender,) = await senders.list_everywhere(db)
        smtp = await senders.get_smtp(db, sender.team_id, sender.id, own_vault)
    assert (said.status, said.json["_id"]) == (0, sender.id)
    assert (smtp.login, smtp.password, smtp.tls) == ("jared", CANARY, "none")
    assert CANARY not in said.out + said.err


async def test_a_password_comes_by_the_environment(
    pomelo: Pomelo, database: Database, own_vault: Vault, environ: pytest.MonkeyPatch
) -> None:
    environ.setenv("POMELO_SENDER_PASSWORD", CANARY)

    said = await pomelo("sender", "add", JARED, *LOCAL, "--imap-host", "127.0.0.1")

    async with database.transaction() as db:
        (sender,) = await senders.list_everywhere(db)
        imap = await senders.find_imap(db, sender.team_id, sender.id, own_vault)
    assert imap is not None
    assert (imap.port, imap.tls, imap.password) == (993, "tls", CANARY)
    assert f"pomelo sender check {JARED}" in said.out


async def test_without_a_password_and_without_a_terminal_nothing_is_added(
    pomelo: Pomelo,
) -> None:
    said = await pomelo("sender", "add", JARED, *LOCAL)

    assert said.status == 1
    assert "--password-stdin" in said.err
    assert (await pomelo("sender", "list", "--json")).json == []


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        (b"caf\xe9", "must be text in UTF-8"),
        (b"hunter\0002", "none of them is NUL"),
        (b"x" * 1_001, "at most 1,000 letters"),
    ],
)
async def test_what_no_password_can_be_is_refused_before_it_is_kept(
    pomelo: Pomelo, password: bytes, sentence: str
) -> None:
    said = await pomelo("sender", "add", JARED, *LOCAL, "--password-stdin", stdin=password)

    assert (said.status, sentence in said.err) == (1, True)
    assert (await pomelo("sender", "list", "--json")).json == []


async def test_the_environment_holds_no_password_that_is_no_text(
    pomelo: Pomelo, environ: pytest.MonkeyPatch
) -> None:
    environ.setenv("POMELO_SENDER_PASSWORD", os.fsdecode(b"\xff"))

    said = await pomelo("sender", "add", JARED, *LOCAL)

    assert (said.status, "must be text in UTF-8" in said.err) == (1, True)


async def test_an_empty_login_needs_no_password(pomelo: Pomelo) -> None:
    said = await pomelo(
        "sender", "add", JARED, "--host", "127.0.0.1", "--login", "", "--gap", "60", "--json"
    )

    assert said.json["smtp"] == {"host": "127.0.0.1", "port": 587, "tls": "none", "login": ""}
    assert (said.json["limitPerDay"], said.json["gapSeconds"]) == (50, 60)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--host", "10.0.0.1"), "Invalid host: 10.0.0.1 is not on the public Internet"),
        (("--host", "93.184.216.34", "--port", "6379"), "Invalid host: Port 6379"),
        (("--host", "93.184.216.34", "--tls", "none"), "Without TLS a mail server must be"),
        (("--host", "127.0.0.1", "--user", "a@b.test"), "The team has no user of that address"),
        (("--host", "127.0.0.1", "--team", "Hooli"), "There is no such team"),
    ],
)
async def test_what_cannot_be_added_says_why(
    pomelo: Pomelo, arguments: tuple[str, ...], sentence: str
) -> None:
    said = await pomelo("sender", "add", JARED, "--login", "", *arguments)

    assert said.status == 1
    assert sentence in said.err


async def test_a_check_logs_in_and_warns_of_what_is_unwise(pomelo: Pomelo, sink: int) -> None:
    await added(pomelo, sink)
    await pomelo("sender", "set", JARED, "--limit", "200")

    said = await pomelo("sender", "check", JARED)
    as_json = (await pomelo("sender", "check", JARED, "--json")).json

    assert said.status == 0
    assert "SMTP    connected and logged in" in said.out
    assert "IMAP    IMAP is not configured" in said.out
    assert "`pomelo sender set ADDRESS --imap-host HOST`" in said.out
    assert "200 mails in 24 hours" in said.out
    assert as_json["connection"]["smtp"] == {"success": True}
    assert any("reputation" in warning for warning in as_json["warnings"])
    assert any("set replies to imap, pipe or none" in warning for warning in as_json["warnings"])


async def test_a_check_of_a_server_without_log_in_says_of_none(pomelo: Pomelo) -> None:
    sink = Sink()
    port = await sink.start()
    await pomelo(
        *("sender", "add", JARED, "--login", "", "--host", "127.0.0.1", "--port", str(port))
    )

    said = await pomelo("sender", "check", JARED)
    await sink.stop()

    assert "SMTP    connected, without a log-in\n" in said.out
    assert "ogged in" not in said.out


async def test_a_check_that_fails_ends_with_1_and_says_why(pomelo: Pomelo, sink: int) -> None:
    await added(pomelo, sink, "wrong")

    said = await pomelo("sender", "check", JARED)

    assert said.status == 1
    assert "The server refuses the log-in (535" in said.out


async def test_a_new_password_works_at_once(pomelo: Pomelo, sink: int) -> None:
    await added(pomelo, sink, "wrong")

    await pomelo("sender", "set", JARED, "--password-stdin", stdin=f"{CANARY}\n")

    assert (await pomelo("sender", "check", JARED)).status == 0


async def test_set_without_a_change_is_told_so(pomelo: Pomelo) -> None:
    await added(pomelo)

    said = await pomelo("sender", "set", JARED)

    assert said.status == 1
    assert "Say what to change" in said.err


async def test_limits_are_given_when_a_sender_is_added_and_are_listed(pomelo: Pomelo) -> None:
    pace = ("--limit", "40", "--gap", "60", "--jitter", "120", "--domain-gap", "300", "--ramp", "5")

    sender = (await pomelo("sender", "add", JARED, *LOCAL, "--login", "", *pace, "--json")).json
    listed = (await pomelo("sender", "list")).out

    assert (sender["limitPerDay"], sender["rampPerDay"]) == (40, 5)
    gaps = (sender["gapSeconds"], sender["gapJitterSeconds"], sender["domainGapSeconds"])
    assert gaps == (60, 120, 300)
    assert "60 to 180" in listed
    assert "not said" in listed


@pytest.mark.parametrize(
    ("option", "most"),
    [
        ("--limit", 100_000),
        ("--gap", 86_400),
        ("--jitter", 86_400),
        ("--domain-gap", 86_400),
        ("--ramp", 10_000),
    ],
)
async def test_a_command_takes_no_more_than_the_api(pomelo: Pomelo, option: str, most: int) -> None:
    taken = await pomelo("sender", "add", JARED, *LOCAL, "--login", "", option, str(most))
    more = await pomelo("sender", "set", JARED, option, str(most + 1))

    assert taken.status == 0, taken.err
    assert (more.status, str(most) in more.err) == (2, True)


async def test_a_pause_is_listed_and_lifted(pomelo: Pomelo, database: Database) -> None:
    sender = SenderId((await added(pomelo)).json["_id"])
    async with database.transaction() as db:
        (found,) = await senders.list_everywhere(db)
        await senders.pause(
            db, found.team_id, sender, reason=PausedFor.BLOCK, reply="no", until=None, now=make.NOW
        )

    listed = (await pomelo("sender", "list")).out
    lifted = await pomelo("sender", "lift", sender)

    assert "block: no" in listed
    assert (lifted.status, "may send again" in lifted.out) == (0, True)
    assert (await pomelo("sender", "list", "--json")).json[0]["paused"] is None


async def test_a_removed_sender_is_gone(pomelo: Pomelo) -> None:
    await added(pomelo)

    removed = await pomelo("sender", "remove", JARED)
    again = await pomelo("sender", "remove", JARED)

    assert (removed.status, again.status) == (0, 1)
    assert "pomelo sender list" in again.err
    assert (await added(pomelo)).status == 0


async def test_dkim_says_what_to_publish_and_can_be_turned_off(
    pomelo: Pomelo, database: Database, own_vault: Vault
) -> None:
    await added(pomelo)

    said = await pomelo("sender", "dkim", JARED, "--json")

    async with database.transaction() as db:
        (sender,) = await senders.list_everywhere(db)
        pem = await senders.find_dkim_pem(db, sender.team_id, sender.id, own_vault)
    assert said.json["name"] == f"pomelo1._domainkey.{JARED.partition('@')[2]}"
    assert said.json["text"].startswith("v=DKIM1; k=rsa; p=")
    assert pem is not None
    assert "PRIVATE KEY" not in said.out + said.err

    await pomelo("sender", "dkim", JARED, "--off")

    async with database.transaction() as db:
        assert await senders.find_dkim_pem(db, sender.team_id, sender.id, own_vault) is None


async def test_what_is_no_dkim_key_is_refused(pomelo: Pomelo, tmp_path: Path) -> None:
    await added(pomelo)
    file = tmp_path / "dkim.pem"
    file.write_text("hello")

    said = await pomelo("sender", "dkim", JARED, "--key-file", str(file))

    assert said.status == 1
    assert "This is no DKIM key" in said.err
