"""A mail taken apart into its MIME parts, at most 100 of them and 10 deep.

The standard parser recurses once a level and looks at every line once a level; this one
searches for delimiters instead, so 3,000 nested multiparts cost what 10 do.
"""

from collections.abc import Iterator
from email.message import Message
from email.policy import compat32
from typing import Final

from msgspec import Struct

from pomelo.inbound.mime import headers
from pomelo.inbound.mime.headers import Fields
from pomelo.inbound.mime.texts import decode, transfer_decode

MESSAGE_BYTES: Final = 2 * 1024 * 1024
PARTS: Final = 100
DEPTH: Final = 10
BOUNDARY_CHARACTERS: Final = 200
REBUILT_BYTES: Final = 64 * 1024

_ENCLOSED: Final = frozenset({"message/rfc822", "message/global", "message/news"})


class Part(Struct, frozen=True):
    """One MIME part: its fields, its type, and either its parts or its encoded body."""

    fields: Fields
    content_type: str
    parameters: dict[str, str]
    body: bytes = b""
    parts: tuple["Part", ...] = ()

    def first(self, name: str) -> str:
        """Give the first field of a lower-case name, or an empty string."""
        return headers.first(self.fields, name)

    def content(self) -> bytes:
        """Give the body with its transfer encoding undone, at most 256 kB."""
        return transfer_decode(self.body, self.first("content-transfer-encoding"))

    def text(self) -> str:
        """Give the body as text, every line end a line feed."""
        text = decode(self.content(), self.parameters.get("charset", ""))
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def is_attachment(self) -> bool:
        """Tell whether its sender meant it to be saved rather than shown."""
        return self.first("content-disposition").lower().startswith("attachment")


def take_apart(raw: bytes) -> Part:
    """Take a whole mail apart; larger than 2 MB, its end is not looked at.

    Source:
        RFC 2045, RFC 2046 section 5.1; a postmark line of mbox files is skipped.
    """
    raw = raw[:MESSAGE_BYTES].replace(b"\r\n", b"\n")
    if raw.startswith((b"From ", b">From ")):
        raw = raw.partition(b"\n")[2]
    return _Splitter().part(raw, depth=0)


class _Splitter:
    """Counts the parts of one mail while it takes them apart."""

    def __init__(self) -> None:
        self._left = PARTS

    def part(self, raw: bytes, depth: int, default: str = "text/plain") -> Part:
        self._left -= 1
        head, body = _split_head(raw)
        fields = headers.read_fields(head)
        if not fields and depth == 0:
            body = raw
        kind, parameters = headers.parameters(headers.first(fields, "content-type") or default)
        if depth < DEPTH:
            parts = tuple(self._inner(kind, parameters, body, fields=fields, depth=depth + 1))
            if parts:
                return Part(fields, kind, parameters, parts=parts)
        return Part(fields, kind, parameters, body=body)

    def _inner(
        self, kind: str, parameters: dict[str, str], body: bytes, *, fields: Fields, depth: int
    ) -> Iterator[Part]:
        if kind in _ENCLOSED and self._left > 0:
            encoding = headers.first(fields, "content-transfer-encoding")
            yield self.part(transfer_decode(body, encoding, len(body)), depth)
        elif kind.startswith("multipart/"):
            default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
            boundary = parameters.get("boundary", "")[:BOUNDARY_CHARACTERS]
            for piece in _between(body, boundary.encode()) if boundary else ():
                if self._left <= 0:
                    return
                yield self.part(piece, depth, default)


def _split_head(raw: bytes) -> tuple[bytes, bytes]:
    if raw.startswith(b"\n"):
        return b"", raw[1:]
    head, _, body = raw.partition(b"\n\n")
    return head, body


def _between(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """Give what stands between delimiter lines; a missing last one ends at the end."""
    start: int | None = None
    for begin, end, is_last in _delimiters(body, b"--" + boundary):
        if start is not None:
            yield body[start : max(start, begin - 1)]
        if is_last:
            return
        start = end
    if start is not None:
        yield body[start:]


def _delimiters(body: bytes, delimiter: bytes) -> Iterator[tuple[int, int, bool]]:
    """Find delimiter lines: where each begins, where the next line does, whether it is last."""
    place = 0 if body.startswith(delimiter) else _line_with(body, delimiter, 0)
    while place >= 0:
        after = place + len(delimiter)
        line_end = body.find(b"\n", after)
        end = len(body) if line_end < 0 else line_end + 1
        rest = body[after : min(end, after + 100)].strip()
        if rest in {b"", b"--"}:
            yield place, end, rest == b"--"
        place = _line_with(body, delimiter, after)


def _line_with(body: bytes, delimiter: bytes, start: int) -> int:
    before = body.find(b"\n" + delimiter, start)
    return before + 1 if before >= 0 else -1


def walk(part: Part, *, enclosed: bool = True) -> Iterator[Part]:
    """Give a part and all within it, on request without what enclosed mails hold."""
    yield part
    if enclosed or part.content_type not in _ENCLOSED:
        for inner in part.parts:
            yield from walk(inner, enclosed=enclosed)


def is_enclosed_mail(part: Part) -> bool:
    """Tell whether a part is a whole mail in a mail."""
    return part.content_type in _ENCLOSED


def as_message(part: Part) -> Message:
    """Rebuild a part as the standard library's message, the first 64 kB of each body."""
    message = Message(policy=compat32)
    for name, value in part.fields:
        message[name] = value.encode("ascii", "replace").decode("ascii")
    if part.parts:
        message.set_payload([as_message(inner) for inner in part.parts])
    else:
        message.set_payload(part.body[:REBUILT_BYTES].decode("ascii", "surrogateescape"))
    return message
