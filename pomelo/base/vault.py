"""The secret key: what it encrypts, signs and how a process recognises the same one."""

import base64
import binascii
import secrets
from typing import Final

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pomelo.base.errors import Invalid, PomeloError

KEY_BYTES: Final = 32


class SecretKeyInvalid(PomeloError):
    """The secret key that is set must be 32 bytes in base64url; unset it to have one made."""

    def __init__(self) -> None:
        super().__init__(
            "The secret key that is set (POMELO_SECRET_KEY, or secret_key in pomelo.toml) must be"
            " 32 bytes in base64url; make one by `openssl rand -base64 32`, or unset it to have one"
            " made."
        )


class SecretUnreadable(PomeloError):
    """A stored password was encrypted with another secret key; set the sender's password again."""


class SecretNotText(Invalid):
    """A password or another secret must be text in UTF-8; this one holds other bytes."""


def new_key() -> str:
    """Make a secret key, as it is written in the setting."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


class Vault:
    """Keys derived from the one secret key, a purpose each.

    Args:
        key: 32 bytes in base64url, padded or not.

    Raises:
        SecretKeyInvalid: It is something else.
    """

    def __init__(self, key: str) -> None:
        try:
            raw = base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
        except (binascii.Error, ValueError):
            raise SecretKeyInvalid from None
        if len(raw) != KEY_BYTES:
            raise SecretKeyInvalid
        self._raw = raw
        self._fernet = Fernet(base64.urlsafe_b64encode(self._derive("encryption")))

    def encrypt(self, owner: str, text: str) -> bytes:
        """Encrypt a secret for its owner's row; in another row it cannot be read.

        Raises:
            SecretNotText: It holds bytes that are no UTF-8, as the command line hands them on.
        """
        try:
            return self._fernet.encrypt(f"{owner}\0{text}".encode())
        except UnicodeEncodeError:
            raise SecretNotText from None

    def decrypt(self, owner: str, blob: bytes) -> str:
        """Read back what `encrypt` made for the same owner.

        Raises:
            SecretUnreadable: Another key or another owner.
        """
        try:
            kept, _, text = self._fernet.decrypt(blob).decode().partition("\0")
        except InvalidToken:
            raise SecretUnreadable from None
        if kept != owner:
            raise SecretUnreadable
        return text

    def signing_secret(self) -> bytes:
        """Give the 32 bytes that sign public links and Message-IDs."""
        return self._derive("links")

    def fingerprint(self) -> str:
        """Give a name for the key that tells nothing of it."""
        return self._derive("fingerprint").hex()[:16]

    def _derive(self, purpose: str) -> bytes:
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"pomelo {purpose}".encode()).derive(
            self._raw
        )
