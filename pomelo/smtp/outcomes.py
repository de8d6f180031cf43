"""What can come of talking to a mail server; each is a value, none an exception."""

from enum import StrEnum

from msgspec import Struct

from pomelo.base.tls import Secured
from pomelo.messages import Reply, Stage


class Reason(StrEnum):
    """Why a server could not be talked to; never what it said in another protocol."""

    REPLY = "reply"
    """It answered, and its reply says why."""
    REFUSED = "refused"
    """Its address may not be dialled: a guard or a setting says no."""
    UNRESOLVED = "unresolved"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    CLOSED = "closed"
    GARBLED = "garbled"
    """What came was not SMTP, or too much of it."""
    BAD_CERTIFICATE = "bad_certificate"
    TLS_FAILED = "tls_failed"
    NO_STARTTLS = "no_starttls"
    NO_LOGIN = "no_login"
    """It offers no way to log in that we know."""
    NOT_LOOPBACK = "not_loopback"
    """Without TLS nobody but this machine is talked to."""


class Unreachable(Struct, frozen=True):
    """No line could be opened, so nothing of any mail was said.

    Attributes:
        stage: How far it came.
        reason: Why, as a class.
        reply: The server's answer, if that is why.
        is_auth: The log-in itself is at fault; trying again will not help.
        detail: What is wrong with the certificate, if that is why.
    """

    stage: Stage
    reason: Reason
    reply: Reply | None = None
    is_auth: bool = False
    detail: str = ""


class Opened(Struct, frozen=True):
    """The session is ready for mails.

    Attributes:
        extensions: What the server offers, in lower case.
        secured: What protects the line; None for one in clear.
    """

    extensions: frozenset[str]
    secured: Secured | None = None


class Ready(Struct, frozen=True):
    """Sender and recipient are accepted; the mail may follow.

    Attributes:
        left_out: Who else was to get it and was refused, each with what the server said.
    """

    left_out: tuple[str, ...] = ()


class Accepted(Struct, frozen=True):
    """The server has taken the mail.

    Attributes:
        reply: What it said.
        effective_id: The Message-ID it gave the mail instead of ours, if it told.
    """

    reply: Reply
    effective_id: str | None


class Refused(Struct, frozen=True):
    """A final no (5xx), to be read with `replies.meaning`; nothing was delivered."""

    reply: Reply
    stage: Stage


class Deferred(Struct, frozen=True):
    """Nothing was delivered, and another time may be better.

    Attributes:
        reply: The server's 4xx, if it gave one.
        stage: Where it ended.
        reason: Why, as a class.
    """

    reply: Reply | None
    stage: Stage
    reason: Reason


class Unknown(Struct, frozen=True):
    """The whole mail went out and no answer came: it may be delivered (RFC 1047)."""

    reason: Reason
