"""A folder of the IMAP server for tests."""

import email
import zlib
from dataclasses import dataclass, field
from datetime import UTC, date, datetime


@dataclass
class Folder:
    """A folder: its mails by UID, and when each came."""

    name: str
    attributes: str = ""
    uid_validity: int = 1
    next_uid: int = 1
    mails: dict[int, tuple[bytes, date]] = field(default_factory=dict)
    # What FETCH answers for these instead of the mail: NO, or nothing at all.
    refused: set[int] = field(default_factory=set)
    # In which conversation a mail lies, if not in one of its own.
    threads: dict[int, int] = field(default_factory=dict)

    def add(self, raw: bytes, day: date | None = None) -> int:
        uid, self.next_uid = self.next_uid, self.next_uid + 1
        self.mails[uid] = (raw, day or datetime.now(UTC).date())
        return uid

    def thread_of(self, uid: int) -> int:
        """Number the conversation of a mail."""
        return self.threads.get(uid, zlib.crc32(f"{self.name} {uid}".encode()) + 1)

    def bears(self, uid: int, asked: list[tuple[str, str]]) -> bool:
        """Tell whether one of these header fields holds its text (RFC 9051 6.4.4)."""
        head = email.message_from_bytes(self.mails[uid][0])
        return any(text in value for name, text in asked for value in head.get_all(name, []))

    def renumber(self) -> None:
        """Give every mail another UID, as after a restore."""
        mails = list(self.mails.values())
        self.uid_validity += 1
        self.next_uid, self.mails = 1, {}
        for raw, day in mails:
            self.add(raw, day)
