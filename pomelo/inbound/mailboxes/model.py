"""Shapes of reading: a mailbox that was taken, a folder and how far it was read, a mail's head."""

from datetime import timedelta
from enum import Enum, StrEnum
from typing import Final

from msgspec import Struct

from pomelo.base.ids import SenderId, TeamId

# RFC 9051 9: a UID is a number of 32 bits that is not 0.
HIGHEST_UID: Final = 2**32 - 1


class Role(StrEnum):
    """What a folder is for."""

    INBOX = "inbox"
    JUNK = "junk"
    SENT = "sent"


class Listed(Struct, frozen=True):
    """A folder as a server lists it, its attributes in lower case."""

    name: str
    attributes: frozenset[str]


class Folder(Struct, frozen=True):
    """A folder that is read."""

    role: Role
    name: str


class Opened(Struct, frozen=True):
    """What a server says of a folder when it is opened."""

    uid_validity: int
    next_uid: int
    highest_modseq: int | None


class Mark(Struct, frozen=True):
    """How far a folder was read.

    Attributes:
        stuck_uid: A mail that the server could not give, if any, and how often in `stuck_times`.
    """

    uid_validity: int
    last_uid: int
    highest_modseq: int | None = None
    stuck_uid: int | None = None
    stuck_times: int = 0


class Missing(Enum):
    """Why there is nothing of a mail: it is no more there, or the server does not give it."""

    GONE = "gone"
    NOT_GIVEN = "not given"


class Head(Struct, frozen=True):
    """A mail's header block, how many bytes the whole of it has, and the server's thread of it."""

    raw: bytes
    size_bytes: int
    thread: str | None = None


class Mailbox(Struct, frozen=True):
    """A mailbox that a worker has taken, under a number that only grows."""

    team_id: TeamId
    sender_id: SenderId
    fence: int
    failures: int


class Pace(Struct, frozen=True, kw_only=True):
    """How long reading may take, and rest; in real seconds.

    Attributes:
        connect: To connect.
        answer: For anything to come from the server, once asked.
        talk: A whole exchange, however slowly it drips.
        look: Between two looks into all folders, where a server tells of new mail by itself;
            a connection that died unseen is found by the next one.
        poll: The same where it does not.
        again: After the first failure; each further one doubles it.
        refused: The least after a refused log-in, so that no account is locked.
        longest: The most.
        rescan: How far back a folder is read at first, and again when its UIDs have changed.
        doubt: How long a mail in doubt is looked for in the Sent folder.
    """

    connect: float = 10.0
    answer: float = 30.0
    talk: float = 180.0
    look: float = 240.0
    poll: float = 120.0
    again: float = 2.0
    refused: float = 300.0
    longest: float = 900.0
    rescan: timedelta = timedelta(days=30)
    doubt: float = 900.0
