"""A folder: mails that have their numbers for good, in the order in which they came."""

import re
import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Final

from msgspec import Struct

CRLF: Final = b"\r\n"
# With the lines on which it goes on (RFC 5322 2.2.3).
_FIELD: Final = re.compile(rb"(?m)^[^\s:]+:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")


class Mail(Struct, frozen=True):
    """A mail in a folder.

    Attributes:
        uid: Its number, which nothing changes.
        raw: Its bytes.
        came_at: When it came.
        flags: Those with which it was put there.
    """

    uid: int
    raw: bytes
    came_at: datetime
    flags: tuple[str, ...] = ()

    @property
    def head(self) -> bytes:
        """Its header block with the empty line that ends it."""
        return self.raw.partition(CRLF * 2)[0] + CRLF * 2

    @property
    def text(self) -> bytes:
        """What follows its header block."""
        return self.raw.partition(CRLF * 2)[2]

    def fields(self, names: Collection[str]) -> bytes:
        """Give the header fields of some names as they stand, and the empty line after them."""
        wanted = {name.lower().encode() for name in names}
        found = (
            one for one in _FIELD.findall(self.head) if one.partition(b":")[0].lower() in wanted
        )
        return b"".join(found) + CRLF

    def field(self, name: str) -> str:
        """Give what a header field holds, on one line; empty when it is not there."""
        unfolded = self.head.replace(CRLF + b" ", b" ").replace(CRLF + b"\t", b" ")
        for line in unfolded.decode("utf-8", "replace").split("\r\n"):
            found, colon, value = line.partition(":")
            if colon and found.strip().lower() == name.lower():
                return value.strip()
        return ""


class Folder:
    """Mails, and who is told of new ones.

    Args:
        name: Its name.
        attribute: What it is for (RFC 6154), if that is special.

    Attributes:
        refuses: Says of a mail that a client brings why it is not taken; empty = it is.
    """

    def __init__(self, name: str, attribute: str = "") -> None:
        self.name = name
        self.attribute = attribute
        # Another one each time, so that nobody takes these numbers for those of an earlier run.
        self.uid_validity = int(time.time())
        self.next_uid = 1
        self.mails: list[Mail] = []
        self.refuses: Callable[[bytes], str] = lambda _: ""
        self.watchers: set[Callable[[], None]] = set()

    def add(self, raw: bytes, came_at: datetime, flags: tuple[str, ...] = ()) -> Mail:
        """Put a mail in, and tell who watches."""
        mail = Mail(self.next_uid, raw, came_at, flags)
        self.next_uid += 1
        self.mails.append(mail)
        for tell in tuple(self.watchers):
            tell()
        return mail

    def numbered(self) -> Iterator[tuple[int, Mail]]:
        """Give each mail with its place, from 1 on."""
        return enumerate(self.mails, 1)
