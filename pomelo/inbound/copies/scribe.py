"""Writes into a Sent folder: what is there already is left, what is put there counts as read.

Every function here blocks and is for a thread of its own.
"""

from datetime import date, datetime
from typing import Final

from pomelo.inbound.mailboxes.session import Session

SEEN: Final = b"\\Seen"


class Scribe(Session):
    """A conversation that may also put mails into a folder."""

    def holds(self, header_id: str, since: date) -> bool:
        """Tell whether a mail lies in the folder that is open, since a day."""
        return bool(self._searched(["SINCE", since, "HEADER", "Message-ID", header_id]))

    def put(self, folder: str, raw: bytes, at: datetime) -> None:
        """Put a mail into a folder, as one that was read.

        Source:
            RFC 9051 6.3.12.
        """
        self._asked.append(folder, raw, flags=(SEEN,), msg_time=at)
