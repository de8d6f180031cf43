"""The demo's IMAP server, driven by the standard library's client, IMAPClient and bare lines."""

import asyncio
import imaplib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import pytest
from imapclient import IMAPClient  # type: ignore[import-untyped]

from pomelo.demo.imap import Account, Mailboxes

LOGIN, PASSWORD = "nora@growers.example", 'pä"ss\\wörd'
HEAD = (
    b"From: Lena <lena@zwei.example>\r\nSubject: Re:\r\n Hello\r\nMessage-ID: <a@zwei.example>\r\n"
)
MAIL = HEAD + b"\r\nThank you.\r\n"
Result = TypeVar("Result")


@pytest.fixture
async def server() -> AsyncIterator[Mailboxes]:
    one = Mailboxes()
    yield one
    await one.stop()


@pytest.fixture
async def account(server: Mailboxes) -> Account:
    return server.add(LOGIN, PASSWORD)


@pytest.fixture
async def port(server: Mailboxes) -> int:
    return await server.start()


async def asking(port: int, ask: Callable[[Any], Result]) -> Result:
    """Ask by IMAPClient, logged in."""

    def talk() -> Result:
        with IMAPClient("127.0.0.1", port, ssl=False) as client:
            client.plain_login(LOGIN, PASSWORD)
            return ask(client)

    return await asyncio.to_thread(talk)


