"""An IMAP server for tests: an account with folders, pushes by IDLE, and all kinds of faults.

It knows what a reader needs and refuses everything that would change a mailbox.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.inbound.imapfolder import Folder
from tests.inbound.imaptalk import Dropped, Talk

LOGIN, PASSWORD = "jared@piedpiper.test", 'pä"ss\\wörd'


# Called with the command's name; what it gives happens instead of an answer.
Fault = Callable[[str], str | None]


class Account:
    """One account and the server that it is on.

    Args:
        idle: Whether the server pushes.
    """

    def __init__(self, *, idle: bool = True) -> None:
        self.login = LOGIN
        self.has_idle = idle
        # Whether it names the conversation of each mail, as Gmail does.
        self.has_threads = False
        # What it says to IDLE, and how long it says that a mail is.
        self.idle_says = b"+ idling\r\n"
        self.announced_bytes: int | None = None
        # Without it only LOGIN is understood.
        self.has_plain = True
        self.starttls: ssl.SSLContext | None = None
        # Tokens that let in, and those that were shown.
        self.tokens: set[str] = set()
        self.shown: list[str] = []
        self.folders: dict[str, Folder] = {}
        for name, attributes in (("INBOX", ""), ("Junk", "\\Junk"), ("Sent", "\\Sent")):
            self.folders[name] = Folder(name, attributes)
        self.fault: Fault = lambda _: None
        self.password = PASSWORD
        self.heard: list[str] = []
        self.log_ins = 0
        self.port = 0
        self.changed = asyncio.Event()
        self._talks: set[Talk] = set()
        self._quiet = asyncio.Event()

    @property
    def inbox(self) -> Folder:
        return self.folders["INBOX"]

    @property
    def idling(self) -> int:
        return sum(1 for talk in self._talks if talk.is_idling)

    def deliver(self, raw: bytes, folder: str = "INBOX", *, thread: int | None = None) -> int:
        """Let a mail arrive, in a conversation of its own unless told, and tell who waits."""
        uid = self.folders[folder].add(raw)
        if thread is not None:
            self.folders[folder].threads[uid] = thread
        for talk in self._talks:
            talk.tell(folder)
        return uid

    def cut(self) -> None:
        """Hang up on everybody."""
        for talk in list(self._talks):
            talk.writer.transport.abort()

    def hush(self) -> None:
        """Leave all lines open and say nothing over them any more."""
        for talk in self._talks:
            talk.is_mute = True

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = Talk(self, reader, writer)
        self._talks.add(talk)
        try:
            await talk.run()
        except (ConnectionError, asyncio.IncompleteReadError, Dropped):
            pass
        finally:
            self._talks.discard(talk)
            writer.transport.abort()
            if not self._talks:
                self._quiet.set()
            self.changed.set()

    async def close(self) -> None:
        """Hang up on everybody, and wait until they are gone."""
        self._quiet.clear()
        self.cut()
        if self._talks:
            await asyncio.wait_for(self._quiet.wait(), 5)


@asynccontextmanager
async def serving(
    account: Account | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Account]:
    """Serve an account on a free port of this machine."""
    account = account or Account()
    server = await asyncio.start_server(account.talk, "127.0.0.1", account.port, ssl=tls)
    account.port = server.sockets[0].getsockname()[1]
    try:
        yield account
    finally:
        server.close()
        await account.close()
