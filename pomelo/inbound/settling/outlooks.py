"""What is to be hoped of a mail in doubt, in words for the person who has to decide."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from pomelo.base.ids import MessageId
from pomelo.senders import Replies, SavesSentCopy

_UNREAD: Final = (
    "Its sender's mailbox is not read by IMAP, so nobody looked for it: look into the Sent folder "
    "yourself."
)
_LOOKING: Final = "Pomelo is looking for it in its sender's Sent folder."
_NOT_LOOKED: Final = (
    "Pomelo could not look for it: it found no Sent folder in its sender's mailbox. Look yourself."
)
_APPENDED: Final = (
    "It is not in the Sent folder, which says nothing: there Pomelo itself puts what the server "
    "has taken, and this server's answer never came."
)
_UNKNOWN: Final = (
    "It is not in the Sent folder; but nobody knows whether this server keeps copies there, so "
    "that says nothing."
)


class Outlook(Struct, frozen=True):
    """What is known of where a mail in doubt is looked for.

    Attributes:
        trouble: Why the mailbox cannot be read, if it cannot.
        has_copies: Some other mail of this sender was seen in its Sent folder.
        is_looked_for: It will be looked for again.
        looked_at: When the last look began that went through; None: there was none.
    """

    message_id: MessageId
    replies: Replies | None
    saves_sent_copy: SavesSentCopy | None
    trouble: str
    has_copies: bool
    is_looked_for: bool
    looked_at: datetime | None

    @property
    def keeps_copies(self) -> bool:
        """Whether the server is known to put into the Sent folder what it has taken."""
        if self.saves_sent_copy is None:
            return self.has_copies
        return self.saves_sent_copy is SavesSentCopy.SERVER


def note(mail: Outlook) -> str:
    """Say what was found out about a mail in doubt, and what that is worth.

    Absence proves something only where the server itself keeps copies: where they are put
    there after its answer, a mail without an answer has none.
    """
    if mail.replies is not Replies.IMAP:
        return _UNREAD
    if mail.is_looked_for:
        return f"{_LOOKING} {mail.trouble}".rstrip()
    if mail.looked_at is None:
        return _NOT_LOOKED
    if mail.saves_sent_copy is SavesSentCopy.APPEND:
        return _APPENDED
    if not mail.keeps_copies:
        return _UNKNOWN
    return (
        "It is not in the Sent folder, where its server keeps what it has taken (looked at "
        f"{mail.looked_at:%Y-%m-%d %H:%M} UTC), so most likely it was not sent."
    )
