"""The sink itself: listens, keeps what comes, and hands each conversation its script."""

import asyncio
import hashlib
import os
import re
import ssl
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import msgspec

from pomelo.base import clock
from pomelo.demo.sink.dialogue import EXTENSIONS, Dialogue
from pomelo.demo.sink.script import Delivered, Script, Stage
from pomelo.demo.sink.wire import Wire

Scripts: TypeAlias = Callable[[str], Script | None] | Mapping[str, Script]
HEARD: Final = 1000
_MESSAGE_ID: Final = re.compile(rb"^message-id:\s*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)


class Sink:
    """An SMTP server on this machine.

    Args:
        script: What to do otherwise than normal, by recipient; by sender for the stage mail;
            by `*` where neither is known or neither has a script.
        on_mail: Told of each mail before it is acknowledged.
        login: Name and password without which no mail is taken.
        tls: Speaks TLS from the first byte.
        starttls: Offers STARTTLS, and takes neither log-in nor mail before it.
        ledger: Each accepted mail is a JSON line here, on the disk before it is acknowledged.
        extensions: What EHLO offers beside STARTTLS and AUTH.
        keeps_mails: Whether `mails` is filled; without it only `count` grows.
    """

    def __init__(
        self,
        *,
        script: Scripts | None = None,
        on_mail: Callable[[Delivered], None] | None = None,
        login: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        starttls: ssl.SSLContext | None = None,
        ledger: Path | None = None,
        extensions: Sequence[str] = EXTENSIONS,
        keeps_mails: bool = True,
    ) -> None:
        scripts = script or {}
        self._script = scripts if callable(scripts) else scripts.get
        self._on_mail = on_mail
        self._tls = tls
        self._ledger = ledger
        self._keeps_mails = keeps_mails
        self._used: Counter[tuple[str, Script]] = Counter()
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Condition()
        self.login = login
        self.starttls = starttls
        self.extensions = extensions
        self.mails: list[Delivered] = []
        self.count = 0
        self.sessions = 0
        self.heard: deque[str] = deque(maxlen=HEARD)

    async def start(self, port: int = 0) -> int:
        """Listen on 127.0.0.1 and give the port; 0 takes a free one."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", port, ssl=self._tls, backlog=1024
        )
        listening: int = self._server.sockets[0].getsockname()[1]
        return listening

    async def stop(self) -> None:
        """Hang up on everybody and listen no more."""
        if self._server is not None:
            self._server.close()
        await self.hang_up()

    async def hang_up(self) -> None:
        """Hang up on everybody, but go on listening."""
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def wait_for(self, count: int) -> list[Delivered]:
        """Wait until so many mails have come and give them."""
        async with self._news:
            await self._news.wait_for(lambda: self.count >= count)
        return self.mails

    def next_script(self, stage: Stage, keys: Sequence[str]) -> Script | None:
        """Give what to do at a stage, and count it as done."""
        for key in keys:
            script = self._script(key)
            if script is None or script.at != stage:
                continue
            if script.times is None or self._used[key, script] < script.times:
                self._used[key, script] += 1
                return script
        return None

    def hear(self, command: str) -> None:
        """Note a command; the last 1,000 are in `heard`."""
        self.heard.append(command)

    async def keep(self, mail: Delivered) -> None:
        """Keep a mail, on the disk if there is a ledger."""
        if self._ledger is not None:
            _append(self._ledger, mail)
        async with self._news:
            self.count += 1
            if self._keeps_mails:
                self.mails.append(mail)
            self._news.notify_all()
        if self._on_mail is not None:
            self._on_mail(mail)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions += 1
        talk = asyncio.create_task(Dialogue(self, Wire(reader, writer), self.sessions).run())
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)


def message_id(raw: bytes) -> str:
    """Give a mail's Message-ID with its brackets, empty when it has none."""
    found = _MESSAGE_ID.search(raw.partition(b"\r\n\r\n")[0])
    return found.group(1).decode("ascii", "replace") if found else ""


def _append(ledger: Path, mail: Delivered) -> None:
    line = msgspec.json.encode(
        {
            "t": clock.monotonic(),
            "message_id": message_id(mail.raw),
            "from": mail.envelope_from,
            "rcpt": mail.recipients,
            "session": mail.session,
            "size_bytes": len(mail.raw),
            "sha256": hashlib.sha256(mail.raw).hexdigest(),
        }
    )
    file = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, line + b"\n")
        os.fsync(file)
    finally:
        os.close(file)
