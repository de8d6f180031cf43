"""Somebody's account at the server: a log-in, and three folders."""

from datetime import UTC, datetime
from typing import Final

from pomelo.demo.imap.folder import Folder, Mail

INBOX: Final = "INBOX"
# RFC 6154 2.
SENT: Final = "Sent"
SPECIAL: Final = {"Junk": "\\Junk", SENT: "\\Sent"}


class Account:
    """A mailbox.

    Args:
        login: Its name.
        password: What lets in.
    """

    def __init__(self, login: str, password: str) -> None:
        self.login = login
        self.password = password
        named = {INBOX: "", **SPECIAL}
        self.folders = {name: Folder(name, attribute) for name, attribute in named.items()}

    def deliver(self, raw: bytes) -> Mail:
        """Let a mail arrive."""
        return self.folders[INBOX].add(raw, datetime.now(UTC))

    def keep(self, raw: bytes) -> Mail:
        """Keep a copy of a mail that its owner sent."""
        return self.folders[SENT].add(raw, datetime.now(UTC), ("\\Seen",))

    def find(self, name: str) -> Folder | None:
        """Find a folder; the INBOX in any letter case (RFC 9051 5.1)."""
        return self.folders.get(INBOX if name.upper() == INBOX else name)
