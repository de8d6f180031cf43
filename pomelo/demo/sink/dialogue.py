"""One conversation of the sink: strict about what a client says, obedient to its script.

Strict means RFC 5321 to the letter: CRLF only, 1,000 octets a line, every command in its
place, and nothing outside ASCII that was not announced.
"""

import asyncio
import base64
import binascii
import re
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from pomelo.base import clock
from pomelo.demo.sink.script import Act, Delivered, Script, Stage
from pomelo.demo.sink.wire import MAIL_BYTES, HungUp, Wire

LINE_BYTES: Final = 998
RECIPIENTS: Final = 100
EXTENSIONS: Final = (
    "PIPELINING",
    "8BITMIME",
    "SMTPUTF8",
    "ENHANCEDSTATUSCODES",
    f"SIZE {MAIL_BYTES}",
)
OK: Final = "250 2.0.0 OK"
NOT_NOW: Final = "503 5.5.1 not now"

_PATH: Final = re.compile(r"(?i:(FROM|TO)):<([^<>\s]*)>((?: [A-Z0-9-]+(?:=[^\s=]+)?)*)", re.I)
_ADDRESS: Final = re.compile(r"[^\x00-\x20\x7f<>@\"(),:;\\\[\]]+@[A-Za-z0-9.-]+")
_MAIL_OPTION: Final = re.compile(r"SIZE=\d{1,20}|BODY=(?:7BIT|8BITMIME)|SMTPUTF8")
_DSN_OPTION: Final = re.compile(r"RET=(?:HDRS|FULL)|ENVID=[!-~]{1,100}|NOTIFY=[A-Z,]+")
_NOT_A_COMMAND: Final = re.compile(r"[\r\n\ufffd]")


class Host(Protocol):
    """What a conversation needs of the sink it belongs to."""

    extensions: Sequence[str]
    starttls: ssl.SSLContext | None
    login: tuple[str, str] | None

    def next_script(self, stage: Stage, keys: Sequence[str]) -> Script | None:
        """Give what to do at a stage, by the first of the keys that has something."""

    def hear(self, command: str) -> None:
        """Note a command."""

    async def keep(self, mail: Delivered) -> None:
        """Keep a mail, durably, before it is acknowledged."""


