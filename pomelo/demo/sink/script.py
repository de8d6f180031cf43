"""What the sink can be told to do, and what it keeps."""

from enum import StrEnum

from msgspec import Struct


class Stage(StrEnum):
    """Where a script acts."""

    CONNECT = "connect"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    """After 354, before the mail is read."""
    DOT = "dot"
    """After the mail was read; it is kept unless the script replies with a refusal."""


class Act(StrEnum):
    """What a script does."""

    REPLY = "reply"
    HANG = "hang"
    DROP = "drop"
    DELAY = "delay"


class Script(Struct, frozen=True):
    """One thing to do otherwise than normal.

    Attributes:
        at: The stage.
        do: What to do there.
        reply: What to say, as it goes over the wire (421 also hangs up).
        seconds: How long to delay.
        times: How often; then normal again. None = always.
    """

    at: Stage
    do: Act = Act.REPLY
    reply: str = ""
    seconds: float = 0.0
    times: int | None = None


class Delivered(Struct, frozen=True):
    """A mail the sink has accepted.

    Attributes:
        envelope_from: The sender of MAIL.
        recipients: Those of RCPT.
        raw: The mail, dots unstuffed.
        session: Number of the connection, from 1.
        began_at: When DATA came, in seconds of the monotonic clock.
        ended_at: When its final dot came.
    """

    envelope_from: str
    recipients: tuple[str, ...]
    raw: bytes
    session: int
    began_at: float
    ended_at: float
