"""DKIM: what we sign, an independent verifier accepts; what is changed, it does not."""

from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pomelo.base import ids
from pomelo.letters import Envelope, Letter, StepContent, Thread, compose, header_id
from pomelo.letters.dkim import (
    DkimKey,
    DkimKeyInvalid,
    DkimSelectorInvalid,
    new_pem,
    read_key,
    record,
    sign,
)
from pomelo.tracking import Signer

SIGNER = Signer(b"s" * 32)
RSA = new_pem()
ED25519 = (
    Ed25519PrivateKey.generate()
    .private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    .decode()
)


def mail() -> bytes:
    message = ids.message()
    letter = Letter.compile(
        StepContent(
            subject="Hällo {{firstName}}",
            message="<p>Hi  {{firstName}} \t </p>\n\n<p><a href='https://a.example/'>x</a></p>\n\n",
            track_opens=True,
            track_clicks=True,
        )
    )
    envelope = Envelope(
        message_id=message,
        header_id=header_id(message, "piedpiper.example", SIGNER),
        sender_email="jared@piedpiper.example",
        sender_name="Jared Dünn",
        signature="",
        recipient="richard@hooli.example",
        recipient_name="Richard",
        values={"firstName": "Richard"},
        base_url="https://track.example",
        date=datetime(2026, 3, 10, 9, 0, tzinfo=UTC),
        thread=Thread("<a@b.example>", ("<a@b.example>",) * 12, "Hello"),
        rehearsal_to=None,
    )
    return compose(letter, envelope, SIGNER).raw


def is_verified(raw: bytes, key: DkimKey) -> bool:
    name, text = record(key)

    def dns(asked: bytes, timeout: int = 5) -> bytes:
        assert asked.rstrip(b".") == name.encode()
        return text.encode()

    return bool(dkim.verify(raw, dnsfunc=dns))


@pytest.mark.parametrize("pem", [RSA, ED25519], ids=["rsa", "ed25519"])
def test_a_signed_mail_is_verified_by_others(pem: str) -> None:
    key = read_key(pem, "piedpiper.example", "pomelo1")

    signed = sign(mail(), key)

    assert signed.startswith(b"DKIM-Signature: v=1;")
    assert max(len(line) for line in signed.split(b"\r\n")) <= 998
    assert is_verified(signed, key)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"https://track.example", b"https://evil.example!"),
        (b"List-Unsubscribe-Post: ", b"List-Unsubscribe-Post: x"),
        (b"\r\nFrom: ", b"\r\nFrom: evil@evil.example\r\nFrom: "),
        (b"In-Reply-To: <a@", b"In-Reply-To: <z@"),
    ],
)
def test_a_changed_mail_is_not(was: bytes, becomes: bytes) -> None:
    key = read_key(RSA, "piedpiper.example", "pomelo1")
    signed = sign(mail(), key)
    assert was in signed

    assert not is_verified(signed.replace(was, becomes, 1), key)


def test_white_space_that_servers_change_on_the_way_does_no_harm() -> None:
    key = read_key(RSA, "piedpiper.example", "pomelo1")
    signed = sign(mail(), key)

    assert is_verified(signed.replace(b"\r\nSubject: ", b"\r\nSubject:   ") + b"\r\n\r\n", key)


@pytest.mark.parametrize("pem", ["", "hello", RSA.replace("PRIVATE", "PUBLIC")])
def test_what_is_no_key_is_refused(pem: str) -> None:
    with pytest.raises(DkimKeyInvalid):
        read_key(pem, "piedpiper.example", "pomelo1")


@pytest.mark.parametrize("selector", ["", "a.b", "-a", "a b", "ä", "a" * 64])
def test_a_selector_is_a_dns_label(selector: str) -> None:
    with pytest.raises(DkimSelectorInvalid):
        read_key(RSA, "piedpiper.example", selector)
