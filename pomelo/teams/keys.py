"""How an API key is written: a prefix, 238 random bits, and a checksum against typing errors."""

import hashlib
import secrets
import zlib
from typing import Final

from pomelo.base.ids import ALPHABET

PREFIX: Final = "pml_"
RANDOM_LETTERS: Final = 40
CHECK_LETTERS: Final = 6
HINT_LETTERS: Final = 4


def new() -> str:
    """Make a key that nobody can guess."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LETTERS))
    return f"{PREFIX}{letters}{_check(letters)}"


def digest(key: str) -> bytes:
    """Give the SHA-256 under which a key is kept; no secret is ever compared."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()


def is_well_formed(key: str) -> bool:
    """Tell whether the checksum fits, without asking the database."""
    letters = key.removeprefix(PREFIX)[:RANDOM_LETTERS]
    return key == f"{PREFIX}{letters}{_check(letters)}" and len(letters) == RANDOM_LETTERS


def _check(letters: str) -> str:
    number = zlib.crc32(letters.encode())
    spelled = []
    for _ in range(CHECK_LETTERS):
        number, digit = divmod(number, len(ALPHABET))
        spelled.append(ALPHABET[digit])
    return "".join(spelled)
