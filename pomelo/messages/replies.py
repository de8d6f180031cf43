"""What an SMTP reply means: which kind of refusal, who is concerned, and when to try again.

The same table reads the status and diagnostic of a bounce (RFC 3464).
"""

import re
import zlib
from datetime import timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from pomelo.messages.phrases import ReplyClass
from pomelo.messages.statuses import ENHANCED, status_class

__all__ = [
    "RETRY_FOR",
    "TRIES_IN_DOUBT",
    "Meaning",
    "Reply",
    "ReplyClass",
    "Stage",
    "connect_delay",
    "effective_id",
    "meaning",
    "read_reply",
    "retry_delay",
    "status_class",
]

TEXT_BYTES: Final = 1024
RETRY_FOR: Final = timedelta(hours=24)
# A mail in doubt is sent again unasked until its third attempt: each may be one more copy.
TRIES_IN_DOUBT: Final = 3
DAY: Final = timedelta(days=1)


class Stage(StrEnum):
    """Where in the conversation with a server something happened."""

    CONNECT = "connect"
    TLS = "tls"
    EHLO = "ehlo"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"
    """After the dot that ends a mail."""


class Reply(Struct, frozen=True):
    """One answer of a server, made safe to store and to show.

    Attributes:
        code: Three digits, 200 to 599.
        enhanced: Status code of RFC 3463, such as `5.1.1`, if it gave one.
        text: Its words on one line, printable, at most 1,024 bytes of UTF-8.
    """

    code: int
    enhanced: str | None
    text: str

    def __str__(self) -> str:
        return f"{self.code} {self.text}".rstrip()


class Meaning(Struct, frozen=True):
    """What to do about a refusal.

    Attributes:
        kind: What it is about.
        is_permanent: Trying this mail again cannot help.
        suppresses: This person must not be written to any more.
        pauses_sender: It counts against the sender: a block by its frequency, the others at once.
        wait: The pause the server itself asks for, if any; retry no sooner.
    """

    kind: ReplyClass
    is_permanent: bool
    suppresses: bool
    pauses_sender: bool
    wait: timedelta | None


_UNPRINTABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+"
)
_OURS: Final = frozenset(
    {ReplyClass.BLOCK, ReplyClass.THROTTLED, ReplyClass.AUTH, ReplyClass.SENDER}
)
_LOGIN_CODES: Final = frozenset({530, 534, 535, 538})
_BEFORE_RCPT: Final = frozenset({Stage.CONNECT, Stage.TLS, Stage.EHLO, Stage.MAIL})

_WAIT: Final = re.compile(
    r"\b(?:in|after|for|wait|within)\s+(?:another\s+|at least\s+)?(\d{1,5})\s*(s|m|h)"
    r"(?:ec|econds?|ecs|in|inutes?|ins|ours?|rs?)?\b|\bin (\d\d):(\d\d):(\d\d)\b"
)
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600}
_POLITE: Final = timedelta(seconds=10)
_DAILY: Final = re.compile(r"\bdaily\b|\bper[ -]day\b|\b24[ -]hours?\b|5\.4\.5")

_MINUTES: Final = (5, 15, 30, 60, 120, 240)
_CONNECT_MINUTES: Final = (1, 5, 15, 30, 60)

_OWN_ID: Final = re.compile(
    r"(?:(?:2\.\d\.\d )?OK:? |2\.6\.0 )(<[^<>\s@]{1,200}@[\w.-]{1,200}>)", re.I
)
_SES_ID: Final = re.compile(r"Ok ([0-9a-f]{16}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}-\d{6})")
_SES_HOST: Final = re.compile(r"email-smtp(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com")


def read_reply(code: int, text: str | bytes) -> Reply:
    """Make a reply out of what came over the wire, however strange.

    Args:
        code: The three digits.
        text: The rest, lines split by newlines; bytes or characters that cannot be shown are
            replaced, and an enhanced code repeated on each line is kept once.

    Source:
        RFC 5321 4.2.1, RFC 2034.
    """
    if isinstance(text, str):
        text = text.encode("utf-8", "surrogateescape")
    lines = text[: 4 * TEXT_BYTES].decode("utf-8", "replace").splitlines()
    found = ENHANCED.match(lines[0].lstrip()) if lines else None
    if found is not None:
        rest = (line.strip().removeprefix(found.group()) for line in lines[1:])
        lines = [lines[0], *rest]
    shown = " ".join(_UNPRINTABLE.sub(" ", " ".join(lines)).split())
    found = found or ENHANCED.search(shown)
    cut = shown.encode()[:TEXT_BYTES].decode("utf-8", "ignore")
    return Reply(code, found.group() if found else None, cut)


