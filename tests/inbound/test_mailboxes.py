"""Mailboxes are read by IMAP: what comes back is found, once, and nothing there is changed."""

from datetime import date, timedelta

import pytest
from msgspec import structs

from pomelo.base.db import Database
from pomelo.inbound.model import Parsed, Unreadable
from pomelo.inbound.reader import Reader
from pomelo.leads import ActivityType
from tests.inbound import imapsim, sent
from tests.inbound.imapfolder import Folder
from tests.inbound.imapsim import Account
from tests.inbound.reading import PACE, connect, first_look, kept, reading, reply, until, until_kept
from tests.inbound.sent import SIGNER, Sent

STRANGE = (
    b"From: <news@shop.example>\r\nSubject: Offers\r\nMessage-ID: <o@shop.example>\r\n\r\nBuy.\r\n"
)


async def test_a_reply_is_heard_and_unrelated_mail_leaves_no_trace(
    database: Database, account: Account, ours: Sent
) -> None:
    async with reading(database):
        await first_look(database, ours)
        account.deliver(STRANGE)
        account.deliver(reply(ours))
        await until_kept(database, ours)

    assert await kept(database, ours) == [("reply", "in_reply_to")]
    async with database.transaction() as db:
        assert ActivityType.EMAILS_REPLIED in await ours.types(db)
    bodies = {said for said in account.heard if "BODY.PEEK[]" in said}
    assert bodies == {"UID FETCH 2 (BODY.PEEK[]<0.2097152>)"}


async def test_the_mailbox_is_only_read(database: Database, account: Account, ours: Sent) -> None:
    async with reading(database):
        await first_look(database, ours)
        account.deliver(reply(ours))
        await until_kept(database, ours)

    allowed = {"CAPABILITY", "AUTHENTICATE", "LIST", "EXAMINE", "IDLE", "UID SEARCH", "UID FETCH"}
    said = {" ".join(one.split()[: 2 if one.startswith("UID") else 1]) for one in account.heard}
    assert said <= allowed
    assert all("BODY.PEEK" in one for one in account.heard if one.startswith("UID FETCH"))


async def test_what_was_there_before_the_first_mail_is_not_read(
    database: Database, account: Account, ours: Sent
) -> None:
    account.inbox.add(reply(ours, 1), sent.SENT_AT.date() - timedelta(days=3))

    async with reading(database):
        await first_look(database, ours)
        account.deliver(reply(ours, 2))
        await until_kept(database, ours)

    assert not [said for said in account.heard if said.startswith("UID FETCH 1 ")]


async def test_a_reply_that_came_before_the_mailbox_could_be_read_is_heard(
    database: Database, account: Account, ours: Sent
) -> None:
    account.inbox.add(STRANGE)
    account.inbox.add(reply(ours))

    async with reading(database):
        await first_look(database, ours)

    assert await kept(database, ours) == [("reply", "in_reply_to")]


async def test_a_folder_whose_name_nobody_can_read_hides_no_other(
    database: Database, account: Account, ours: Sent
) -> None:
    for name in ("R&D", "&bad-"):
        account.folders = {name: Folder(name), **account.folders}

    async with reading(database, structs.replace(PACE, look=0.1)):
        await first_look(database, ours)
        account.deliver(reply(ours), "Junk")
        await until_kept(database, ours)


async def test_a_reply_in_junk_is_heard(database: Database, account: Account, ours: Sent) -> None:
    async with reading(database, structs.replace(PACE, look=0.1)):
        await first_look(database, ours)
        account.deliver(reply(ours), "Junk")
        await until_kept(database, ours)

    assert await kept(database, ours) == [("reply", "in_reply_to")]


async def test_without_push_a_mailbox_is_asked_again(database: Database) -> None:
    async with imapsim.serving(Account(idle=False)) as account:
        async with database.transaction() as db:
            ours = await sent.sent(db)
        await connect(database, ours, account)

        async with reading(database):
            await first_look(database, ours)
            account.deliver(reply(ours))
            await until_kept(database, ours)

        assert "IDLE" not in account.heard


async def test_mails_that_came_while_nobody_read_are_read_later(
    database: Database, account: Account, ours: Sent
) -> None:
    async with reading(database):
        await first_look(database, ours)
    for number in range(3):
        account.deliver(reply(ours, number))

    async with reading(database):
        await until_kept(database, ours, 3)

    assert len(await kept(database, ours)) == 3


async def test_the_same_mail_in_two_folders_counts_once(
    database: Database, account: Account, ours: Sent
) -> None:
    async with reading(database, structs.replace(PACE, look=0.1)):
        await first_look(database, ours)
        account.deliver(reply(ours))
        account.deliver(reply(ours), "Junk")
        account.deliver(reply(ours, 2), "Junk")
        await until_kept(database, ours, 2)

    async with database.transaction() as db:
        assert (await ours.types(db)).count(ActivityType.EMAILS_REPLIED) == 2


