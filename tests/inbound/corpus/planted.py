"""A planted mail with what is true of it, and how the bytes of mails are written."""

import base64
import quopri
from collections.abc import Iterable
from datetime import date, datetime
from email.utils import format_datetime
from typing import Final

from msgspec import Struct

from pomelo.inbound.model import MailKind
from pomelo.messages import ReplyClass
from tests.inbound.letters import HEADER_ID, LEAD, LINK_TOKEN, SENDER, TOKEN

LINE_CHARACTERS: Final = 76
WORD_BYTES: Final = 42

Lines = Iterable[tuple[str, str]]


class Planted(Struct, frozen=True, kw_only=True):
    """A mail and the truth about it.

    Attributes:
        name: Says how it was made.
        kind: What it is.
        language: Of its words, "en" for reports.
        server: Which program or habit shaped it.
        raw: Its bytes.
        reply_class: Of a bounce: why.
        failed: Of a report: the address of the lead that it must name.
        returns_on: Of an absence that says so: the first day back.
        says: Of a person's mail: their own words, without quotes and signature.
        answers: The subject of our mail.
    """

    name: str
    kind: MailKind
    language: str
    server: str
    raw: bytes
    reply_class: ReplyClass | None = None
    failed: str = ""
    returns_on: date | None = None
    says: str = ""
    answers: str


class Ours(Struct, frozen=True):
    """The mail of ours that others come back to."""

    subject: str
    footer: str
    at: datetime
    lead: str = LEAD
    sender: str = SENDER
    name: str = "Nora Quince"

    @property
    def text(self) -> str:
        """What it says."""
        return f"Hello Ada,\n\nis your press busy in May?\n\nNora\n\n{self.footer}"

    def fields(self) -> list[tuple[str, str]]:
        """Its header."""
        link = f"https://go.pomelo.example/t/u/{LINK_TOKEN}"
        return [
            ("From", f"{self.name} <{self.sender}>"),
            ("To", self.lead),
            ("Subject", encoded(self.subject)),
            ("Date", format_datetime(self.at)),
            ("Message-ID", HEADER_ID),
            ("X-Pomelo-Id", TOKEN),
            ("List-Unsubscribe", f"<{link}>, <mailto:{self.sender}?subject=unsubscribe>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("MIME-Version", "1.0"),
        ]

    def header(self) -> str:
        """Its header as text."""
        return head(self.fields())

    def whole(self) -> str:
        """All of it as text."""
        body = quoted_printable(self.text, "utf-8")
        kind = [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "quoted-printable"),
        ]
        return head([*self.fields(), *kind]) + "\n" + body


def head(lines: Lines) -> str:
    """Write header fields, folded where they are long."""
    return "".join(_folded(f"{name}: {value}") + "\n" for name, value in lines)


def _folded(line: str) -> str:
    kept, current = [], ""
    for word in line.split(" "):
        # Never right after the colon: an empty first line is legal, but few write it.
        is_full = len(current) + len(word) + 1 > LINE_CHARACTERS and not current.endswith(":")
        if current and is_full:
            kept.append(current)
            current = " " + word
        else:
            current = f"{current} {word}" if current else word
    return "\n".join([*kept, current])


def encoded(text: str, charset: str = "utf-8") -> str:
    """Write a field's text as encoded-words, where it is not plain."""
    if text.isascii() and charset != "iso-2022-jp":
        return text
    words, current = [], ""
    for character in text:
        if len((current + character).encode(charset)) > WORD_BYTES:
            words.append(current)
            current = ""
        current += character
    encoded_words = (
        f"=?{charset}?B?{base64.b64encode(word.encode(charset)).decode()}?="
        for word in [*words, current]
    )
    return " ".join(encoded_words)


def quoted_printable(text: str, charset: str) -> str:
    """Encode a text for lines of 76 characters."""
    return quopri.encodestring(text.encode(charset, "xmlcharrefreplace")).decode("ascii")


def in_base64(text: str, charset: str) -> str:
    """Encode a text as base64."""
    return base64.encodebytes(text.encode(charset, "xmlcharrefreplace")).decode("ascii")


def text_part(text: str, charset: str = "utf-8", subtype: str = "plain") -> str:
    """Write a text part, encoded as its charset wants."""
    fields = [("Content-Type", f"text/{subtype}; charset={charset}")]
    if charset in {"us-ascii", "iso-2022-jp"}:
        return (
            head([*fields, ("Content-Transfer-Encoding", "7bit")]) + "\n" + as_text(text, charset)
        )
    if charset in {"gb18030", "gbk", "gb2312", "shift_jis", "euc-jp", "euc-kr", "koi8-r"}:
        return (
            head([*fields, ("Content-Transfer-Encoding", "base64")])
            + "\n"
            + in_base64(text, charset)
        )
    return (
        head([*fields, ("Content-Transfer-Encoding", "quoted-printable")])
        + "\n"
        + quoted_printable(text, charset)
    )


def as_text(text: str, charset: str) -> str:
    """Give 7-bit bytes of a charset as text; what it cannot say becomes a question mark."""
    return text.encode(charset, "replace").decode("ascii")


def multipart(subtype: str, parts: Iterable[str], boundary: str, more: str = "") -> str:
    """Write the fields and the body of several parts."""
    kind = f'multipart/{subtype}; boundary="{boundary}"{more}'
    body = "".join(f"--{boundary}\n{part}\n" for part in parts)
    return f"Content-Type: {kind}\n\n{body}--{boundary}--\n"


def mail(fields: Lines, entity: str) -> bytes:
    """Write a mail: its own fields, then an entity with the fields that describe it."""
    text = head([*fields, ("MIME-Version", "1.0")]) + entity
    return text.replace("\n", "\r\n").encode("utf-8", "surrogateescape")


def plain_mail(fields: Lines, text: str) -> bytes:
    """Write a mail without any MIME, as old programs do."""
    return (head(fields) + "\n" + text).replace("\n", "\r\n").encode("utf-8")