def meaning(reply: Reply, *, stage: Stage = Stage.RCPT) -> Meaning:
    """Tell what a refusal (4xx or 5xx) means.

    Args:
        reply: The server's answer.
        stage: What it answered; before RCPT nothing can be the person's fault.
    """
    kind = _kind(reply, stage)
    is_final = reply.code >= 500
    return Meaning(
        kind=kind,
        is_permanent=is_final and kind in {ReplyClass.HARD, ReplyClass.CONTENT},
        suppresses=is_final and kind is ReplyClass.HARD,
        pauses_sender=kind in _OURS,
        wait=_wait(reply, kind),
    )


def retry_delay(attempt: int, *, seed: str) -> timedelta:
    """Give how long to wait after a temporary refusal.

    Args:
        attempt: How many attempts have failed, from 1.
        seed: Names the mail; spreads retries by up to a fifth, always the same for it.

    Returns:
        5, 15, 30 minutes, 1, 2, then 4 hours each time, and the spread.

    Source:
        RFC 5321 4.5.4.1.
    """
    minutes = _MINUTES[min(max(attempt, 1), len(_MINUTES)) - 1]
    spread = zlib.crc32(f"{seed}:{attempt}".encode()) / 2**32
    return timedelta(minutes=minutes * (1 + spread / 5))


def connect_delay(attempt: int) -> timedelta:
    """Give how long a sender rests after `attempt` failed tries (from 1) to reach its server."""
    steps = _CONNECT_MINUTES
    return timedelta(minutes=steps[min(max(attempt, 1), len(steps)) - 1])


def effective_id(reply: Reply, host: str) -> str | None:
    """Give the Message-ID by which a provider replaced ours, if its 250 names one.

    Args:
        reply: The answer to the dot that ends the mail.
        host: Name of the server, whose region is part of an id of Amazon SES.

    Returns:
        The id with its angle brackets.
    """
    if found := _OWN_ID.match(reply.text):
        return found.group(1)
    found, server = _SES_ID.match(reply.text), _SES_HOST.fullmatch(host.lower())
    if found is None or server is None:
        return None
    region = server.group(1)
    domain = "email" if region == "us-east-1" else region
    return f"<{found.group(1)}@{domain}.amazonses.com>"


def _kind(reply: Reply, stage: Stage) -> ReplyClass:
    if reply.code == 432:  # Exchange Online: too many sessions at once.
        return ReplyClass.THROTTLED
    if reply.code in _LOGIN_CODES or (stage is Stage.AUTH and reply.code >= 500):
        return ReplyClass.AUTH
    kind = status_class(reply.enhanced or f"{reply.code // 100}.0.0", reply.text)
    if reply.code < 500:
        return kind if kind in {ReplyClass.BLOCK, ReplyClass.THROTTLED} else ReplyClass.SOFT
    if stage in _BEFORE_RCPT:
        return _before_rcpt(reply, kind)
    return kind


def _before_rcpt(reply: Reply, kind: ReplyClass) -> ReplyClass:
    # A server that cannot carry a non-ASCII address says nothing against the person.
    if reply.enhanced == "5.6.7":
        return ReplyClass.CONTENT
    return ReplyClass.SENDER if kind in {ReplyClass.HARD, ReplyClass.SOFT} else kind


def _wait(reply: Reply, kind: ReplyClass) -> timedelta | None:
    text = reply.text.lower()
    if kind is ReplyClass.THROTTLED and _DAILY.search(text):
        return DAY
    found = _WAIT.search(text)
    if found is None or reply.code >= 500:
        return None
    if found.group(1):
        seconds = int(found.group(1)) * _SECONDS[found.group(2)]
    else:
        hours, minutes, rest = (int(part) for part in found.groups()[2:])
        seconds = hours * 3600 + minutes * 60 + rest
    return min(timedelta(seconds=seconds) + _POLITE, RETRY_FOR)
