"""What an operation may give back beside a struct, a list or a dict (those become JSON)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from pomelo.base.moments import Moment, moment

__all__ = [
    "CSV",
    "JSON",
    "TEXT",
    "Csv",
    "FileAnswer",
    "Headers",
    "Json",
    "Moment",
    "Raw",
    "Stream",
    "Text",
    "attachment",
    "moment",
]

JSON: Final = "application/json"
TEXT: Final = "text/plain; charset=utf-8"
CSV: Final = "text/csv; charset=utf-8"

Headers = tuple[tuple[str, str], ...]


class Text(msgspec.Struct, frozen=True):
    """A sentence."""

    text: str
    status: int = 200


class Json(msgspec.Struct, frozen=True):
    """JSON with another status than the operation's."""

    value: object
    status: int = 200
    headers: Headers = ()


class Csv(msgspec.Struct, frozen=True):
    """A CSV file that is made while it is sent; left alone when the client leaves."""

    filename: str
    chunks: AsyncIterator[bytes]


class Stream(msgspec.Struct, frozen=True):
    """An answer that is made while it is sent, and is no file to be saved."""

    chunks: AsyncIterator[bytes]
    media: str = JSON


class FileAnswer(msgspec.Struct, frozen=True):
    """A file of the disk, sent as an attachment; parts of it may be asked for (RFC 9110 14)."""

    path: Path
    filename: str
    media: str = CSV


class Raw(msgspec.Struct, frozen=True):
    """Bytes as they are."""

    body: bytes
    media: str
    headers: Headers = ()
    status: int = 200


def attachment(filename: str) -> str:
    """Write a Content-Disposition that no file name can break out of.

    Source:
        RFC 6266 4.3 (both forms), RFC 8187 (the encoded one).
    """
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
