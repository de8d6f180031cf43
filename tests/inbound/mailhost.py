"""A mail host for tests: takes mail by SMTP and shows it by IMAP, as its properties say."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from pomelo.demo.imap import Account, Mailboxes
from pomelo.demo.sink import Act, Delivered, Script, Sink, Stage
from pomelo.senders import Server, TlsMode

ADDRESS, PASSWORD = "jared@piedpiper.com", 'pä"ss\\wörd'
SIGNATURE = (
    b"DKIM-Signature: v=1; a=rsa-sha256; d=piedpiper.com; s=host1;\r\n"
    b" h=from:to:subject:list-unsubscribe:\r\n list-unsubscribe-post; bh=eA==; b=eA==\r\n"
)
RESULTS = (
    b"Authentication-Results: mx.piedpiper.com (a comment; spf=fail); dkim=pass\r\n"
    b" header.d=piedpiper.com; spf=pass smtp.mailfrom=jared@piedpiper.com; dmarc=pass\r\n"
)


@dataclass
class MailHost:
    """One mailbox and the two servers of its host.

    Args:
        adds: Header fields that it puts before each mail.
        folder: Where it puts mail.
        has_plus: Whether it takes mail to name+word@.
        keeps_sent: Whether a copy lies in Sent by itself.
        loses: Whether mail goes nowhere.
        hangs_at: Where it says nothing any more, if it does.
    """

    adds: bytes = SIGNATURE + RESULTS
    folder: str = "INBOX"
    has_plus: bool = True
    keeps_sent: bool = False
    loses: bool = False
    hangs_at: Stage | None = None

    def __post_init__(self) -> None:
        self.smtp_port = self.imap_port = 0
        self.sink = Sink(on_mail=self._take, login=(ADDRESS, PASSWORD), script=self._script)
        self.mailboxes = Mailboxes()
        self.account: Account = self.mailboxes.add(ADDRESS, PASSWORD)

    def _script(self, key: str) -> Script | None:
        if self.hangs_at is not None:
            return Script(at=self.hangs_at, do=Act.HANG)
        if "+" not in key or self.has_plus:
            return None
        return Script(at=Stage.RCPT, reply="550 5.1.1 no such user")

    def _take(self, mail: Delivered) -> None:
        if self.keeps_sent:
            self.account.keep(mail.raw)
        if not self.loses:
            self.account.folders[self.folder].add(self.adds + mail.raw, datetime.now(UTC))

    @property
    def smtp(self) -> Server:
        return Server("127.0.0.1", self.smtp_port, TlsMode.NONE, ADDRESS, PASSWORD)

    @property
    def imap(self) -> Server:
        return Server("127.0.0.1", self.imap_port, TlsMode.NONE, ADDRESS, PASSWORD)

    def copies(self) -> list[bytes]:
        """What lies in Sent."""
        return [mail.raw for mail in self.account.folders["Sent"].mails]


@asynccontextmanager
async def hosting(host: MailHost | None = None) -> AsyncIterator[MailHost]:
    """Run a mail host on free ports of this machine."""
    host = host or MailHost()
    host.smtp_port = await host.sink.start()
    host.imap_port = await host.mailboxes.start()
    try:
        yield host
    finally:
        await host.mailboxes.stop()
        await host.sink.stop()
