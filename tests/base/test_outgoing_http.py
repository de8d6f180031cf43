"""What is asked by HTTP touches no line but its own."""

import asyncio
import ssl
from contextlib import suppress
from ipaddress import ip_network
from pathlib import Path

from pomelo.base.outgoing import Guard
from pomelo.base.outgoing_http import client
from tests import certificates

ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(asyncio.IncompleteReadError):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        await writer.drain()


async def test_a_mail_server_is_not_offered_http_after_a_web_server_was(tmp_path: Path) -> None:
    shown, trusting = certificates.make(tmp_path, "localhost")
    shown.set_alpn_protocols(["http/1.1"])
    server = await asyncio.start_server(_answer, "127.0.0.1", 0, ssl=shown)
    port = server.sockets[0].getsockname()[1]
    guard = Guard((ip_network("127.0.0.0/8"),), frozenset({port}))

    async with server, client(guard, trusting) as asking:
        asked = await asking.get(f"https://127.0.0.1:{port}/")
        _, line = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
        secured = line.get_extra_info("ssl_object")
        line.close()

    assert asked.status_code == 204
    assert isinstance(secured, ssl.SSLObject)
    assert secured.selected_alpn_protocol() is None
