"""A session with a mail server: open once, then one mail after another, stage by stage.

RCPT and DATA are apart, so that the caller can commit what is about to happen in between.
Whatever a server does is a value: delivered, refused, deferred, or not known.
"""

import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, TypeAlias

from pomelo.base import addresses, clock
from pomelo.messages import Reply, Stage, effective_id, read_reply
from pomelo.smtp.line import Broken, Line
from pomelo.smtp.opening import OpenLine, SmtpServer, Timeouts, open_line
from pomelo.smtp.outcomes import (
    Accepted,
    Deferred,
    Opened,
    Ready,
    Reason,
    Refused,
    Unknown,
    Unreachable,
)

MAILS_A_SESSION: Final = 50
IDLE_SECONDS: Final = 60.0
GOODBYE_SECONDS: Final = 2.0
# A mail up to this size goes out in one write; the end of a larger one waits until the rest left.
ONE_WRITE_BYTES: Final = 32 * 1024
SERVICE_CLOSING: Final = 421
CANNOT_UTF8: Final = "5.6.7 This server cannot write to non-ASCII addresses"
TOO_LARGE: Final = "5.3.4 The mail is larger than this server takes"
DOT: Final = b".\r\n"
DEFAULT_TIMEOUTS: Final = Timeouts()

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_TOKEN: Final = re.compile(r"[\w-]{1,100}", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9]{1,20}")

_Step: TypeAlias = tuple[Stage, bytes]


