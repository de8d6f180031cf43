"""Whether a mailbox lets a provider's token in, as Gmail and Exchange answer (XOAUTH2)."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from pomelo.base.outgoing import Guard, parse_networks
from pomelo.inbound import find_imap_fault
from pomelo.senders import LogInKind, Server, TlsMode
from pomelo.smtp import MailAccess
from tests import make

USER, TOKEN = "jared@piedpiper.com", "ya29.canary-token"
ACCESS = MailAccess(vault=make.VAULT, guard=Guard(parse_networks("127.0.0.0/8")))


@asynccontextmanager
async def mailbox(*answers: bytes) -> AsyncIterator[tuple[Server, list[bytes]]]:
    """A server that says these lines, one a line of the client's, and keeps what it heard."""
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        for answer in answers:
            heard.append((await reader.readline()).rstrip(b"\r\n"))
            writer.write(answer + b"\r\n")
        await reader.read()
        writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with listening:
        port = listening.sockets[0].getsockname()[1]
        yield Server("127.0.0.1", port, TlsMode.NONE, USER, TOKEN, LogInKind.XOAUTH2), heard


async def test_a_token_is_shown_as_xoauth2_says() -> None:
    async with mailbox(b"+ ", b"* CAPABILITY IMAP4rev1\r\na2 OK in") as (server, heard):
        fault = await find_imap_fault(server, ACCESS)

    assert fault is None
    assert heard[0] == b"a2 AUTHENTICATE XOAUTH2"
    assert base64.b64decode(heard[1]) == f"user={USER}\1auth=Bearer {TOKEN}\1\1".encode()


@pytest.mark.parametrize(
    "answers",
    [
        (b"+ ", b"+ eyJzdGF0dXMiOiI0MDAifQ==", b"a2 NO canary"),
        (b"+ ", b"a2 NO canary"),
        (b"a2 BAD canary",),
    ],
)
async def test_a_refused_token_says_to_connect_again(answers: tuple[bytes, ...]) -> None:
    async with mailbox(*answers) as (server, heard):
        fault = await find_imap_fault(server, ACCESS)

    assert fault is not None
    assert "connect it again" in fault
    assert "canary" not in fault
    assert len(answers) < 3 or heard[2] == b""
