"""One conversation with a mail server: secured, logged in, and bounded in what it takes."""

import asyncio
import imaplib
import ssl

import pytest

from pomelo.inbound.mailboxes.model import Head, Missing, Pace
from pomelo.inbound.mailboxes.session import _head
from pomelo.inbound.mailboxes.talks import Talks, until_readable
from pomelo.inbound.mailboxes.troubles import LogInRefused
from pomelo.senders import TlsMode
from tests import certificates
from tests.inbound import imapsim
from tests.inbound.imapfolder import Folder
from tests.inbound.imapsim import Account
from tests.inbound.mailtalk import talking

MAIL = b"Subject: One\r\n\r\nBody\r\n"


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificates.make(tmp_path_factory.mktemp("tls"), "localhost")


async def test_tls_from_the_first_byte(trust: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async with (
        imapsim.serving(tls=trust[0]) as account,
        talking(account.port, TlsMode.TLS, trust[1]) as (session, talks),
    ):
        assert (await talks.ask(lambda: session.examine("INBOX"))).next_uid == 1
        account.deliver(MAIL)
        assert await talks.ask(lambda: session.list_new(0)) == [1]


async def test_starttls_comes_before_the_log_in(
    trust: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    account = Account()
    account.starttls = trust[0]

    async with imapsim.serving(account), talking(account.port, TlsMode.STARTTLS, trust[1]):
        assert account.log_ins == 1
        assert account.heard.index("STARTTLS") < account.heard.index("AUTHENTICATE")


async def test_without_starttls_nothing_is_said() -> None:
    async with imapsim.serving() as account:
        with pytest.raises(imaplib.IMAP4.error):
            async with talking(account.port, TlsMode.STARTTLS):
                pass

        assert account.heard == ["CAPABILITY"]


async def test_a_server_without_plain_is_told_the_password_as_one_word() -> None:
    account = Account()
    account.has_plain = False

    async with imapsim.serving(account), talking(account.port):
        assert account.log_ins == 1


async def test_a_refused_log_in_says_nothing_of_what_the_server_said() -> None:
    account = Account()
    account.password = "another"

    async with imapsim.serving(account):
        with pytest.raises(LogInRefused, match=r"^$"):
            async with talking(account.port):
                pass


async def test_a_server_that_hangs_up_at_the_log_in_refuses_nothing() -> None:
    account = Account()
    account.fault = lambda name: "drop" if name == "AUTHENTICATE" else None

    async with imapsim.serving(account):
        with pytest.raises((imaplib.IMAP4.abort, OSError)):
            async with talking(account.port):
                pass


@pytest.mark.parametrize(
    "said", [b"+ idling\r\n* 1 EXISTS\r\n", b"* 1 EXISTS\r\n+ idling\r\n"], ids=["after", "before"]
)
async def test_news_that_come_with_the_consent_to_wait_are_not_slept_over(said: bytes) -> None:
    account = Account()
    account.idle_says = said

    async with imapsim.serving(account), talking(account.port) as (session, talks):
        await talks.ask(lambda: session.examine("INBOX"))

        assert await talks.ask(session.wait)
        await talks.ask(session.end_wait)


async def test_news_wake_who_waits(trust: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async with (
        imapsim.serving(tls=trust[0]) as account,
        talking(account.port, TlsMode.TLS, trust[1]) as (session, talks),
    ):
        await talks.ask(lambda: session.examine("INBOX"))
        assert not await talks.ask(session.wait)

        account.deliver(MAIL)

        assert await until_readable(session.fileno(), asyncio.Event(), seconds=5)
        await talks.ask(session.end_wait)


async def test_bye_instead_of_waiting_ends_it() -> None:
    account = Account()
    account.fault = lambda name: "bye" if name == "IDLE" else None

    async with imapsim.serving(account), talking(account.port) as (session, talks):
        await talks.ask(lambda: session.examine("INBOX"))

        with pytest.raises(imaplib.IMAP4.abort):
            await talks.ask(session.wait)


@pytest.mark.parametrize("length", [100, 10**9], ids=["cut short", "too long"])
async def test_a_mail_that_is_not_what_it_was_said_to_be_ends_it(length: int) -> None:
    account = Account()
    account.inbox.add(MAIL)
    account.announced_bytes = length
    account.fault = lambda name: "drop" if name == "LITERAL" else None

    async with imapsim.serving(account), talking(account.port) as (session, talks):
        await talks.ask(lambda: session.examine("INBOX"))

        with pytest.raises(imaplib.IMAP4.abort):
            await talks.body(1)


async def test_an_answer_of_very_many_lines_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.folders |= {name: Folder(name) for name in map(str, range(200))}

    async with imapsim.serving(account), talking(account.port) as (session, talks):
        assert len(await talks.ask(session.list_folders)) == 203
        monkeypatch.setattr("pomelo.inbound.mailboxes.line.PIECES", 100)

        with pytest.raises(imaplib.IMAP4.abort):
            await talks.ask(session.list_folders)


@pytest.mark.parametrize("nothing", [None, b""])
def test_nothing_of_a_mail_is_no_header_block(nothing: bytes | None) -> None:
    assert _head({b"RFC822.SIZE": 700, b"BODY[HEADER]<0>": nothing}) is None
    assert _head({b"RFC822.SIZE": 0, b"BODY[HEADER]<0>": nothing}) == Head(b"", 0)


async def test_a_server_that_goes_mute_is_left_in_time() -> None:
    account = Account()
    account.fault = lambda name: "mute" if name == "EXAMINE" else None

    async with imapsim.serving(account), talking(account.port) as (session, _):
        with pytest.raises(TimeoutError):
            await Talks(session, Pace(talk=0.1)).ask(lambda: session.examine("INBOX"))


async def test_a_mail_that_is_gone_and_one_that_is_refused_are_told_apart() -> None:
    account = Account()
    refused, gone = account.inbox.add(MAIL), 7
    account.inbox.refused.add(refused)

    async with imapsim.serving(account), talking(account.port) as (session, talks):
        await talks.ask(lambda: session.examine("INBOX"))

        assert await talks.heads([refused, gone]) == {
            refused: Missing.NOT_GIVEN,
            gone: Missing.GONE,
        }
        assert await talks.body(gone) is Missing.GONE
        assert await talks.body(refused) is Missing.NOT_GIVEN
