"""`pomelo reconcile`: the ledger of a campaign against its senders' Sent folders."""

from collections.abc import AsyncIterator

import pytest

from pomelo import senders
from pomelo.base.db import Database
from pomelo.base.vault import Vault
from pomelo.senders import Changes, Replies, Server, TlsMode
from pomelo.tracking import MESSAGE, Signer
from tests.cli.conftest import Pomelo
from tests.inbound import imapsim, sent
from tests.inbound.imapsim import Account
from tests.inbound.sent import NOW, Sent


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    async with imapsim.serving() as one:
        yield one


@pytest.fixture
async def ours(database: Database, own_vault: Vault, account: Account) -> Sent:
    """A mail that was sent from a mailbox which the command can read."""
    server = Server("127.0.0.1", account.port, TlsMode.NONE, imapsim.LOGIN, imapsim.PASSWORD)
    async with database.transaction() as db:
        one = await sent.sent(db)
        await db.execute("UPDATE installation SET secret_fingerprint = $1", own_vault.fingerprint())
        team, sender = one.team.id, one.sender.id
        await senders.set_imap(db, team, sender, server, vault=own_vault)
        await senders.change(db, team, sender, Changes(replies=Replies.IMAP), now=NOW)
    return one


async def test_a_mail_that_is_not_in_sent_is_told_and_ends_with_1(
    pomelo: Pomelo, ours: Sent
) -> None:
    said = await pomelo("reconcile", ours.campaign.id)
    told = await pomelo("reconcile", ours.campaign.id, "--json")

    assert (said.status, told.status) == (1, 1)
    assert said.out.startswith("0 matched, 0 in doubt and not in Sent.\n")
    assert f"missing  {ours.sender.email}  {ours.lead.email}" in said.out
    (missing,) = told.json.pop("missing")
    assert missing == {
        "_id": ours.message.id,
        "messageId": ours.message.header_id,
        "leadEmail": ours.lead.email,
        "senderEmail": ours.sender.email,
        "sentAt": "2026-03-10T09:00:00.000Z",
    }


async def test_where_all_is_there_it_ends_with_0(
    pomelo: Pomelo, ours: Sent, account: Account, own_vault: Vault
) -> None:
    token = Signer(own_vault.signing_secret()).sign(MESSAGE, ours.message.id)
    account.folders["Sent"].add(f"X-Pomelo-Id: {token}\r\n\r\nHi\r\n".encode())

    said = await pomelo("reconcile", ours.campaign.id, "--since", "2026-03-01")

    assert (said.status, said.out) == (
        0, "1 matched, 0 in doubt and not in Sent.\nThere is no difference.\n",
    )  # fmt: skip


async def test_of_a_sender_without_imap_it_is_said_how_its_folder_can_be_read(
    pomelo: Pomelo, ours: Sent, database: Database
) -> None:
    async with database.transaction() as db:
        await db.execute("UPDATE senders SET imap_port = NULL, replies = 'none'")

    said = await pomelo("reconcile", ours.campaign.id)

    assert said.status == 1
    assert f"`pomelo sender set {ours.sender.email} --imap-host HOST`" in said.out
    assert "pipe" not in said.out


async def test_a_campaign_that_nobody_has_is_refused(pomelo: Pomelo, ours: Sent) -> None:
    said = await pomelo("reconcile", "cam_nobody")

    assert said.status == 1
    assert "Campaign not found" in said.err