class Session:
    """One sender's conversation with its server.

    Args:
        server: Where, and as whom.
        context: What certificates are trusted.
        timeouts: How long each stage may take.
    """

    def __init__(
        self,
        server: SmtpServer,
        *,
        context: ssl.SSLContext,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
    ) -> None:
        self._server = server
        self._context = context
        self._timeouts = timeouts
        self._line: Line | None = None
        self._extensions: dict[str, str] = {}
        self._is_dirty = False
        self._used_at = 0.0
        self.mails_sent = 0

    @property
    def is_open(self) -> bool:
        """Tell whether another mail may be offered now."""
        return self._line is not None and self._line.is_open

    def is_reusable(self, now_monotonic: float) -> bool:
        """Tell whether it is open and neither idle (60 s) nor worn (50 mails)."""
        is_fresh = now_monotonic - self._used_at < IDLE_SECONDS
        return self.is_open and is_fresh and self.mails_sent < MAILS_A_SESSION

    async def open(self) -> Opened | Unreachable:
        """Dial, secure and log in."""
        self._drop()
        found = await open_line(self._server, self._context, self._timeouts)
        if isinstance(found, Unreachable):
            return found
        self._adopt(found)
        return Opened(frozenset(found.extensions), found.line.secured)

    async def offer(
        self, sender: str, recipient: str, size: int, *, envelope_id: str = "",
        copies: Sequence[str] = (),
    ) -> Ready | Refused | Deferred:  # fmt: skip
        """Announce a mail: MAIL and RCPT, in one packet where the server allows it.

        Args:
            sender: The envelope's sender.
            recipient: The one recipient, with whose refusal the mail ends.
            size: Bytes of the mail.
            envelope_id: Asks for delivery reports that carry it, where the server can.
            copies: Who else gets it; one that is refused is left out.

        Raises:
            ValueError: One of them is not an address; nothing was said to the server.

        Source:
            RFC 5321 3.3, RFC 1870, RFC 2920, RFC 3461, RFC 6531.
        """
        everybody = [_wire(address) for address in (recipient, *copies)]
        steps = self._envelope(_wire(sender), everybody, size, envelope_id)
        if isinstance(steps, Refused):
            return steps
        if self._is_dirty:
            steps = [(Stage.MAIL, b"RSET"), *steps]
        self._is_dirty = True
        return await self._walk(steps) or await self._copy(everybody[1:])

    async def _copy(self, addresses: Sequence[str]) -> Ready | Refused | Deferred:
        left_out: list[str] = []
        for address in addresses:
            failed = await self._walk([(Stage.RCPT, f"RCPT TO:<{address}>".encode())])
            if failed is not None and not self.is_open:
                return failed
            left_out += [f"{address}: {failed.reply}"] if failed is not None else []
        return Ready(tuple(left_out))

    async def deliver(self, raw: bytes) -> Accepted | Refused | Deferred | Unknown:
        """Send the mail that was offered.

        Args:
            raw: Its bytes, headers and body; line ends are made CRLF.

        Returns:
            What became of it. It is unknown only if its last byte had left this process; a
            mail that is cut short before is deferred, for no server may keep it.

        Source:
            RFC 5321 3.3, 4.1.1.4, 4.5.2, 6.1; RFC 1047.
        """
        failed = await self._walk([(Stage.DATA, b"DATA")], good=3)
        if failed is not None:
            return failed
        try:
            return await self._finish(raw)
        except BaseException:
            self._drop()
            raise

    async def reset(self) -> None:
        """Forget the mail that was offered; the session stays open if the server agrees."""
        if self._is_dirty and self.is_open:
            failed = await self._walk([(Stage.MAIL, b"RSET")])
            self._is_dirty = failed is not None

    async def close(self) -> None:
        """Say goodbye and hang up."""
        line, self._line = self._line, None
        if line is None:
            return
        within = min(GOODBYE_SECONDS, self._timeouts.command)
        try:
            with suppress(Broken):
                line.write(b"QUIT\r\n")
                await line.reply(within=within)
                await line.close(within=within)
        finally:
            line.abort()

    def _adopt(self, found: OpenLine) -> None:
        self._line, self._extensions = found.line, found.extensions
        self._is_dirty, self.mails_sent = False, 0
        self._used_at = clock.monotonic()

    def _drop(self) -> None:
        if self._line is not None:
            self._line.abort()
        self._line = None

    def _envelope(
        self, sender: str, everybody: Sequence[str], size: int, envelope_id: str
    ) -> list[_Step] | Refused:
        offered = self._extensions
        mail, rcpt = f"MAIL FROM:<{sender}>", f"RCPT TO:<{everybody[0]}>"
        if not "".join([sender, *everybody]).isascii():
            if "smtputf8" not in offered:
                return Refused(read_reply(553, CANNOT_UTF8), Stage.MAIL)
            mail += " BODY=8BITMIME SMTPUTF8"
        if "size" in offered:
            if 0 < _number(offered["size"]) < size:
                return Refused(read_reply(552, TOO_LARGE), Stage.MAIL)
            mail += f" SIZE={size}"
        if envelope_id and "dsn" in offered:
            if not _TOKEN.fullmatch(envelope_id):
                raise ValueError("an envelope id is made of letters and digits")
            mail += f" RET=HDRS ENVID={envelope_id}"
            rcpt += " NOTIFY=FAILURE,DELAY"
        return [(Stage.MAIL, mail.encode()), (Stage.RCPT, rcpt.encode())]

    async def _walk(self, steps: Sequence[_Step], *, good: int = 2) -> Refused | Deferred | None:
        # Gives the first failure; replies to what was said in the same packet are taken as well.
        stage, failed = steps[0][0], None
        try:
            line = self._alive()
            is_together = "pipelining" in self._extensions
            if is_together:
                line.write(*(command + b"\r\n" for _, command in steps))
            for stage, command in steps:
                if not is_together:
                    line.write(command + b"\r\n")
                reply = await line.reply(within=self._timeouts.command)
                failed = failed or _judge(reply, stage, good)
                if self._has_ended(reply) or (failed is not None and not is_together):
                    return failed
        except Broken as broken:
            self._drop()
            return failed or Deferred(None, stage, broken.reason)
        except BaseException:
            self._drop()
            raise
        return failed

    def _alive(self) -> Line:
        if self._line is None:
            raise Broken(Reason.CLOSED)
        return self._line

    def _has_ended(self, reply: Reply) -> bool:
        if reply.code == SERVICE_CLOSING:
            self._drop()
        return self._line is None

    async def _finish(self, raw: bytes) -> Accepted | Refused | Deferred | Unknown:
        line, has_left = self._alive(), False
        try:
            has_left = await self._pour(line, _stuffed(raw))
            reply = await line.reply(within=self._timeouts.data)
        except Broken as broken:
            self._drop()
            if has_left:
                return Unknown(broken.reason)
            return Deferred(None, Stage.DATA, broken.reason)
        return self._settle(reply, has_left=has_left)

    async def _pour(self, line: Line, raw: bytes) -> bool:
        # Tells whether the final dot has left this process; not if the server spoke before.
        end = len(raw) if len(raw) <= ONE_WRITE_BYTES else -len(DOT)
        for part in filter(None, (raw[:end], raw[end:])):
            if line.has_answered:
                return False
            line.write(part)
            if not await line.drain(within=self._timeouts.data):
                return False
        return True

    def _settle(self, reply: Reply, *, has_left: bool) -> Accepted | Refused | Deferred | Unknown:
        self._is_dirty, self._used_at = False, clock.monotonic()
        answer = reply.code // 100
        if not has_left or answer == 3:
            self._drop()
        if not self._has_ended(reply) and answer == 2:
            self.mails_sent += 1
            return Accepted(reply, effective_id(reply, self._server.host))
        if answer in {2, 3}:
            return Unknown(Reason.GARBLED)
        stage = Stage.DOT if has_left else Stage.DATA
        if answer == 5:
            return Refused(reply, stage)
        return Deferred(reply, stage, Reason.REPLY)


def _judge(reply: Reply, stage: Stage, good: int) -> Refused | Deferred | None:
    answer = reply.code // 100
    if answer == good:
        return None
    if answer == 5:
        return Refused(reply, stage)
    if answer == 4:
        return Deferred(reply, stage, Reason.REPLY)
    raise Broken(Reason.GARBLED)


def _wire(address: str) -> str:
    try:
        return addresses.parse(address).wire
    except addresses.AddressInvalid as error:
        raise ValueError(str(error)) from None


def _number(digits: str) -> int:
    return int(digits) if _DIGITS.fullmatch(digits) else 0


def _stuffed(raw: bytes) -> bytes:
    if not raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):
        raw = _LINE_END.sub(b"\r\n", raw)
    if raw and not raw.endswith(b"\r\n"):
        raw += b"\r\n"
    if raw.startswith(b"."):
        raw = b"." + raw
    return raw.replace(b"\r\n.", b"\r\n..") + DOT
