"""How a line to a mail server is opened: dialled, greeted, secured, logged in.

TLS that was asked for is had or nothing is sent; an error is a class and at most the SMTP
reply, never what some other protocol said on that port.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, TypeAlias, cast

import aiosmtplib
from msgspec import Struct

from pomelo.messages import ReplyClass, Stage, meaning, read_reply
from pomelo.smtp.line import Broken, Line
from pomelo.smtp.outcomes import Reason, Unreachable

# What we call ourselves in EHLO.
LOCAL_HOSTNAME: Final = socket.gethostname() or "localhost"


class TlsMode(StrEnum):
    """How a server is spoken to."""

    TLS = "tls"
    """Encrypted from the first byte (RFC 8314)."""
    STARTTLS = "starttls"
    """Encrypted before anything of value is said; required, not tried (RFC 3207)."""
    NONE = "none"
    """In clear; only on this machine."""


class SmtpServer(Struct, frozen=True, kw_only=True):
    """A mail server and how to log in to it.

    Attributes:
        host: Its name, which its certificate must carry.
        port: TCP port.
        tls: One of `TlsMode`.
        login: Name to log in with; empty = no log-in.
        password: The secret that goes with it; never shown.
        is_token: The secret is an access token of the mailbox's provider (XOAUTH2).
        address: IP address to dial instead of asking DNS again, when a guard chose one.
        local_hostname: What we call ourselves in EHLO.
    """

    host: str
    port: int
    tls: str = TlsMode.TLS
    login: str = ""
    password: str = ""
    is_token: bool = False
    address: str | None = None
    local_hostname: str = "localhost"

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port}, tls={self.tls}, login={self.login!r})"


class Timeouts(Struct, frozen=True):
    """How many seconds each stage may take.

    Attributes:
        connect: The look-up; and again TCP, shared by the addresses found.
        tls: The handshake.
        command: Banner, and the reply to each command.
        data: The mail itself, and the reply to it.
    """

    connect: float = 10.0
    tls: float = 15.0
    command: float = 30.0
    data: float = 300.0


class OpenLine(Struct, frozen=True):
    """A line ready for mails, and what the server offers (lower-case name to parameters)."""

    line: Line
    extensions: dict[str, str]


_Where: TypeAlias = tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
_Found: TypeAlias = tuple[socket.AddressFamily, socket.SocketKind, int, str, _Where]

# The simple ones first: inside TLS a challenge adds nothing, and each failed try counts
# against the account, so only one is tried.
_METHODS: Final = ("plain", "login", "cram-md5")
_TOKEN_METHODS: Final = ("xoauth2",)


async def open_line(
    server: SmtpServer, context: ssl.SSLContext, timeouts: Timeouts
) -> OpenLine | Unreachable:
    """Open a line and log in.

    Args:
        server: Where, and as whom.
        context: What certificates are trusted.
        timeouts: How long each stage may take.
    """
    opening = _Opening(server, context, timeouts)
    try:
        return await opening.run()
    except (aiosmtplib.SMTPException, OSError, UnicodeError, Broken) as error:
        opening.drop()
        return _unreachable(opening.stage, error)
    except BaseException:
        opening.drop()
        raise


class _Opening:
    """One attempt; `stage` says how far it has come."""

    def __init__(self, server: SmtpServer, context: ssl.SSLContext, timeouts: Timeouts) -> None:
        self.stage = Stage.CONNECT
        self._server = server
        self._timeouts = timeouts
        self._client = aiosmtplib.SMTP(
            hostname=server.host,
            local_hostname=server.local_hostname,
            use_tls=server.tls == TlsMode.TLS,
            start_tls=False,
            tls_context=context,
            timeout=timeouts.command,
        )

    async def run(self) -> OpenLine:
        dialled = await self._dial()
        await self._greet(dialled)
        self.stage = Stage.EHLO
        await self._client.ehlo()
        if self._server.tls == TlsMode.STARTTLS:
            await self._secure()
        if self._server.login:
            self.stage = Stage.AUTH
            await self._log_in()
        extensions = dict(self._client.esmtp_extensions)
        return OpenLine(Line(self._transport()), extensions)

    def drop(self) -> None:
        transport = self._client.transport
        self._client.close()
        if transport is not None:
            cast("asyncio.Transport", transport).abort()

    def _transport(self) -> asyncio.Transport:
        transport = self._client.transport
        if transport is None or transport.is_closing():
            raise Broken(Reason.CLOSED)
        return cast("asyncio.Transport", transport)  # uvloop's is one in all but ancestry.

    async def _dial(self) -> socket.socket:
        loop = asyncio.get_running_loop()
        server = self._server
        within = self._timeouts.connect
        async with asyncio.timeout(within):
            found = await loop.getaddrinfo(
                server.address or server.host, server.port, type=socket.SOCK_STREAM
            )
        if server.tls == TlsMode.NONE:
            found = [each for each in found if _is_loopback(each[4][0])]
        if not found:
            raise Broken(Reason.NOT_LOOPBACK)
        return await _first_that_answers(found, within)

    async def _greet(self, dialled: socket.socket) -> None:
        is_tls = self._server.tls == TlsMode.TLS
        self.stage = Stage.TLS if is_tls else Stage.CONNECT
        within = self._timeouts.tls if is_tls else self._timeouts.command
        try:
            await self._client.connect(sock=dialled, timeout=within)
        except aiosmtplib.SMTPException as error:
            # The greeting, and the lack of one, come after the handshake.
            if isinstance(error, aiosmtplib.SMTPResponseException) or isinstance(
                error.__cause__, aiosmtplib.SMTPException
            ):
                self.stage = Stage.CONNECT
            raise

    async def _secure(self) -> None:
        self.stage = Stage.TLS
        if not self._client.supports_extension("starttls"):
            raise Broken(Reason.NO_STARTTLS)
        await self._client.starttls(timeout=self._timeouts.tls)
        self.stage = Stage.EHLO
        await self._client.ehlo()

    async def _log_in(self) -> None:
        offered = self._client.server_auth_methods
        # A token is no password: a server that wants one must not be shown it.
        usable = _TOKEN_METHODS if self._server.is_token else _METHODS
        method = next((name for name in usable if name in offered), None)
        log_in = {
            "plain": self._client.auth_plain,
            "login": self._client.auth_login,
            "cram-md5": self._client.auth_crammd5,
            "xoauth2": self._client.auth_xoauth2,
        }
        if method is None:
            raise Broken(Reason.NO_LOGIN)
        await log_in[method](self._server.login, self._server.password)


def _is_loopback(address: object) -> bool:
    return ipaddress.ip_address(str(address).partition("%")[0]).is_loopback


async def _first_that_answers(found: Sequence[_Found], within: float) -> socket.socket:
    # Each has its share of the time, so that one that swallows packets does not hide the next.
    failed: OSError | None = None
    for family, kind, protocol, _, where in found:
        dialled = socket.socket(family, kind, protocol)
        dialled.setblocking(False)
        try:
            async with asyncio.timeout(within / len(found)):
                await asyncio.get_running_loop().sock_connect(dialled, where)
        except OSError as error:
            failed = error
        except BaseException:
            dialled.close()
            raise
        else:
            return dialled
        dialled.close()
    raise failed or OSError("no address")


# What an exception means, the first that fits; many of them are OSErrors.
_WHY: Final[tuple[tuple[type[BaseException], Reason], ...]] = (
    (ssl.SSLCertVerificationError, Reason.BAD_CERTIFICATE),
    (ssl.SSLError, Reason.TLS_FAILED),
    (socket.gaierror, Reason.UNRESOLVED),
    (UnicodeError, Reason.UNRESOLVED),
    (aiosmtplib.SMTPResponseException, Reason.GARBLED),
    (TimeoutError, Reason.TIMED_OUT),
    (ConnectionAbortedError, Reason.TIMED_OUT),  # How asyncio ends a slow handshake.
    (ConnectionRefusedError, Reason.UNREACHABLE),
    (ConnectionError, Reason.CLOSED),
    (OSError, Reason.UNREACHABLE),
)


def _unreachable(stage: Stage, error: Exception) -> Unreachable:
    if isinstance(error, Broken):
        return Unreachable(stage, error.reason, is_auth=error.reason is Reason.NO_LOGIN)
    # aiosmtplib wraps what went wrong while connecting.
    if isinstance(error, aiosmtplib.SMTPConnectError) and error.__cause__ is not None:
        error = error.__cause__ if isinstance(error.__cause__, Exception) else error
    if isinstance(error, aiosmtplib.SMTPResponseException) and 400 <= error.code < 600:
        reply = read_reply(error.code, error.message)
        is_auth = stage is Stage.AUTH and meaning(reply, stage=stage).kind is ReplyClass.AUTH
        return Unreachable(stage, Reason.REPLY, reply, is_auth)
    reason = next((why for kind, why in _WHY if isinstance(error, kind)), Reason.GARBLED)
    detail = error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else ""
    return Unreachable(stage, reason, detail=detail)
