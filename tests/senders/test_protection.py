"""How a mail server is spoken to when nobody said so in words."""

import pytest

from pomelo.senders import TlsMode, is_loopback, protection


@pytest.mark.parametrize(
    ("host", "port", "is_tls", "expected"),
    [
        ("smtp.piedpiper.com", 465, None, TlsMode.TLS),
        ("imap.piedpiper.com", 993, None, TlsMode.TLS),
        ("smtp.piedpiper.com", 587, None, TlsMode.STARTTLS),
        ("smtp.piedpiper.com", 25, None, TlsMode.STARTTLS),
        ("smtp.piedpiper.com", 587, True, TlsMode.TLS),
        ("smtp.piedpiper.com", 465, False, TlsMode.STARTTLS),
        ("127.0.0.1", 2525, None, TlsMode.NONE),
        ("127.0.0.1", 587, False, TlsMode.NONE),
        ("127.0.0.1", 465, None, TlsMode.TLS),
        ("localhost", 1025, True, TlsMode.TLS),
        ("10.0.0.7", 25, False, TlsMode.STARTTLS),
    ],
)
def test_nothing_leaves_this_machine_in_clear(
    host: str, port: int, is_tls: bool | None, expected: TlsMode
) -> None:
    assert protection(host, port, is_tls) is expected


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("127.0.0.1", True),
        ("127.8.9.10", True),
        ("::1", True),
        ("[::1]", True),
        ("LocalHost.", True),
        ("localhost.piedpiper.com", False),
        ("127.0.0.1.piedpiper.com", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_only_what_looks_like_this_machine_is_this_machine(host: str, is_here: bool) -> None:
    assert is_loopback(host) is is_here
