"""Mail servers that send without end: what they send ends with the conversation, and is bounded."""

import asyncio
import gc
import imaplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import pytest

from pomelo.inbound.mailboxes import line
from pomelo.inbound.mailboxes.line import Line, Shared
from tests.inbound import imapsim
from tests.inbound.imapfolder import Folder
from tests.inbound.imapsim import Account
from tests.inbound.mailtalk import talking

FOLDERS = 200
PIECE = b"* CAPABILITY " + b"A " * 30_000 + b"\r\n"


@asynccontextmanager
async def flooding() -> AsyncIterator[tuple[int, list[int]]]:
    """Run a server whose first answer never ends; gives its port and what it sent each client."""
    sent: list[int] = []

    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sent.append(0)
        writer.write(b"* OK hello\r\n")
        try:
            while True:
                writer.write(PIECE)
                await writer.drain()
                sent[-1] += len(PIECE)
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(flood, "127.0.0.1")
    async with server:
        yield server.sockets[0].getsockname()[1], sent


def many_folders() -> Account:
    account = Account()
    account.folders |= {name: Folder(name) for name in map(str, range(FOLDERS))}
    return account


def kept() -> list[Line]:
    return [one for one in gc.get_objects() if isinstance(one, Line)]


async def test_before_the_log_in_a_server_may_say_little() -> None:
    async with flooding() as (port, sent):
        with pytest.raises(imaplib.IMAP4.abort):
            async with talking(port):
                pass

    assert sent[0] < line.EXCHANGE_BYTES / 4  # most of it lies in the system's buffers


async def test_what_a_server_sent_is_gone_with_the_conversation() -> None:
    """No collector is waited for: it looks seldom, and sees few objects, however large."""
    gc.collect()
    before = kept()
    gc.disable()
    try:
        async with flooding() as (port, _):
            for _ in range(3):
                with pytest.raises(imaplib.IMAP4.abort):
                    async with talking(port):
                        pass
        assert kept() == before
    finally:
        gc.enable()


async def test_what_nobody_asked_for_is_not_kept() -> None:
    async with (
        imapsim.serving(many_folders()) as account,
        talking(account.port) as (session, talks),
    ):
        await talks.ask(lambda: session.examine("INBOX"))
        session._asked.line.untagged_responses["NEWS"] = [b"x" * 1000]

        await talks.ask(lambda: session.list_since(date(2026, 3, 10)))

        assert "NEWS" not in session._asked.line.untagged_responses


async def test_all_conversations_together_hold_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "OWN_BYTES", 1000)
    shared = Shared(5_000)
    monkeypatch.setattr(line, "SHARED", shared)

    async with imapsim.serving(many_folders()) as account:
        async with talking(account.port) as (first, talks):
            assert len(await talks.ask(first.list_folders)) > FOLDERS
            async with talking(account.port) as (second, others):
                with pytest.raises(imaplib.IMAP4.abort):
                    await others.ask(second.list_folders)
            first.rest()
            async with talking(account.port) as (second, others):
                assert len(await others.ask(second.list_folders)) > FOLDERS
        async with talking(account.port) as (third, talks):
            assert len(await talks.ask(third.list_folders)) > FOLDERS
            assert len(await talks.ask(third.list_folders)) > FOLDERS
    assert shared.take(5_000)