async def saying(port: int, *lines: bytes) -> list[bytes]:
    """Say some lines after the log-in, hang up, and give what was answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    login = b"".join((b'a LOGIN "', LOGIN.encode(), b'" "p\xc3\xa4\\"ss\\\\w\xc3\xb6rd"'))
    writer.write(b"\r\n".join([login, *lines, b"z LOGOUT", b""]))
    answered = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return answered.split(b"\r\n")[2:]


async def test_a_mail_is_given_as_it_came_and_stays_unseen(port: int, account: Account) -> None:
    account.deliver(MAIL)

    def read(client: Any) -> Any:
        opened = client.select_folder("INBOX", readonly=True)
        (uid,) = client.search("ALL")
        items = ["RFC822.SIZE", "FLAGS", "BODY.PEEK[HEADER]<0.999>", "BODY.PEEK[]<5.20>", "BODY[]"]
        return opened, uid, client.fetch([uid], items)[uid]

    opened, uid, mail = await asking(port, read)

    assert (opened[b"EXISTS"], opened[b"UIDNEXT"], uid) == (1, 2, 1)
    assert mail[b"BODY[]"] == MAIL
    assert mail[b"BODY[HEADER]<0>"] == HEAD + b"\r\n"
    assert mail[b"BODY[]<5>"] == MAIL[5:25]
    assert (mail[b"RFC822.SIZE"], mail[b"FLAGS"]) == (len(MAIL), ())


async def test_new_mail_is_told_to_who_waits(port: int, account: Account) -> None:
    loop = asyncio.get_running_loop()

    def wait(client: Any) -> Any:
        client.select_folder("INBOX", readonly=True)
        client.idle()
        loop.call_soon_threadsafe(account.deliver, MAIL)
        told = client.idle_check(timeout=10)
        client.idle_done()
        return told, client.search("UID 1:*")

    told, found = await asking(port, wait)

    assert told == [(1, b"EXISTS")]
    assert found == [1]


async def test_mail_that_came_before_the_waiting_is_told_at_once(
    port: int, account: Account
) -> None:
    account.deliver(MAIL)

    said = await saying(port, b"b EXAMINE INBOX", b"c IDLE", b"DONE")

    assert b"+ idling" in said
    assert b"* 1 EXISTS" in said
    assert b"c OK done" in said


async def test_folders_are_listed_with_what_they_are_for(port: int, account: Account) -> None:
    listed = await asking(port, lambda client: client.list_folders())

    assert [(attributes, name) for attributes, _, name in listed] == [
        ((), "INBOX"),
        ((b"\\Junk",), "Junk"),
        ((b"\\Sent",), "Sent"),
    ]


async def test_a_mail_is_put_into_a_folder_with_its_day_and_found_again(
    port: int, account: Account
) -> None:
    yesterday = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)

    def put(client: Any) -> Any:
        client.append("Sent", MAIL, flags=("\\Seen",), msg_time=yesterday)
        client.select_folder("Sent", readonly=True)
        by_name = client.search(["SINCE", yesterday.date(), "HEADER", "Message-ID", "a@zwei"])
        return by_name, client.search(["SINCE", date(2999, 1, 1)])

    assert await asking(port, put) == ([1], [])
    (mail,) = account.folders["Sent"].mails
    assert (mail.raw, mail.flags, mail.came_at) == (MAIL, ("\\Seen",), yesterday)


async def test_fields_are_given_as_they_stand_and_either_of_two_criteria_finds(
    port: int, account: Account
) -> None:
    account.keep(MAIL)
    account.keep(b"Message-ID: <b@zwei.example>\r\nX-Own: 7\r\n\r\nHi\r\n")

    def read(client: Any) -> Any:
        client.select_folder("Sent", readonly=True)
        found = client.search(["OR", "HEADER", "Message-ID", "<a@", "HEADER", "X-Own", "7"])
        one = client.search(["OR", "UID", "9", ["HEADER", "X-Own", "7"]])
        return found, one, client.fetch(found, ["BODY.PEEK[HEADER.FIELDS (SUBJECT X-OWN)]"])

    found, one, given = await asking(port, read)

    asked = b"BODY[HEADER.FIELDS (SUBJECT X-OWN)]"
    assert (found, one) == ([1, 2], [2])
    assert given[1][asked] == b"Subject: Re:\r\n Hello\r\n\r\n"
    assert given[2][asked] == b"X-Own: 7\r\n\r\n"


async def test_the_last_mail_is_in_every_open_range(port: int, account: Account) -> None:
    for _ in range(3):
        account.deliver(MAIL)

    def search(client: Any) -> Any:
        client.select_folder("INBOX", readonly=True)
        return [client.search(f"UID {numbers}") for numbers in ("2:*", "9:*", "1,3", "9")]

    assert await asking(port, search) == [[2, 3], [3], [1, 3], []]


@pytest.mark.parametrize(("login", "password"), [(LOGIN, "x"), ("x", PASSWORD)])
async def test_a_wrong_log_in_is_refused(
    port: int, account: Account, login: str, password: str
) -> None:
    def log_in() -> None:
        with imaplib.IMAP4("127.0.0.1", port) as client:
            client.login(login, f'"{password}"' if password == "x" else "x")

    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        await asyncio.to_thread(log_in)


@pytest.mark.parametrize(
    "line",
    [
        b"", b"b", b"b STORE 1 +FLAGS (\\Deleted)", b"b EXPUNGE", b"b FETCH", b"b FETCH 1",
        b"b FETCH x FLAGS", b"b FETCH 1 (ENVELOPE", b"b FETCH 1 BODY[HEADER", b"b UID", b"b )",
        b"b UID NOOP",
        b"b SEARCH SINCE 31-Feb-2026", b"b SEARCH LARGER 3", b"b LIST", b'b EXAMINE "INBOX',
        b"b APPEND Sent", b"b APPEND Sent ({2}", b"b LOGIN \xff \xff", b"b IDLE\r\nwhat",
    ],
)  # fmt: skip
async def test_what_is_no_command_here_is_said_to_be_none_and_the_talk_goes_on(
    port: int, account: Account, line: bytes
) -> None:
    account.deliver(MAIL)

    said = await saying(port, b"b EXAMINE INBOX", line, b"x", b"c NOOP")

    assert any(one.startswith((b"b BAD", b" BAD")) for one in said), said
    assert said[-3:-1] == [b"* BYE so long", b"z OK done"]


async def test_nothing_is_read_before_the_log_in(port: int, account: Account) -> None:
    def examine() -> None:
        with imaplib.IMAP4("127.0.0.1", port) as client:
            client.state = "AUTH"
            client.select("INBOX", readonly=True)

    with pytest.raises(imaplib.IMAP4.error, match="not now"):
        await asyncio.to_thread(examine)
