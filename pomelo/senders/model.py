"""Shapes of senders: what is shown, what is given, and what a connection needs."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pomelo.base.addresses import Address
from pomelo.base.ids import SenderId, TeamId, UserId


class TlsMode(StrEnum):
    """How a connection to a mail server is protected."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"


class PausedFor(StrEnum):
    """Why a sender does not send."""

    AUTH = "auth"
    BLOCK = "block"
    THROTTLED = "throttled"
    SENDER = "sender"
    UNREACHABLE = "unreachable"


class Server(msgspec.Struct, frozen=True):
    """A mail server as it is given: where, how protected, and the log-in."""

    host: str
    port: int
    tls: TlsMode
    login: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port} {self.tls} {self.login or 'no log-in'})"


class NewSender(msgspec.Struct, frozen=True):
    """A mailbox to be added.

    Attributes:
        user_id: The user it belongs to.
        address: What it sends from.
        smtp: Where mail is handed over.
        imap: Where replies could be read, if known.
        name: Shown before the address.
        signature: Put under each mail.
        limit_per_day: Mails in any 24 hours; 0 = no limit.
        gap_seconds: The least time between two mails.
    """

    user_id: UserId
    address: Address
    smtp: Server
    imap: Server | None = None
    name: str = ""
    signature: str = ""
    limit_per_day: int = 50
    gap_seconds: int = 0


class Sender(msgspec.Struct, frozen=True):
    """A mailbox, without its secrets."""

    team_id: TeamId
    id: SenderId
    user_id: UserId
    email: str
    address_key: str
    name: str
    signature: str
    smtp_host: str
    smtp_port: int
    smtp_tls: TlsMode
    smtp_login: str
    dkim_selector: str
    imap_host: str
    limit_per_day: int
    gap_seconds: int
    may_send_at: datetime
    next_at: datetime
    paused_for: PausedFor | None
    paused_reply: str
    paused_at: datetime | None
    failed_connects: int
    created_at: datetime


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed of a sender; None leaves it."""

    name: str | None = None
    signature: str | None = None
    limit_per_day: int | None = None
    gap_seconds: int | None = None


class Released(msgspec.Struct, frozen=True):
    """What a worker says when it lets go of a sender.

    Attributes:
        team_id: The team.
        id: The sender.
        may_send_at: Not before, by gap or limit.
        next_at: When there may be work; raised to `may_send_at` and to a pause.
    """

    team_id: TeamId
    id: SenderId
    may_send_at: datetime
    next_at: datetime


class Secrets(msgspec.Struct, frozen=True):
    """The encrypted columns."""

    smtp_host: str
    smtp_port: int
    smtp_tls: TlsMode
    smtp_login: str
    smtp_password: bytes | None
    imap_host: str
    imap_port: int | None
    imap_tls: TlsMode | None
    imap_login: str
    imap_password: bytes | None
