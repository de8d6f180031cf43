"""Whether a mail server lets a sender in: tried before a mail depends on it.

What is wrong is said in our own words and the server's numbers, never in what it sent.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pomelo.base.errors import Invalid
from pomelo.base.outgoing import Guard
from pomelo.base.tls import trusted
from pomelo.base.vault import Vault
from pomelo.messages import Reply, Stage
from pomelo.senders import LogInKind, LookUp, OAuth, Server, look_up_exchangers
from pomelo.smtp.opening import LOCAL_HOSTNAME, SmtpServer, Timeouts
from pomelo.smtp.outcomes import Reason, Unreachable
from pomelo.smtp.session import Session

# All stages together: somebody sits and waits for the answer.
CHECK_SECONDS: Final = 30.0
# What to do about a log-in that is refused.
CHECK_LOG_IN: Final = "check login and password"
CHECK_LEAVE: Final = "let its provider allow SMTP for the account, and connect it again"


@dataclass(frozen=True, kw_only=True)
class MailAccess:
    """What it takes to reach the mail servers of senders.

    Args:
        vault: Reads their passwords.
        guard: Says which hosts may be reached.
        context: Which certificates are trusted.
        timeouts: Of the SMTP stages.
        oauth: Renews the tokens of those that are connected to their provider.
        look_up: Asks where a domain takes its mail, to find the provider of a new one.
    """

    vault: Vault
    guard: Guard
    context: ssl.SSLContext = field(default_factory=trusted)
    timeouts: Timeouts = field(default_factory=Timeouts)
    oauth: OAuth = field(default_factory=OAuth)
    look_up: LookUp = look_up_exchangers


def dialled(server: Server, address: str) -> SmtpServer:
    """Give a sender's server as a session takes it.

    Args:
        server: Where, and as whom.
        address: The one address that the guard lets us dial.
    """
    return SmtpServer(
        host=server.host,
        port=server.port,
        tls=server.tls,
        login=server.login,
        password=server.password,
        is_token=server.kind is LogInKind.XOAUTH2,
        address=address,
        local_hostname=LOCAL_HOSTNAME,
    )


async def find_smtp_fault(server: Server, access: MailAccess) -> str | None:
    """Connect to a mail server and log in, as sending does.

    Args:
        server: Where, and as whom.
        access: What it takes; the guard is asked anew.

    Returns:
        None when it works, else a sentence that says what to do.
    """
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            address = await access.guard.resolve(server.host, server.port)
            return await _try(server, address, access)
    except Invalid as refused:
        return str(refused)
    except TimeoutError:
        return fault_words(Reason.TIMED_OUT, server)


async def _try(server: Server, address: str, access: MailAccess) -> str | None:
    session = Session(dialled(server, address), context=access.context, timeouts=access.timeouts)
    opened = await session.open()
    if isinstance(opened, Unreachable):
        return fault(opened, server)
    await session.close()
    return None


def fault(found: Unreachable, server: Server) -> str:
    """Say why a server could not be talked to."""
    if found.reply is not None:
        what = CHECK_LEAVE if server.kind is LogInKind.XOAUTH2 else CHECK_LOG_IN
        return _refused(found.reply, found.stage, what if found.is_auth else "")
    if found.reason is Reason.REFUSED and found.detail:
        return found.detail
    said = fault_words(found.reason, server)
    return f"{said} ({found.detail})" if found.detail else said


def _refused(reply: Reply, stage: Stage, what_to_do: str) -> str:
    number = f"{reply.code} {reply.enhanced or ''}".rstrip()
    if what_to_do:
        return f"The server refuses the log-in ({number}); {what_to_do}."
    return f"The server refuses at the stage {stage} ({number}); ask its provider why."


def fault_words(reason: Reason, server: Server) -> str:
    """Say what a class of trouble means, and what to do about it."""
    return _WORDS[reason](f"{server.host}:{server.port}")


def _says(text: str) -> Callable[[str], str]:
    return lambda where: text.replace("HERE", where)


_WORDS: Final[dict[Reason, Callable[[str], str]]] = {
    Reason.REPLY: _says("HERE refuses; ask its provider why."),
    Reason.REFUSED: _says("HERE may not be reached; choose a host on the public Internet."),
    Reason.UNRESOLVED: _says("HERE cannot be found; check the spelling of the host."),
    Reason.UNREACHABLE: _says("Nothing answers at HERE; check host and port."),
    Reason.TIMED_OUT: _says("HERE did not answer in time; check host, port and firewalls."),
    Reason.CLOSED: _says("HERE hung up; check the port and whether it wants TLS."),
    Reason.GARBLED: _says("What answers at HERE is no mail server of this kind; check the port."),
    Reason.BAD_CERTIFICATE: _says(
        "The certificate of HERE is not trusted; use the host name that it was made for."
    ),
    Reason.TLS_FAILED: _says(
        "HERE and we cannot agree on TLS; 465 and 993 want TLS at once, 587 and 143 STARTTLS."
    ),
    Reason.NO_STARTTLS: _says("HERE offers no encryption; use a port that does, such as 465."),
    Reason.NO_LOGIN: _says("HERE offers no log-in that we know; use another port or host."),
    Reason.NOT_LOOPBACK: _says("HERE is another machine; without TLS only this one is reached."),
}