async def test_new_uids_are_read_again_and_nothing_counts_twice(
    database: Database, account: Account, ours: Sent
) -> None:
    account.inbox.add(reply(ours, 3), date(2025, 1, 1))

    async with reading(database):
        await first_look(database, ours)
        account.deliver(reply(ours, 1))
        await until_kept(database, ours)
        account.inbox.renumber()
        account.inbox.add(reply(ours, 2))
        account.cut()
        await until_kept(database, ours, 2)
        await until(lambda: account.idling == 1)

    assert len(await kept(database, ours)) == 2


async def test_a_server_put_back_to_an_older_state_is_read_again(
    database: Database, account: Account, ours: Sent
) -> None:
    async with reading(database):
        await first_look(database, ours)
        for number in range(3):
            account.deliver(reply(ours, number))
        await until_kept(database, ours, 3)
        account.inbox.mails.clear()
        account.inbox.next_uid = 1
        account.inbox.add(reply(ours, 4))
        account.cut()
        await until_kept(database, ours, 4)


async def test_a_bounce_is_fetched_though_only_its_body_names_us(
    database: Database, account: Account, ours: Sent
) -> None:
    async with reading(database):
        await first_look(database, ours)
        account.deliver(ours.answer("bounce_postfix_unknown_user"))
        await until_kept(database, ours)

    assert (await kept(database, ours))[0][0] == "bounce"


async def test_a_copy_in_sent_is_noted_and_teaches_the_final_message_id(
    database: Database, account: Account, ours: Sent
) -> None:
    copy = (
        b"From: <nora@pomelo.example>\r\nMessage-ID: <given.by@provider.example>\r\n"
        b"X-Pomelo-Id: " + SIGNER.sign("m", ours.message.id).encode() + b"\r\n\r\nHello\r\n"
    )
    other = b"From: <nora@pomelo.example>\r\nMessage-ID: <own@pomelo.example>\r\n\r\nLunch?\r\n"

    async def copies() -> list[tuple[str, str]]:
        async with database.transaction() as db:
            rows = await db.fetch("SELECT header_id, effective_id FROM sent_copies")
        return [(row[0], row[1]) for row in rows]

    async def is_noted() -> bool:
        return bool(await copies())

    async with reading(database, structs.replace(PACE, look=0.1)):
        await first_look(database, ours)
        account.deliver(other, "Sent")
        account.deliver(copy, "Sent")
        await until(is_noted)

    assert await copies() == [(ours.message.header_id, "<given.by@provider.example>")]
    async with database.transaction() as db:
        assert (await ours.reload(db)).effective_id == "<given.by@provider.example>"
    assert await kept(database, ours) == []


async def test_a_mail_that_the_server_cannot_give_is_set_aside_and_the_next_one_read(
    database: Database, account: Account, ours: Sent
) -> None:
    async with reading(database):
        await first_look(database, ours)
        account.inbox.refused.add(account.deliver(reply(ours, 1)))
        account.deliver(reply(ours, 2))
        await until_kept(database, ours, 2)

    assert await kept(database, ours) == [("reply", "in_reply_to"), ("unreadable", "")]


async def test_a_mail_at_which_the_server_hangs_up_each_time_is_set_aside(
    database: Database, account: Account, ours: Sent
) -> None:
    def break_at_the_second(name: str) -> str | None:
        asked = account.heard[-1].removeprefix("UID FETCH ").partition(" ")[0]
        return "drop" if name == "LITERAL" and "2" in asked.split(",") else None

    async with reading(database):
        await first_look(database, ours)
        account.fault = break_at_the_second
        for number in (1, 2, 3):
            account.deliver(reply(ours, number))
        await until_kept(database, ours, 3)

    assert await kept(database, ours) == [*[("reply", "in_reply_to")] * 2, ("unreadable", "")]


async def test_whoever_answers_is_heard_though_the_rest_of_their_mail_cannot_be_read(
    database: Database, account: Account, ours: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Reader.read

    async def only_heads(self: Reader, raw: bytes) -> Parsed | Unreadable:
        if raw.partition(b"\r\n\r\n")[2]:
            return Unreadable(reason="too slow", digest="", size_bytes=len(raw))
        return await read(self, raw)

    monkeypatch.setattr(Reader, "read", only_heads)
    async with reading(database):
        await first_look(database, ours)
        account.deliver(reply(ours))
        await until_kept(database, ours)

    assert await kept(database, ours) == [("reply", "in_reply_to")]
