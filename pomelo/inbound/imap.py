"""Whether a mailbox can be read by IMAP: connect and log in, no more.

What is wrong is said in our own words, never in what the other side sent.
"""

import asyncio
import base64
import ssl
from typing import Final

from pomelo.base.errors import Invalid
from pomelo.senders import LogInKind, Server, TlsMode, is_loopback
from pomelo.smtp import MailAccess, Reason, fault_words

CHECK_SECONDS: Final = 30.0
LINE_BYTES: Final = 8192
# Lines before the one that answers a command; a greeting may come with a few of them.
LINES: Final = 50

LOG_IN_REFUSED: Final = "The server refuses the log-in; check login and password."
LEAVE_REFUSED: Final = (
    "The server refuses the log-in; let its provider allow IMAP for the account, and connect it "
    "again."
)


class _Trouble(Exception):
    """A conversation that cannot go on."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


async def find_imap_fault(server: Server, access: MailAccess) -> str | None:
    """Connect to a mailbox and log in.

    Args:
        server: Where, and as whom.
        access: What it takes; the guard is asked anew.

    Returns:
        None when it works, else a sentence that says what to do.

    Source:
        RFC 9051 6.2.1 (STARTTLS) and 6.2.3 (LOGIN).
    """
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            address = await access.guard.resolve(server.host, server.port)
            return await _try(server, address, access.context)
    except Invalid as refused:
        return str(refused)
    except (_Trouble, OSError, ValueError, asyncio.IncompleteReadError) as error:
        return fault_words(_reason(error), server)


def _reason(error: Exception) -> Reason:
    if isinstance(error, _Trouble):
        return error.reason
    return next((why for kind, why in _WHY if isinstance(error, kind)), Reason.UNREACHABLE)


# The first that fits; many of them are OSErrors.
_WHY: Final[tuple[tuple[type[Exception], Reason], ...]] = (
    (ssl.SSLCertVerificationError, Reason.BAD_CERTIFICATE),
    (ssl.SSLError, Reason.TLS_FAILED),
    (ConnectionRefusedError, Reason.UNREACHABLE),
    (TimeoutError, Reason.TIMED_OUT),
    (ConnectionError, Reason.CLOSED),
    (asyncio.IncompleteReadError, Reason.CLOSED),
    (ValueError, Reason.GARBLED),  # a line longer than the reader takes
)


async def _try(server: Server, address: str, context: ssl.SSLContext) -> str | None:
    if server.tls is TlsMode.NONE and not is_loopback(address):
        raise _Trouble(Reason.NOT_LOOPBACK)
    is_tls = server.tls is TlsMode.TLS
    reader, writer = await asyncio.open_connection(
        address,
        server.port,
        limit=LINE_BYTES,
        ssl=context if is_tls else None,
        server_hostname=server.host if is_tls else None,
    )
    try:
        return await _Talk(reader, writer).log_in(server, context)
    finally:
        writer.transport.abort()


class _Talk:
    """One conversation, as far as its log-in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def log_in(self, server: Server, context: ssl.SSLContext) -> str | None:
        greeting = await self._line()
        if not greeting.startswith((b"* OK", b"* PREAUTH")):
            raise _Trouble(Reason.GARBLED)
        if server.tls is TlsMode.STARTTLS:
            await self._secure(server, context)
        if server.kind is LogInKind.XOAUTH2:
            return await self._show_token(server)
        # Literals carry any password, whatever its letters.
        await self._say(b"a2 LOGIN {%d}" % len(server.login.encode()))
        for said, more in ((server.login, server.password), (server.password, None)):
            if not (await self._answer(b"a2")).startswith(b"+"):
                return LOG_IN_REFUSED
            length = b"" if more is None else b" {%d}" % len(more.encode())
            await self._say(said.encode() + length)
        return None if (await self._answer(b"a2")).startswith(b"a2 OK") else LOG_IN_REFUSED

    async def _show_token(self, server: Server) -> str | None:
        """Log in by a provider's token; a refusal is told in a challenge first.

        Source:
            RFC 9051 6.2.2; Gmail, "The SASL XOAUTH2 Mechanism".
        """
        await self._say(b"a2 AUTHENTICATE XOAUTH2")
        if not (await self._answer(b"a2")).startswith(b"+"):
            return LEAVE_REFUSED
        shown = f"user={server.login}\x01auth=Bearer {server.password}\x01\x01"
        await self._say(base64.b64encode(shown.encode()))
        answer = await self._answer(b"a2")
        if answer.startswith(b"+"):
            await self._say(b"")
            answer = await self._answer(b"a2")
        return None if answer.startswith(b"a2 OK") else LEAVE_REFUSED

    async def _secure(self, server: Server, context: ssl.SSLContext) -> None:
        await self._say(b"a1 STARTTLS")
        if not (await self._answer(b"a1")).startswith(b"a1 OK"):
            raise _Trouble(Reason.NO_STARTTLS)
        await self._writer.start_tls(context, server_hostname=server.host)

    async def _say(self, line: bytes) -> None:
        self._writer.write(line + b"\r\n")
        await self._writer.drain()

    async def _answer(self, tag: bytes) -> bytes:
        """Read on to the line that answers a command, or asks for its next part."""
        for _ in range(LINES):
            line = await self._line()
            if line.startswith((tag + b" ", b"+")):
                return line
        raise _Trouble(Reason.GARBLED)

    async def _line(self) -> bytes:
        try:
            return await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            raise _Trouble(Reason.GARBLED) from None
