"""The Dovecot that `pomelo bench inbound` measures with."""

import asyncio
from typing import Any

from imapclient import IMAPClient  # type: ignore[import-untyped]

from pomelo.bench.dovecot import PASSWORD, WATCHERS, WATCHERS_FILE, dovecot
from pomelo.bench.ground import temporary
from tests.mail import servers as mail_servers

pytestmark = mail_servers.MARKS
USER = "sender1@bench.example"


async def test_it_tells_of_mail_and_leaves_the_machine_as_it_was() -> None:
    before, loop = WATCHERS_FILE.read_text(), asyncio.get_running_loop()

    with temporary() as home:
        async with dovecot(home) as server:
            meanwhile = int(WATCHERS_FILE.read_text())

            def wait() -> Any:
                with IMAPClient("127.0.0.1", server.port, ssl=False) as client:
                    client.login(USER, PASSWORD)
                    client.select_folder("INBOX", readonly=True)
                    client.idle()
                    loop.call_soon_threadsafe(server.deliver, USER, b"Subject: Hi\r\n\r\nHello\r\n")
                    told = client.idle_check(timeout=10)
                    client.idle_done()
                    return told

            told = await asyncio.to_thread(wait)

    assert (1, b"EXISTS") in told
    assert meanwhile >= WATCHERS
    assert WATCHERS_FILE.read_text() == before
