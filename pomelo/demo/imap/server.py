"""The IMAP server itself: listens, and gives each client its conversation."""

import asyncio
from typing import Final

from pomelo.demo.imap.account import Account
from pomelo.demo.imap.dialogue import Dialogue
from pomelo.demo.imap.wire import LINE_BYTES, Wire

BACKLOG: Final = 1024


class Mailboxes:
    """An IMAP server on this machine, without TLS."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    def add(self, login: str, password: str) -> Account:
        """Add an account."""
        account = self._accounts[login] = Account(login, password)
        return account

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1 and give the port; 0 takes a free one."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", port, limit=LINE_BYTES, backlog=BACKLOG
        )
        listening: int = self._server.sockets[0].getsockname()[1]
        return listening

    async def stop(self) -> None:
        """Hang up on everybody and listen no more."""
        if self._server is not None:
            self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.create_task(Dialogue(self._accounts, Wire(reader, writer)).run())
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)
