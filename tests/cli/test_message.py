"""`pomelo message`: mails in doubt are listed, and end as a person says."""

from collections.abc import AsyncIterator

import pytest

from pomelo.base.clock import Clock
from pomelo.base.db import Database
from pomelo.base.vault import Vault
from pomelo.demo.sink import Act, Script, Stage
from tests.cli.conftest import Pomelo
from tests.cli.test_doctor import findings
from tests.wire import PostOffice

RICHARD = "richard@piedpiper.test"


@pytest.fixture
async def office(database: Database, own_vault: Vault) -> AsyncIterator[PostOffice]:
    """A team one of whose mails is in doubt."""
    post = PostOffice(
        database, Clock().now(), script={RICHARD: Script(Stage.DOT, Act.DROP, times=1)}
    )
    await post.open()
    async with database.transaction() as db:
        name = own_vault.fingerprint()
        await db.execute("UPDATE installation SET secret_fingerprint = $1", name)
    await post.add(RICHARD)
    await post.work()
    yield post
    await post.close()


async def test_a_mail_in_doubt_is_listed_and_ends_as_a_person_says(
    pomelo: Pomelo, office: PostOffice
) -> None:
    (doubtful,) = (await pomelo("message", "list", "--json")).json
    shown = (await pomelo("message", "list")).out

    resolved = await pomelo("message", "resolve", doubtful["_id"], "sent")
    again = await pomelo("message", "resolve", doubtful["_id"], "sent")

    assert doubtful["messageId"] in shown
    assert f"{doubtful['_id']}: Its sender's mailbox is not read by IMAP" in shown
    assert (resolved.status, resolved.out) == (0, f"The mail to {RICHARD} counts as sent.\n")
    assert again.status == 1
    assert "not uncertain any more" in again.err
    assert (await pomelo("message", "list")).out == "No mail is in doubt.\n"
    assert await office.states() == {"sent": 1}


async def test_a_mail_can_be_sent_again(pomelo: Pomelo, office: PostOffice) -> None:
    (doubtful,) = (await pomelo("message", "list", "--json")).json

    said = await pomelo("message", "resolve", doubtful["_id"], "resend", "--json")

    assert said.json == {**doubtful, "state": "deferred", "note": ""}
    assert await office.states() == {"deferred": 1}


async def test_doctor_counts_the_mails_in_doubt_until_they_are_resolved(
    pomelo: Pomelo, office: PostOffice
) -> None:
    doubted = await findings(pomelo, "mails")
    (doubtful,) = (await pomelo("message", "list", "--json")).json

    await pomelo("message", "resolve", doubtful["_id"], "sent")

    assert doubted == [
        ("warn", "1 in doubt, whose leads wait; see `pomelo message list`, and resolve them.")
    ]
    assert await findings(pomelo, "mails") == [("pass", "None is in doubt.")]
