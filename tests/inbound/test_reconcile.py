"""Our ledger against Sent folders: what both have, what one lacks; and nothing is changed."""

from datetime import timedelta

import pytest

from pomelo import activities, inbound, senders
from pomelo.base.db import Database
from pomelo.base.ids import new
from pomelo.base.outgoing import Guard, parse_networks
from pomelo.campaigns import CampaignNotFound
from pomelo.inbound import Account
from pomelo.inbound.checkup import journey
from pomelo.senders import Changes, SavesSentCopy
from pomelo.smtp import MailAccess
from pomelo.tracking import MESSAGE, OPEN
from tests import make
from tests.inbound import imapsim, sent
from tests.inbound.sent import NOW, SIGNER, Sent
from tests.wire import HandClock


@pytest.fixture
async def people(database: Database, ours: Sent) -> list[Sent]:
    """Mails that were sent by one sender, whose mailbox can be read."""
    async with database.transaction() as db:
        others = [
            await sent.to(db, ours.team, ours.sender, ours.campaign, f"p{number}@hooli.com")
            for number in range(4)
        ]
    return [ours, *others]


def copy(one: Sent) -> bytes:
    token = SIGNER.sign(MESSAGE, one.message.id)
    return f"X-Pomelo-Id: {token}\r\nMessage-ID: {one.message.header_id}\r\n\r\nHi\r\n".encode()


async def account_of(database: Database, ours: Sent, **asked: object) -> Account:
    return await inbound.reconcile(
        database,
        ours.team.id,
        ours.campaign.id,
        since=asked.get("since"),  # type: ignore[arg-type]
        access=MailAccess(vault=make.VAULT, guard=Guard(parse_networks("127.0.0.0/8"))),
        clock=HandClock(NOW),
    )


async def test_what_lies_in_sent_is_matched(
    database: Database, account: imapsim.Account, people: list[Sent]
) -> None:
    for one in people:
        account.folders["Sent"].add(copy(one))
    account.folders["Sent"].add(b"Message-ID: <lunch@pomelo.example>\r\n\r\nLunch?\r\n")

    found = await account_of(database, people[0])

    assert (found.matched, found.agrees) == (5, True)
    assert {said.split(" ")[0] for said in account.heard} <= {
        "CAPABILITY", "AUTHENTICATE", "LIST", "EXAMINE", "UID",
    }  # fmt: skip


async def test_each_difference_is_named(
    database: Database, account: imapsim.Account, people: list[Sent]
) -> None:
    ours, missing, twice, doubtful, deferred = people
    async with database.transaction() as db:
        await db.execute(
            "UPDATE messages SET state = 'uncertain' WHERE id = $1", doubtful.message.id
        )
        await db.execute(
            "UPDATE messages SET state = 'deferred' WHERE id = $1", deferred.message.id
        )
    stranger = SIGNER.sign(MESSAGE, new("msg"))  # type: ignore[arg-type]
    for raw in (
        *[copy(one) for one in (ours, twice, twice, deferred)],
        f"X-Pomelo-Id: {stranger}\r\nMessage-ID: <lost@pomelo.example>\r\n\r\nHi\r\n".encode(),
        f"X-Pomelo-Id: {SIGNER.sign(OPEN, ours.message.id)}\r\n\r\nHi\r\n".encode(),
    ):
        account.folders["Sent"].add(raw)

    found = await account_of(database, ours)

    assert (found.matched, found.in_doubt, found.agrees) == (2, 1, False)
    assert [one.id for one in found.missing] == [missing.message.id]
    assert [one.id for one in found.twice] == [twice.message.id]
    assert sorted(one.why for one in found.unknown) == [
        "It bears our header, but not our signature.",
        "It is signed by us, but not in the ledger.",
        "The ledger says that it was not sent: deferred.",
    ]


