"""A mail as its reader sees it, and what people and mail systems write back to its sender."""

import email
import email.policy
import re
from email.message import EmailMessage
from typing import Final

import msgspec

from pomelo.demo.sink import Delivered

CRLF: Final = "\r\n"
_PIXEL: Final = re.compile(r'<img src="(http[^"]*/t/o/[^"]+)"')
_LINK: Final = re.compile(r'href="(http[^"]*/t/c/[^"]+)"')
_ADDRESS: Final = re.compile(r"<(http[^>]*)>")


class Letter(msgspec.Struct, frozen=True):
    """What a mail client makes of a mail.

    Attributes:
        sender: Who wrote.
        recipient: To whom, as mail servers write it.
        subject: As shown.
        message_id: With its brackets.
        in_reply_to: The mail it follows, if any.
        pixel: Address of the picture that tells of opening.
        links: Addresses of its tracked links.
        leave: Address of the unsubscribe button.
        has_one_click: Whether that button works without a page (RFC 8058).
    """

    sender: str
    recipient: str
    subject: str
    message_id: str
    in_reply_to: str
    pixel: str
    links: tuple[str, ...]
    leave: str
    has_one_click: bool


def read(mail: Delivered) -> Letter:
    """Read a mail that was delivered."""
    message = email.message_from_bytes(mail.raw, policy=email.policy.default)
    part = message.get_body(("html",))
    page = part.get_content() if part is not None else ""
    pixel = _PIXEL.search(page)
    leave = _ADDRESS.search(str(message["List-Unsubscribe"] or ""))
    return Letter(
        sender=mail.envelope_from,
        recipient=mail.recipients[0],
        subject=str(message["Subject"]),
        message_id=str(message["Message-ID"]),
        in_reply_to=str(message["In-Reply-To"] or ""),
        pixel=pixel.group(1) if pixel else "",
        links=tuple(_LINK.findall(page)),
        leave=leave.group(1) if leave else "",
        has_one_click=message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click",
    )


def reply(letter: Letter, words: str) -> bytes:
    """Write an answer by hand, above what it quotes."""
    quoted = "> Hello, we grow pomelos."
    text = f"{words}{CRLF}{CRLF}On some day, {letter.sender} wrote:{CRLF}{quoted}{CRLF}"
    return _answer(letter, f"Re: {letter.subject.removeprefix('Re: ')}", text).as_bytes()


def out_of_office(letter: Letter) -> bytes:
    """Write what a mailbox answers whose owner is away (RFC 3834)."""
    text = f"I am picking fruit until Monday and read no mail.{CRLF}"
    message = _answer(letter, f"Automatic reply: {letter.subject}", text)
    message["Auto-Submitted"] = "auto-replied"
    return message.as_bytes()


def leave_by_mail(letter: Letter) -> bytes:
    """Write what a mail client sends to leave a list: nothing but a subject (RFC 2369 3.2)."""
    message = EmailMessage(policy=email.policy.SMTPUTF8)
    message["From"] = letter.recipient
    message["To"] = letter.sender
    message["Subject"] = "unsubscribe"
    message["Message-ID"] = _id_of(letter, "leave")
    message.set_content("")
    return message.as_bytes()


def report(letter: Letter, *, action: str, status: str, words: str) -> bytes:
    """Write a mail system's report about a mail (RFC 3464).

    Args:
        letter: The mail.
        action: `failed` or `delayed`.
        status: Such as `5.1.1` (RFC 3463).
        words: What the other server said.
    """
    host = letter.recipient.rpartition("@")[2]
    boundary = "=_report"
    lines = (
        *(f"From: Mail Delivery System <MAILER-DAEMON@{host}>", f"To: {letter.sender}"),
        f"Subject: {'Undelivered mail' if action == 'failed' else 'Delayed mail'}",
        *(f"Message-ID: {_id_of(letter, action)}", "Return-Path: <>"),
        *("Auto-Submitted: auto-replied", "MIME-Version: 1.0"),
        f'Content-Type: multipart/report; report-type="delivery-status"; boundary="{boundary}"',
        *("", f"--{boundary}", "Content-Type: text/plain; charset=us-ascii", ""),
        *(f"About your mail to {letter.recipient}: {words}", ""),
        *(f"--{boundary}", "Content-Type: message/delivery-status", ""),
        *(f"Reporting-MTA: dns; {host}", ""),
        *(f"Final-Recipient: rfc822; {letter.recipient}", f"Action: {action}"),
        *(f"Status: {status}", f"Diagnostic-Code: smtp; {words}", ""),
        *(f"--{boundary}", "Content-Type: text/rfc822-headers", ""),
        *(f"From: {letter.sender}", f"To: {letter.recipient}"),
        *(f"Message-ID: {letter.message_id}", "", f"--{boundary}--", ""),
    )
    return CRLF.join(lines).encode()


def _answer(letter: Letter, subject: str, text: str) -> EmailMessage:
    message = EmailMessage(policy=email.policy.SMTPUTF8)
    message["From"] = letter.recipient
    message["To"] = letter.sender
    message["Subject"] = subject
    message["Message-ID"] = _id_of(letter, "answer")
    message["In-Reply-To"] = letter.message_id
    message["References"] = letter.message_id
    message.set_content(text)
    return message


def _id_of(letter: Letter, kind: str) -> str:
    """Make a Message-ID that is always the same for an answer to a mail."""
    token = letter.message_id.strip("<>").partition("@")[0]
    host = letter.recipient.rpartition("@")[2]
    return f"<{kind}.{token}@{host}>"
