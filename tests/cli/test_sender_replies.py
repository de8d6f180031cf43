"""How a sender's replies are read, by command, and what the doctor says when they are not."""

import pytest

from pomelo.base.db import Database
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