async def test_a_provider_that_gives_mails_other_names_is_understood(
    database: Database, account: imapsim.Account, ours: Sent
) -> None:
    token = SIGNER.sign(MESSAGE, ours.message.id)
    raw = f"Message-ID: <given@provider.example>\r\nX-Pomelo-Id:\r\n {token}\r\n\r\nHi\r\n"
    account.folders["Sent"].add(raw.encode())

    found = await account_of(database, ours)

    assert (found.matched, found.agrees) == (1, True)


async def test_mails_of_removed_leads_and_of_other_campaigns_are_no_difference(
    database: Database, account: imapsim.Account, people: list[Sent]
) -> None:
    for one in people:
        account.folders["Sent"].add(copy(one))
    async with database.transaction() as db:
        await activities.remove(db, people[1].team.id, people[1].lead.id)
        other = await make.running_campaign(db, people[0].team.id, people[0].sender, "Other")
        another = await sent.to(db, people[0].team, people[0].sender, other, "x@hooli.com")
    account.folders["Sent"].add(copy(another))

    found = await account_of(database, people[0])

    assert (found.matched, found.agrees) == (4, True)


async def test_a_mail_that_only_tried_out_the_mailbox_is_no_difference(
    database: Database, account: imapsim.Account, ours: Sent
) -> None:
    account.folders["Sent"].add(copy(ours))
    tried = journey.write(
        ours.sender,
        ours.sender.email,
        signer=SIGNER,
        public_url="http://t.test",
        dkim=None,
        now=NOW,
    )
    account.folders["Sent"].add(tried.raw)

    found = await account_of(database, ours)

    assert (found.matched, found.agrees) == (1, True)


async def test_a_mail_whose_copy_is_still_to_be_put_there_is_not_missing(
    database: Database, account: imapsim.Account, ours: Sent
) -> None:
    """No worker has taken it up yet: it was ended, or has a thousand before."""
    saved = Changes(saves_sent_copy=SavesSentCopy.APPEND)
    async with database.transaction() as db:
        await senders.change(db, ours.team.id, ours.sender.id, saved, now=NOW)
        await db.execute("UPDATE messages SET raw = 'x' WHERE id = $1", ours.message.id)

    found = await account_of(database, ours)

    assert found.missing == []


async def test_since_leaves_out_what_was_before(
    database: Database, account: imapsim.Account, ours: Sent
) -> None:
    found = await account_of(database, ours, since=sent.SENT_AT + timedelta(seconds=1))

    assert (found.matched, found.missing) == (0, [])


async def test_a_folder_that_nobody_can_look_into_hides_no_difference(
    database: Database, account: imapsim.Account, ours: Sent
) -> None:
    account.password = "another"

    found = await account_of(database, ours)

    assert (found.missing, found.agrees) == ([], False)
    assert found.unread[0].sender_email == ours.sender.email
    assert "canary" not in found.unread[0].why


async def test_where_nobody_keeps_copies_nothing_is_missing(database: Database, ours: Sent) -> None:
    async with database.transaction() as db:
        changes = Changes(saves_sent_copy=SavesSentCopy.NONE)
        await senders.change(db, ours.team.id, ours.sender.id, changes, now=NOW)

    found = await account_of(database, ours)

    assert (found.missing, [one.why[:25] for one in found.unread]) == (
        [], ["Nobody keeps copies of wh"],
    )  # fmt: skip


async def test_a_deleted_sender_is_named(database: Database, ours: Sent) -> None:
    async with database.transaction() as db:
        await db.execute("UPDATE senders SET deleted_at = now() WHERE id = $1", ours.sender.id)

    (unread,) = (await account_of(database, ours)).unread

    assert "was deleted" in unread.why


async def test_another_teams_campaign_does_not_exist(database: Database, ours: Sent) -> None:
    async with database.transaction() as db:
        stranger = await make.team(db, "Hooli")

    with pytest.raises(CampaignNotFound):
        await inbound.reconcile(
            database,
            stranger.id,
            ours.campaign.id,
            since=None,
            access=MailAccess(vault=make.VAULT, guard=Guard(parse_networks("127.0.0.0/8"))),
            clock=HandClock(NOW),
        )