class Dialogue:
    """Talks to one client until either hangs up; each verb gives its answer."""

    _sender: str | None
    _recipients: list[str]
    _is_utf8: bool
    _is_8bit: bool

    def __init__(self, host: Host, wire: Wire, number: int) -> None:
        self._host = host
        self._wire = wire
        self._number = number
        self._is_greeted = False
        self._is_known = host.login is None
        self._forget()
        self._verbs: dict[str, Callable[[str], Awaitable[str]]] = {
            "EHLO": self._ehlo,
            "HELO": self._ehlo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
            "RSET": self._rset,
            "NOOP": self._noop,
            "QUIT": self._quit,
        }

    async def run(self) -> None:
        """Talk; every end of it is a normal one."""
        try:
            await self._answer(await self._scripted(Stage.CONNECT) or "220 sink ESMTP")
            while True:
                await self._answer(await self._command(await self._wire.line()))
        except (HungUp, ConnectionError, ssl.SSLError):
            pass
        finally:
            self._wire.close()

    async def _answer(self, text: str) -> None:
        if text.startswith(("221", "421")):
            await self._wire.hang_up(text)
        self._wire.say(text)

    async def _command(self, line: bytes) -> str:
        said = line.decode("utf-8", "replace")
        verb, _, rest = said.partition(" ")
        self._host.hear(verb if verb.upper() == "AUTH" else said)
        handler = self._verbs.get(verb.upper())
        if handler is None or _NOT_A_COMMAND.search(said):
            return "500 5.5.2 that is not a command"
        return await handler(rest)

    async def _ehlo(self, name: str) -> str:
        if not name:
            return "501 5.5.4 a name is needed"
        self._forget()
        answer = await self._scripted(Stage.EHLO) or "\r\n".join(
            (*(f"250-{offer}" for offer in ("sink", *self._offers())), "250 HELP")
        )
        self._is_greeted = answer.startswith("250")
        return answer

    def _offers(self) -> Sequence[str]:
        if self._host.starttls and not self._wire.is_secure:
            return (*self._host.extensions, "STARTTLS")
        if self._host.login:
            return (*self._host.extensions, "AUTH PLAIN LOGIN")
        return self._host.extensions

    async def _starttls(self, rest: str) -> str:
        if rest or self._host.starttls is None or self._wire.is_secure:
            return NOT_NOW
        answer = await self._scripted(Stage.STARTTLS)
        if answer is None:
            await self._wire.secure(self._host.starttls, "220 2.0.0 go ahead")
            self._is_greeted = False
            return await self._command(await self._wire.line())
        return answer

    async def _auth(self, rest: str) -> str:
        if not any(offer.startswith("AUTH") for offer in self._offers()):
            return "503 5.5.1 not offered"
        if self._is_known or not self._is_greeted:
            return NOT_NOW
        if answer := await self._scripted(Stage.AUTH):
            return answer
        try:
            given = await self._credentials(*rest.split(" "))
        except (binascii.Error, UnicodeDecodeError, TypeError, ValueError):
            return "501 5.5.2 that cannot be read"
        self._is_known = given == self._host.login
        return "235 2.7.0 welcome" if self._is_known else "535 5.7.8 credentials not accepted"

    async def _credentials(self, method: str, initial: str = "") -> tuple[str, str]:
        if method.upper() == "LOGIN":
            name = _plain(initial or await self._challenge("VXNlcm5hbWU6"))
            return name, _plain(await self._challenge("UGFzc3dvcmQ6"))
        if method.upper() != "PLAIN":
            raise ValueError("unknown method")
        _, name, password = _plain(initial or await self._challenge("")).split("\0")
        return name, password

    async def _challenge(self, text: str) -> str:
        self._wire.say(f"334 {text}")
        return (await self._wire.line()).decode()

    async def _mail(self, rest: str) -> str:
        if refusal := self._may_not_mail():
            return refusal
        found = _PATH.fullmatch(rest)
        if found is None or found.group(1).upper() != "FROM":
            return "501 5.5.4 MAIL FROM:<address> is needed"
        sender, options = found.group(2), found.group(3).upper().split()
        if fault := self._bad_options(options, _MAIL_OPTION):
            return fault
        self._is_utf8 = "SMTPUTF8" in options
        self._is_8bit = self._is_utf8 or "BODY=8BITMIME" in options
        answer = self._bad_address(sender) or await self._scripted(Stage.MAIL, sender)
        if answer is None:
            self._sender = sender
        return answer or "250 2.1.0 OK"

    def _may_not_mail(self) -> str | None:
        if self._host.starttls and not self._wire.is_secure:
            return "530 5.7.0 Must issue a STARTTLS command first"
        if not self._is_greeted or self._sender is not None:
            return NOT_NOW
        return None if self._is_known else "530 5.7.0 Authentication required"

    def _bad_options(self, options: Sequence[str], allowed: re.Pattern[str]) -> str | None:
        for option in options:
            is_dsn = "DSN" in self._host.extensions and _DSN_OPTION.fullmatch(option)
            if not is_dsn and not allowed.fullmatch(option):
                return "555 5.5.4 unknown parameter"
            if option.startswith("SIZE=") and int(option[5:]) > MAIL_BYTES:
                return "552 5.3.4 too large"
        return None

    def _bad_address(self, address: str) -> str | None:
        if not address.isascii() and not self._is_utf8:
            return "553 5.6.7 SMTPUTF8 was not announced"
        return None if _ADDRESS.fullmatch(address) else "553 5.1.3 that is not an address"

    async def _rcpt(self, rest: str) -> str:
        found = _PATH.fullmatch(rest)
        if self._sender is None:
            return NOT_NOW
        if found is None or found.group(1).upper() != "TO":
            return "501 5.5.4 RCPT TO:<address> is needed"
        if len(self._recipients) >= RECIPIENTS:
            return "452 4.5.3 too many recipients"
        recipient, options = found.group(2), found.group(3).upper().split()
        answer = (
            self._bad_options(options, re.compile("(?!)"))
            or self._bad_address(recipient)
            or await self._scripted(Stage.RCPT, recipient)
        )
        if answer is None:
            self._recipients.append(recipient)
        return answer or "250 2.1.5 OK"

    async def _data(self, rest: str) -> str:
        began_at = clock.monotonic()
        if rest or not self._recipients:
            return NOT_NOW
        if answer := await self._scripted(Stage.DATA, *self._recipients):
            return answer
        self._wire.say("354 go ahead")
        await self._wire.flush()
        if answer := await self._scripted(Stage.BODY, *self._recipients):
            await self._wire.hang_up(answer)
        raw = await self._wire.mail()
        envelope = self._sender or "", tuple(self._recipients), raw, self._number
        fault = self._fault(raw)
        self._forget()
        return fault or await self._accept(Delivered(*envelope, began_at, clock.monotonic()))

    async def _accept(self, mail: Delivered) -> str:
        script = self._host.next_script(Stage.DOT, (*mail.recipients, "*"))
        if script is None or script.do is not Act.REPLY or script.reply.startswith("2"):
            await self._host.keep(mail)
        answer = await self._follow(script) if script else None
        return answer or f"250 2.0.0 OK: kept as {self._number}"

    def _fault(self, raw: bytes) -> str | None:
        if not raw.count(b"\r\n") == raw.count(b"\r") == raw.count(b"\n"):
            return "554 5.6.0 a line ends without CRLF"
        if max(map(len, raw.split(b"\r\n"))) > LINE_BYTES:
            return "554 5.6.0 a line is too long"
        if not raw.isascii() and not self._is_8bit:
            return "554 5.6.3 8-bit mail was not announced"
        return None

    async def _rset(self, _: str) -> str:
        self._forget()
        return OK

    async def _noop(self, _: str) -> str:
        return OK

    async def _quit(self, _: str) -> str:
        return "221 2.0.0 bye"

    def _forget(self) -> None:
        self._sender = None
        self._recipients = []
        self._is_utf8 = self._is_8bit = False

    async def _scripted(self, stage: Stage, *keys: str) -> str | None:
        script = self._host.next_script(stage, (*keys, "*"))
        return await self._follow(script) if script else None

    async def _follow(self, script: Script) -> str | None:
        # Gives the answer the script wants instead of the normal one, if any.
        if script.do is Act.REPLY:
            return script.reply
        await self._wire.flush()
        if script.do is Act.DROP:
            raise HungUp
        if script.do is Act.HANG:
            await asyncio.Event().wait()
        await asyncio.sleep(script.seconds)
        return None


def _plain(encoded: str) -> str:
    return base64.b64decode(encoded, validate=True).decode()
