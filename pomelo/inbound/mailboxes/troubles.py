"""Why a mailbox cannot be read, in a sentence of our own: never in what a server sent."""

import imaplib
import ssl
from typing import Final

from pomelo.base.errors import Invalid, PomeloError
from pomelo.base.outgoing import HostUnknown
from pomelo.base.vault import SecretUnreadable
from pomelo.inbound.imap import LEAVE_REFUSED, LOG_IN_REFUSED
from pomelo.senders import LogInKind, ProviderNotSet, ReconnectNeeded, Server
from pomelo.smtp import Reason, fault_words

NO_SERVER: Final = "No IMAP server is known; give imap_host, or choose pipe or none for replies."
NO_SENT_SERVER: Final = (
    "No IMAP server is known; give it: `pomelo sender set ADDRESS --imap-host HOST`."
)

NOT_GIVEN: Final = "The server does not give a mail that it has; it is asked again."


class Garbled(Exception):
    """The server says what no server of mail says."""


class NotGiven(Exception):
    """The server names a mail and does not give it, asked for it alone."""


class LogInRefused(Exception):
    """The server does not let us in."""


class LeaseLost(Exception):
    """Somebody else reads the mailbox now."""


class Trouble(Exception):
    """Reading ended, for now.

    Args:
        sentence: What is wrong and what to do.
        is_refused: The log-in was refused, which only a person can mend.
    """

    def __init__(self, sentence: str, *, is_refused: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_refused = is_refused


# The first that fits; many of them are OSErrors, and an abort is an error.
_WHY: Final[tuple[tuple[type[Exception], Reason], ...]] = (
    (ssl.SSLCertVerificationError, Reason.BAD_CERTIFICATE),
    (ssl.SSLError, Reason.TLS_FAILED),
    (TimeoutError, Reason.TIMED_OUT),
    (ConnectionRefusedError, Reason.UNREACHABLE),
    (ConnectionError, Reason.CLOSED),
    (OSError, Reason.UNREACHABLE),
    (imaplib.IMAP4.abort, Reason.CLOSED),
    (imaplib.IMAP4.error, Reason.REPLY),
)
# Refused for now, not for what or who asked (RFC 5530 3; the last is a provider's own).
_NOT_NOW: Final = (
    "[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[CONTACTADMIN]", "[OVERQUOTA]",
    "[EXPUNGEISSUED]", "[THROTTLED]",
)  # fmt: skip


# What only a person can mend.
_LASTING: Final = (Invalid, SecretUnreadable, ReconnectNeeded, ProviderNotSet)


def is_passing(error: BaseException) -> bool:
    """Tell whether the connection or the moment is to blame, and not what was asked for."""
    is_lost = isinstance(error, OSError | imaplib.IMAP4.abort)
    return is_lost or any(code in str(error).upper() for code in _NOT_NOW)


def trouble(error: Exception, server: Server | None) -> Trouble:
    """Say what an error means."""
    if isinstance(error, Trouble):
        return error
    if isinstance(error, LogInRefused):
        is_leave = server is not None and server.kind is LogInKind.XOAUTH2
        return Trouble(LEAVE_REFUSED if is_leave else LOG_IN_REFUSED, is_refused=True)
    if isinstance(error, PomeloError):
        # A name that nobody knows now, or our own database: another moment may be better.
        is_lasting = isinstance(error, _LASTING)
        return Trouble(str(error), is_refused=is_lasting and not isinstance(error, HostUnknown))
    if server is None:
        raise error
    if isinstance(error, NotGiven):
        return Trouble(NOT_GIVEN)
    reason = next((why for kind, why in _WHY if isinstance(error, kind)), Reason.GARBLED)
    return Trouble(fault_words(reason, server))
