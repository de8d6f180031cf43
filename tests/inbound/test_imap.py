"""Whether a mailbox can be read, asked of servers that let in, refuse, hang up and babble."""

import asyncio
import ssl

import pytest

from pomelo.base.outgoing import Guard, parse_networks
from pomelo.base.tls import trusted
from pomelo.base.vault import Vault
from pomelo.inbound import find_imap_fault
from pomelo.senders import Server, TlsMode
from pomelo.smtp import MailAccess
from tests import certificates
from tests.inbound import fake_imap
from tests.inbound.fake_imap import LOGIN, PASSWORD


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificates.make(tmp_path_factory.mktemp("tls"), "localhost")


async def fault(
    vault: Vault,
    port: int,
    tls: TlsMode = TlsMode.NONE,
    *,
    context: ssl.SSLContext | None = None,
    host: str = "localhost",
    password: str = PASSWORD,
) -> str | None:
    guard = Guard(parse_networks("127.0.0.0/8,::1"))
    access = MailAccess(vault=vault, guard=guard, context=context or trusted())
    return await find_imap_fault(Server(host, port, tls, LOGIN, password), access)


async def test_a_right_log_in_has_no_fault_whatever_its_letters(vault: Vault) -> None:
    async with fake_imap.listening() as (port, mailbox):
        found = await fault(vault, port)

    assert found is None
    assert not any(PASSWORD.encode() in line for line in mailbox.heard)


async def test_a_wrong_password_is_said_in_our_words(vault: Vault) -> None:
    async with fake_imap.listening() as (port, _):
        found = await fault(vault, port, password="wrong")

    assert found == "The server refuses the log-in; check login and password."


async def test_tls_from_the_first_byte(
    vault: Vault, trust: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    async with fake_imap.listening(tls=trust[0]) as (port, _):
        found = await fault(vault, port, TlsMode.TLS, context=trust[1])

    assert found is None


async def test_starttls_comes_before_the_log_in(
    vault: Vault, trust: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    async with fake_imap.listening(starttls=trust[0]) as (port, mailbox):
        found = await fault(vault, port, TlsMode.STARTTLS, context=trust[1])

    assert found is None
    assert mailbox.heard[0] == b"a1 STARTTLS"


async def test_without_starttls_no_password_is_said(vault: Vault) -> None:
    async with fake_imap.listening() as (port, mailbox):
        found = await fault(vault, port, TlsMode.STARTTLS)

    assert found is not None
    assert "offers no encryption" in found
    assert mailbox.heard == [b"a1 STARTTLS"]


async def test_a_certificate_nobody_vouches_for_is_refused(
    vault: Vault, trust: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    async with fake_imap.listening(tls=trust[0]) as (port, _):
        found = await fault(vault, port, TlsMode.TLS)

    assert found is not None
    assert "certificate" in found


@pytest.mark.parametrize(
    "greeting",
    [b"SSH-2.0-canary\r\n", b"-ERR canary\r\n", b"canary" * 4000, b"* canary\r\n", b"\n"],
)
async def test_what_is_no_imap_server_is_not_quoted(vault: Vault, greeting: bytes) -> None:
    async with fake_imap.listening(greeting=greeting) as (port, _):
        found = await fault(vault, port)

    assert found is not None
    assert "is no mail server of this kind" in found
    assert "canary" not in found


async def test_nobody_there(vault: Vault) -> None:
    async with fake_imap.listening() as (port, _):
        pass

    found = await fault(vault, port)

    assert found == f"Nothing answers at localhost:{port}; check host and port."


async def test_a_server_that_hangs_up(vault: Vault) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    found = await fault(vault, port)
    server.close()

    assert found is not None
    assert "hung up" in found


async def test_a_host_that_may_not_be_reached_is_not_dialled(vault: Vault) -> None:
    found = await fault(vault, 993, TlsMode.TLS, host="169.254.169.254")

    assert found is not None
    assert "not on the public Internet" in found
