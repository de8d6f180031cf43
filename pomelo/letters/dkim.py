"""Signs mails with DKIM, for mail hosts that do not sign themselves.

Source:
    RFC 6376 (relaxed/relaxed), RFC 8301 (RSA-2048, SHA-256), RFC 8463 (Ed25519).
"""

import base64
import hashlib
import re
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from pomelo.base.errors import Invalid

RSA_BITS: Final = 2048
WIDTH: Final = 72
# Signed where present; From once more than it stands there, so that none can be added.
SIGNED: Final = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
_BLANKS: Final = re.compile(rb"[ \t]+")
_FOLD: Final = re.compile(rb"\r\n[ \t]+")
_SELECTOR: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


class DkimKeyInvalid(Invalid):
    """This is no DKIM key; give an unencrypted RSA (2,048 bits or more) or Ed25519 key as PEM."""


class DkimSelectorInvalid(Invalid):
    """A DKIM selector is a DNS label of letters, digits and hyphens, such as pomelo1."""


class DkimKey(msgspec.Struct, frozen=True):
    """What a domain signs with.

    Attributes:
        domain: The domain of the sender's address, in A-labels.
        selector: Names the key below `_domainkey` of the domain.
        private: RSA or Ed25519.
    """

    domain: str
    selector: str
    private: rsa.RSAPrivateKey | Ed25519PrivateKey


def read_key(pem: str, domain: str, selector: str) -> DkimKey:
    """Read a private key.

    Raises:
        DkimKeyInvalid: It is none we can sign with.
        DkimSelectorInvalid: The selector is no DNS label.
    """
    if not _SELECTOR.fullmatch(selector):
        raise DkimSelectorInvalid
    try:
        private = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        raise DkimKeyInvalid from None
    if isinstance(private, Ed25519PrivateKey):
        return DkimKey(domain, selector, private)
    if isinstance(private, rsa.RSAPrivateKey) and private.key_size >= RSA_BITS:
        return DkimKey(domain, selector, private)
    raise DkimKeyInvalid


def new_pem() -> str:
    """Make an RSA key that every verifier knows."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
    encoded = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return encoded.decode("ascii")


def record(key: DkimKey) -> tuple[str, str]:
    """Give the name and the text of the DNS TXT record that publishes a key."""
    name = f"{key.selector}._domainkey.{key.domain}"
    if isinstance(key.private, Ed25519PrivateKey):
        raw = key.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return name, f"v=DKIM1; k=ed25519; p={_base64(raw)}"
    der = key.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return name, f"v=DKIM1; k=rsa; p={_base64(der)}"


def sign(raw: bytes, key: DkimKey) -> bytes:
    """Put a signature before a mail.

    Args:
        raw: Headers and body, CRLF line ends.
        key: The sender's key.

    Returns:
        The mail with `DKIM-Signature` as its first header.
    """
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = _relaxed_fields(head + b"\r\n")
    names = [name for name in SIGNED if name in fields]
    is_rsa = isinstance(key.private, rsa.RSAPrivateKey)
    tags = (
        f"v=1; a={'rsa' if is_rsa else 'ed25519'}-sha256; c=relaxed/relaxed;\r\n"
        f" d={key.domain}; s={key.selector};\r\n"
        f" h={':'.join([*names, 'from'])};\r\n"
        f" bh={_base64(hashlib.sha256(_relaxed_body(body)).digest())};\r\n b="
    )
    unsigned = _relaxed_field(b"dkim-signature", tags.encode("ascii"))
    signed = b"".join(fields[name] for name in names) + unsigned.rstrip(b"\r\n")
    value = _folded(_base64(_signature(key, signed)))
    return f"DKIM-Signature: {tags}{value}\r\n".encode("ascii") + raw


def _signature(key: DkimKey, signed: bytes) -> bytes:
    if isinstance(key.private, Ed25519PrivateKey):
        return key.private.sign(hashlib.sha256(signed).digest())
    return key.private.sign(signed, padding.PKCS1v15(), SHA256())


def _relaxed_fields(head: bytes) -> dict[str, bytes]:
    """Canonicalise each header by its lower-case name (ours stand once each)."""
    fields = {}
    for line in _FOLD.sub(b" ", head).split(b"\r\n"):
        name, colon, value = line.partition(b":")
        if colon:
            fields[name.strip().lower().decode("ascii")] = _relaxed_field(name.lower(), value)
    return fields


def _relaxed_field(name: bytes, value: bytes) -> bytes:
    return name.strip() + b":" + _BLANKS.sub(b" ", _FOLD.sub(b" ", value)).strip() + b"\r\n"


def _relaxed_body(body: bytes) -> bytes:
    lines = [_BLANKS.sub(b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _folded(text: str) -> str:
    return "\r\n ".join(text[at : at + WIDTH] for at in range(0, len(text), WIDTH))
