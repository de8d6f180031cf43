"""Shapes of senders: what is shown, what is given, and what a connection needs."""

from datetime import datetime
from enum import StrEnum

import msgspec

from pomelo.base.addresses import Address
from pomelo.base.ids import SenderId, TeamId, UserId
from pomelo.senders.replies import Hearing, Replies


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
    BOUNCES = "bounces"


class SavesSentCopy(StrEnum):
    """Who puts what a sender sent into its Sent folder."""

    SERVER = "server"
    APPEND = "append"
    NONE = "none"


class Provider(StrEnum):
    """Who can give leave to use a mailbox, so that no password is needed (OAuth 2.0)."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"


class LogInKind(StrEnum):
    """What a server's secret is."""

    PASSWORD = "password"  # noqa: S105 - the name of a kind
    XOAUTH2 = "xoauth2"


class Server(msgspec.Struct, frozen=True):
    """A mail server as it is given: where, how protected, and the log-in.

    Attributes:
        host: Its name or address.
        port: Where it listens.
        tls: How it is spoken to.
        login: As whom; empty = no log-in.
        password: Proves it.
        kind: What that secret is: a password, or an access token of the mailbox's provider.
    """

    host: str
    port: int
    tls: TlsMode
    login: str = ""
    password: str = ""
    kind: LogInKind = LogInKind.PASSWORD

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
        gap_jitter_seconds: It is longer by up to so much, at random.
        domain_gap_seconds: The least time between two mails to one domain.
        ramp_per_day: Mails in its first 24 hours, and so many more in each later; 0 = no ramp.
        replies: How replies come; None = by IMAP where that is known, else nobody has said.
    """

    user_id: UserId
    address: Address
    smtp: Server
    imap: Server | None = None
    name: str = ""
    signature: str = ""
    limit_per_day: int = 50
    gap_seconds: int = 0
    gap_jitter_seconds: int = 0
    domain_gap_seconds: int = 0
    ramp_per_day: int = 0
    replies: Replies | None = None


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
    imap_port: int | None
    imap_tls: TlsMode | None
    imap_login: str
    replies: Replies | None
    replies_read_at: datetime | None
    sent_folder: str
    junk_folder: str
    limit_per_day: int
    gap_seconds: int
    gap_jitter_seconds: int
    domain_gap_seconds: int
    may_send_at: datetime
    next_at: datetime
    paused_for: PausedFor | None
    paused_reply: str
    paused_at: datetime | None
    failed_connects: int
    created_at: datetime
    saves_sent_copy: SavesSentCopy | None = None
    new_leads_stopped_at: datetime | None = None
    ramp_per_day: int = 0
    ramp_started_at: datetime | None = None
    variables: dict[str, str] = {}

    @property
    def shares_log_in(self) -> bool:
        """Whether it is read by the name that it sends by, and so most likely the same password."""
        return bool(self.imap_host) and self.imap_login == self.smtp_login

    @property
    def hearing(self) -> Hearing:
        """What is known of its replies."""
        return Hearing(self.email, self.replies, self.replies_read_at)


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What may be changed of a sender; None leaves it."""

    name: str | None = None
    signature: str | None = None
    limit_per_day: int | None = None
    gap_seconds: int | None = None
    gap_jitter_seconds: int | None = None
    ramp_per_day: int | None = None
    domain_gap_seconds: int | None = None
    variables: dict[str, str] | None = None
    replies: Replies | None = None
    sent_folder: str | None = None
    junk_folder: str | None = None
    saves_sent_copy: SavesSentCopy | None = None

    @property
    def names_folders(self) -> bool:
        """Whether other folders of the mailbox are meant from then on."""
        return self.sent_folder is not None or self.junk_folder is not None


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


class Paused(msgspec.Struct, frozen=True):
    """How many senders are paused for a reason."""

    reason: str
    senders: int


class Unheard(msgspec.Struct, frozen=True):
    """A sender whose mailbox should have been read."""

    team_id: TeamId
    id: SenderId
    email: str
    replies_read_at: datetime | None


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
