"""The door of `pomelo receive`, kept open: many mails without starting a program for each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pomelo import inbound, senders
from pomelo.base.addresses import parse
from pomelo.base.db import Db
from pomelo.cli.house import House, opened, options_for_command
from pomelo.demo.server import Server
from pomelo.inbound import Reader, Received
from pomelo.settings import load
from pomelo.tracking import Signer


class Door:
    """Takes mail in beside a running server, as the command does.

    Args:
        house: Its installation.
        reader: Reads mails in a child process.
    """

    def __init__(self, house: House, reader: Reader) -> None:
        self._house = house
        self._reader = reader
        self._signer = Signer(house.vault.signing_secret())

    async def receive(self, mailbox: str, raw: bytes) -> Received:
        """Take in a mail that came to a sender's mailbox."""
        mail = await self._reader.read(raw)

        async def work(db: Db) -> Received:
            (sender,) = await senders.list_everywhere(db, parse(mailbox).key)
            return await inbound.receive(
                db,
                sender.team_id,
                sender.id,
                mail,
                signer=self._signer,
                now=self._house.clock.now(),
            )

        return await self._house.database.retrying(work)


@asynccontextmanager
async def opened_beside(server: Server) -> AsyncIterator[Door]:
    """Open the door of a running server's installation."""
    settings = load(server.environment(), Path("none"))
    reader = Reader()
    with options_for_command(settings) as options:
        async with opened(settings, options, size=2) as house:
            try:
                yield Door(house, reader)
            finally:
                await reader.close()
