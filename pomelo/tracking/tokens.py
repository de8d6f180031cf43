"""Signed tokens in public links: which message, which link, and that we made it.

They carry no address and no destination; whoever holds one learns nothing from it.
"""

import binascii
import hashlib
import hmac
import re
import struct
from functools import lru_cache
from typing import Final

from pomelo.base import ids
from pomelo.base.ids import MessageId

OPEN: Final = "o"
CLICK: Final = "c"
UNSUBSCRIBE: Final = "u"
# Names a message in mail headers: Message-ID, and our own header that bounces bring back.
MESSAGE: Final = "m"
# Stands in our header in its place where a mailbox was only tried out: no ledger has such a mail.
CHECK: Final = "k"
KINDS: Final = (OPEN, CLICK, UNSUBSCRIBE, MESSAGE, CHECK)

LENGTH: Final = 40
_MAC_BYTES: Final = 12
_BLOCK_BYTES: Final = 64
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{40}")
_PAYLOAD: Final = struct.Struct(">16sH")
_TO_BASE64: Final = str.maketrans("-_", "+/")
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
# A mail signs half a dozen tokens for one message.
_packed: Final = lru_cache(maxsize=64)(ids.to_bytes)


class Signer:
    """Makes tokens and recognises its own.

    Args:
        secret: The installation's secret key; each kind gets a key of its own from it.
    """

    def __init__(self, secret: bytes) -> None:
        self._macs = {
            kind: _Mac(hmac.digest(secret, b"pomelo public link " + kind.encode(), "sha256"), kind)
            for kind in KINDS
        }

    def sign(self, kind: str, message_id: MessageId, link: int = 0) -> str:
        """Make a token.

        Args:
            kind: One of `KINDS`.
            message_id: The mail it stands in.
            link: The link's number, 1 to 65,535; 0 where there is none.

        Returns:
            40 characters of base64url: 16 bytes message, 2 bytes link, 12 bytes HMAC-SHA256.
        """
        payload = _PAYLOAD.pack(_packed(message_id), link)
        token = binascii.b2a_base64(payload + self._mac(kind, payload), newline=False)
        return token.translate(_TO_URL).decode("ascii")

    def verify(self, kind: str, token: str) -> tuple[MessageId, int] | None:
        """Read a token of one kind.

        Returns:
            The message and the link's number; nothing when it is not ours, is of another
            kind, or is spelled in any other way than `sign` spells it.
        """
        if kind not in self._macs or not _TOKEN.fullmatch(token):
            return None
        raw = binascii.a2b_base64(token.translate(_TO_BASE64))
        payload, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(kind, payload)):
            return None
        packed, link = _PAYLOAD.unpack(payload)
        return MessageId(ids.from_bytes("msg", packed)), link

    def _mac(self, kind: str, payload: bytes) -> bytes:
        return self._macs[kind](payload)[:_MAC_BYTES]


def message_of(header_id: str, signer: Signer) -> MessageId | None:
    """Give the message that one of our Message-IDs names, or nothing."""
    found = signer.verify(MESSAGE, token_of(header_id))
    return found[0] if found else None


def token_of(header_id: str) -> str:
    """Give the signed part of a Message-ID; delivery reports bring it back as envelope id."""
    return header_id.strip("<> \t").partition("@")[0]


class _Mac:
    """HMAC-SHA256 under one key of texts that begin alike, which is hashed once.

    Source:
        RFC 2104, 4.
    """

    def __init__(self, key: bytes, beginning: str) -> None:
        block = key.ljust(_BLOCK_BYTES, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._inner.update(beginning.encode())
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def __call__(self, text: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(text)
        outer.update(inner.digest())
        return outer.digest()
