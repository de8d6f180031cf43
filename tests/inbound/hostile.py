"""Mails that were made to hurt whoever reads them; made here, since they are large."""

from collections.abc import Callable
from random import Random
from typing import Final

HEAD: Final = b"From: eve@hostile.test\nTo: nora@pomelo.example\nSubject: hello\n"
HTML: Final = HEAD + b"Content-Type: text/html; charset=utf-8\n\n"


def _nested(levels: int) -> bytes:
    return b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level)
        for level in range(levels)
    )


def _typed(content_type: bytes, body: bytes) -> bytes:
    return HEAD + b"Content-Type: " + content_type + b"\n\n" + body


MAILS: Final[dict[str, Callable[[], bytes]]] = {
    "300 KB subject of encoded-words": lambda: (
        b"From: eve@hostile.test\nSubject: " + b"=?utf-8?q?aaaaaaaa?= " * 15_000 + b"\n\nhi"
    ),
    "the same, folded": lambda: (
        b"From: eve@hostile.test\nSubject: " + b"=?utf-8?b?YWFh?=\n " * 17_000 + b"\n\nhi"
    ),
    "1 MB References": lambda: (
        b"References: " + b"<aaaaaaaaaa@hostile.test>\n " * 40_000 + b"\n" + HEAD + b"\nhi"
    ),
    "From: a@[": lambda: b"From: a@[\n\nhi",
    "Message-ID: <": lambda: b"Message-ID: <\n" + HEAD + b"\nhi",
    "To: ((((": lambda: b"To: " + b"(" * 100_000 + b"\n\nhi",
    "To: with 100,000 quotes": lambda: b'To: "' + b'\\"' * 100_000 + b"\n\nhi",
    "3,000 nested multiparts": lambda: HEAD + _nested(3_000) + b"\nhi\n",
    "60,000 nested mails": lambda: HEAD + b"Content-Type: message/rfc822\n\n" * 60_000 + b"hi",
    "300,000 parts": lambda: _typed(b"multipart/mixed; boundary=b", b"--b\n\nx\n" * 300_000),
    "one line of delimiters": lambda: _typed(b"multipart/mixed; boundary=b", b"--b" * 700_000),
    "a line like the delimiter": lambda: _typed(
        b"multipart/mixed; boundary=" + b"-" * 199, b"-" * 2_000_000
    ),
    "50 MB body": lambda: HEAD + b"\n" + b"hello \n" * 7_500_000,
    "NUL bytes": lambda: b"Subject: a\0b\nFrom: \0@\0\n\n" + b"\0x" * 500_000,
    "base64 garbage": lambda: (
        HEAD + b"Content-Transfer-Encoding: base64\n\n" + Random(7).randbytes(1_000_000)
    ),
    "charset utf-16 that is none": lambda: _typed(b"text/plain; charset=utf-16", b"hello there"),
    "charset idna": lambda: _typed(b"text/plain; charset=idna", b"xn--" * 60_000),
    "charset punycode": lambda: _typed(b"text/plain; charset=punycode", b"aaa-" * 60_000),
    "lone surrogates": lambda: _typed(b"text/plain; charset=utf-7", b"+2AA- hi +3AA-"),
    "700,000 fields": lambda: b"a:\n" * 700_000,
    "900,000 continuation lines": lambda: b"X: a\n" + b" \n" * 900_000 + HEAD + b"\nhi",
    "400,000 open tags": lambda: HTML + b"<div>" * 400_000,
    "500,000 open comments": lambda: HTML + b"<!--" * 500_000,
    "2 MB of <": lambda: HTML + b"<" * 2_000_000,
    "100,000 blockquotes": lambda: HTML + b"<blockquote>" * 100_000 + b"hi",
    "50,000 recipients of a report": lambda: _typed(
        b"multipart/report; report-type=delivery-status; boundary=b",
        b"--b\nContent-Type: message/delivery-status\n\n"
        + b"Final-Recipient: rfc822; a@hostile.test\nAction: failed\n" * 50_000,
    ),
    "a daemon that says one thing for ever": lambda: (
        b"From: mailer-daemon@hostile.test\n\n" + b"The following addresses had\n" * 80_000
    ),
    "a refusal that never ends": lambda: (
        b"Return-Path: <>\n" + HEAD + b"\n" + b"550 a@hostile.test <b@hostile.test> 5.1.1 " * 50_000
    ),
    "an absence of many days": lambda: (
        b"Auto-Submitted: auto-replied\nDate: Tue, 3 Mar 2026 09:15:00 +0000\n"
        + HEAD
        + b"\n"
        + b"until 1/2, back on 3. march or 2026-04-05, monday; " * 40_000
    ),
    "words that slow down quote finders": lambda: HEAD + b"\n" + (b"Am " * 130 + b"\n") * 6_000,
    "the same in Danish": lambda: HEAD + b"\n" + (b"Den " + b"skrev " * 65 + b"\n") * 6_000,
    "2 MB of quote marks": lambda: HEAD + b"\n" + b"> " * 1_000_000,
    "nothing": lambda: b"",
    "a date past all calendars": lambda: b"Date: " + b"9" * 5_000 + b"\n\n",
    "a date before year one": lambda: b"Date: Mon, 1 Jan 0001 00:00:00 +1400\n\nhi",
}
