"""How a sender's replies are read, by command, and what the doctor says when they are not."""

import pytest

from pomelo import senders
from pomelo.base.db import Database
from pomelo.base.vault import Vault
from pomelo.senders import Server
from tests.cli.conftest import Pomelo

JARED = "jared@piedpiper.test"
LOCAL = ("--host", "127.0.0.1", "--login", "")


@pytest.fixture(autouse=True)
async def team(pomelo: Pomelo) -> None:
    await pomelo("team", "create", "Pied Piper")


async def replies(pomelo: Pomelo) -> list[tuple[str, str]]:
    found = (await pomelo("doctor", "--json")).json
    return [(one["level"], one["text"]) for one in found if one["subject"] == "replies"]


async def test_nobody_has_said_how_replies_are_read(pomelo: Pomelo) -> None:
    await pomelo("sender", "add", JARED, *LOCAL)

    ((level, text),) = await replies(pomelo)

    assert (level, "is not said" in text) == ("warn", True)


async def test_none_is_said_by_name_and_stays_visible(pomelo: Pomelo) -> None:
    await pomelo("sender", "add", JARED, *LOCAL)

    said = await pomelo("sender", "set", JARED, "--replies", "none", "--json")

    ((level, text),) = await replies(pomelo)
    assert said.json["replies"] == "none"
    assert (level, "are not read (none)" in text) == ("warn", True)


async def test_a_mailbox_that_cannot_be_read_is_wrong_and_says_why(
    pomelo: Pomelo, database: Database
) -> None:
    await pomelo("sender", "add", JARED, *LOCAL, "--imap-host", "127.0.0.1")
    async with database.transaction() as db:
        await db.execute(
            "INSERT INTO mailboxes (team_id, sender_id, next_at, trouble)"
            " SELECT team_id, id, now(), 'Nothing answers at 127.0.0.1:993.' FROM senders"
        )

    ((level, text),) = await replies(pomelo)

    assert level == "fail"
    assert text == (
        f"Replies to {JARED} were never read; its follow-ups wait until they are. "
        "Nothing answers at 127.0.0.1:993."
    )


async def test_a_folder_is_named_where_it_is_not_found(pomelo: Pomelo) -> None:
    await pomelo("sender", "add", JARED, *LOCAL, "--replies", "pipe")

    said = await pomelo("sender", "set", JARED, "--sent-folder", "Ausgang", "--json")

    assert (said.json["sentFolder"], said.json["replies"]) == ("Ausgang", "pipe")


async def mailbox(database: Database, vault: Vault) -> tuple[str, Server | None]:
    """The SMTP password, and where the mailbox is read."""
    async with database.transaction() as db:
        (sender,) = await senders.list_everywhere(db)
        smtp = await senders.get_smtp(db, sender.team_id, sender.id, vault)
        return smtp.password, await senders.find_imap(db, sender.team_id, sender.id, vault)


LOGGED_IN = ("--host", "127.0.0.1", "--imap-host", "127.0.0.1", "--imap-port", "1143")


@pytest.mark.parametrize(
    ("option", "passwords"), [("--password", ("new", "new")), ("--imap-password", ("old", "new"))]
)
async def test_a_new_password_is_imaps_too_where_both_go_by_one_name_or_imaps_alone(
    pomelo: Pomelo,
    database: Database,
    own_vault: Vault,
    option: str,
    passwords: tuple[str, str],
) -> None:
    await pomelo("sender", "add", JARED, *LOGGED_IN, "--password-stdin", stdin="old\n")

    await pomelo("sender", "set", JARED, option, "--password-stdin", stdin="new\n")

    smtp, imap = await mailbox(database, own_vault)
    assert imap is not None
    assert (smtp, imap.password) == passwords
    assert (imap.port, imap.login) == (1143, JARED)


async def test_where_a_mailbox_is_read_can_be_said_later(
    pomelo: Pomelo, database: Database, own_vault: Vault
) -> None:
    await pomelo("sender", "add", JARED, "--host", "127.0.0.1", "--password-stdin", stdin="old\n")

    said = await pomelo(
        *("sender", "set", JARED, "--imap-host", "127.0.0.1", "--imap-login", "jd"),
        *("--password-stdin", "--json"),
        stdin="own\n",
    )

    smtp, imap = await mailbox(database, own_vault)
    assert (smtp, imap) == ("old", Server("127.0.0.1", 993, senders.TlsMode.TLS, "jd", "own"))
    assert said.json["imap"] == {"host": "127.0.0.1", "port": 993, "tls": "tls", "login": "jd"}
    assert said.json["replies"] == "imap"


async def test_a_password_for_a_mailbox_that_nobody_named_is_refused(pomelo: Pomelo) -> None:
    await pomelo("sender", "add", JARED, *LOCAL)

    said = await pomelo("sender", "set", JARED, "--imap-password", "--password-stdin", stdin="x\n")

    assert (said.status, "--imap-host" in said.err) == (1, True)


async def test_a_private_mail_host_is_refused_later_as_well(pomelo: Pomelo) -> None:
    await pomelo("sender", "add", JARED, *LOCAL)

    said = await pomelo(
        *("sender", "set", JARED, "--imap-host", "10.0.0.1", "--password-stdin"), stdin="x\n"
    )

    assert (said.status, "10.0.0.1 is not on the public Internet" in said.err) == (1, True)
