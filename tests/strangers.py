"""SMTP clients that are not ours, to judge our server by."""

import asyncio
import smtplib
from collections.abc import Callable
from typing import TypeVar

ANNA, BEN = "anna@lead.test", "ben@lead.test"
SALES = "sales@sender.test"
MAIL = b"Message-ID: <1@sender.test>\r\nSubject: Hi\r\n\r\n.Hello\r\n..\r\n"
Result = TypeVar("Result")


async def by_smtplib(port: int, act: Callable[[smtplib.SMTP], Result]) -> Result:
    def talk() -> Result:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
            return act(client)

    return await asyncio.to_thread(talk)


async def by_bytes(port: int, *said: bytes) -> bytes:
    """Say everything at once and give all that comes back until the sink hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"".join(said))
    writer.write_eof()
    heard = await reader.read()
    writer.close()
    await writer.wait_closed()
    return heard
