"""Why a mailbox cannot be read, said in our words, and what only a person can mend."""

import imaplib
import ssl

import pytest

from pomelo.base.errors import Unavailable
from pomelo.base.outgoing import HostRefused, HostUnknown
from pomelo.base.vault import SecretUnreadable
from pomelo.inbound.mailboxes.troubles import LogInRefused, NotGiven, is_passing, trouble
from pomelo.senders import Provider, ReconnectNeeded, Server, TlsMode

SERVER = Server("imap.piedpiper.com", 993, TlsMode.TLS, "jared", "canary")


@pytest.mark.parametrize(
    ("error", "said", "is_refused"),
    [
        (LogInRefused(), "refuses the log-in", True),
        (HostRefused(), "not on the public Internet", True),
        (HostUnknown(), "cannot be found", False),
        (SecretUnreadable(), "another secret key", True),
        (ReconnectNeeded(Provider.GOOGLE, "jared@piedpiper.com"), "Reconnect needed", True),
        (Unavailable(), "database is away", False),
        (NotGiven(), "does not give a mail", False),
        (ssl.SSLCertVerificationError("canary"), "is not trusted", False),
        (TimeoutError("canary"), "did not answer in time", False),
        (ConnectionRefusedError("canary"), "Nothing answers", False),
        (ConnectionResetError("canary"), "hung up", False),
        (imaplib.IMAP4.abort("canary"), "hung up", False),
        (imaplib.IMAP4.error("canary"), "refuses", False),
        (ValueError("canary"), "is no mail server of this kind", False),
    ],
)
def test_a_trouble_is_said_in_our_words(error: Exception, said: str, is_refused: bool) -> None:
    found = trouble(error, SERVER)

    assert said in found.sentence
    assert found.is_refused is is_refused
    assert "canary" not in found.sentence


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (imaplib.IMAP4.abort("socket error: EOF"), True),
        (TimeoutError(), True),
        (imaplib.IMAP4.error("fetch failed: [UNAVAILABLE] later"), True),
        (imaplib.IMAP4.error("fetch failed: [THROTTLED] slow down"), True),
        (imaplib.IMAP4.error("fetch failed: this mail is broken"), False),
        (ValueError("not parsed"), False),
    ],
)
def test_the_moment_is_told_from_the_mail(error: Exception, passes: bool) -> None:
    assert is_passing(error) is passes
