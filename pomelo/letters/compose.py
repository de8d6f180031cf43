"""Makes the exact bytes of a mail: a skeleton once a step, then only what varies.

The same inputs give the same bytes, so a retry is the same mail.
"""

import binascii
from collections.abc import Iterator
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

import msgspec
from markupsafe import Markup, escape

from pomelo.base import addresses
from pomelo.base.ids import MessageId
from pomelo.letters import headers, threads
from pomelo.letters.html import read, read_data, with_pixel
from pomelo.letters.plaintext import tidy
from pomelo.letters.threads import Thread
from pomelo.letters.values import GIVEN, Envelope, LetterValues, names_of_slots
from pomelo.sequences import Template, TemplateInvalid, compile_template
from pomelo.tracking import MESSAGE, OPEN, Signer

__all__ = [
    "Composed",
    "Envelope",
    "Letter",
    "StepContent",
    "Thread",
    "compose",
    "header_id",
    "message_of",
]

SUBJECT_LIMIT: Final = 400

_TEXT_PART: Final = (
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
)
_HTML_PART: Final = _TEXT_PART.replace(b"plain", b"html")
_FOOTER_TEXT: Final = "If you do not want to hear from me again, unsubscribe here: {}"
_FOOTER_HTML: Final = (
    '<p style="font-size:12px;color:#888888">If you do not want to hear from me again, '
    '<a href="{}" style="color:#888888">unsubscribe here</a>.</p>'
)
_PIXEL: Final = '<img src="{}" width="1" height="1" alt="" style="border:0">'


class StepContent(msgspec.Struct, frozen=True):
    """What an e-mail step says.

    Attributes:
        subject: Liquid, plain, at most 400 characters; empty in a follow-up of a thread.
        message: Liquid and HTML, or plain text.
        track_opens: Whether a pixel tells of opens.
        track_clicks: Whether links go by way of us.
    """

    subject: str
    message: str
    track_opens: bool
    track_clicks: bool


class Composed(msgspec.Struct, frozen=True):
    """A mail, ready for the wire.

    Attributes:
        raw: Its bytes: CRLF line ends, dots not stuffed.
        subject: The subject as a person reads it.
        links: Every link's target by number, link n at n - 1, empty where this mail does
            not have it; nothing at all when the letter's `static_links` say everything.
        text: The text part.
    """

    raw: bytes
    subject: str
    links: tuple[str, ...]
    text: str


class Letter:
    """A compiled step; keep it as long as the step's version is in use.

    Attributes:
        static_links: Targets by link number, link n at n - 1; None where only a lead's
            values tell.
        variables: Names that are shown somewhere without a default.
    """

    def __init__(self, content: StepContent) -> None:
        if len(content.subject) > SUBJECT_LIMIT:
            raise TemplateInvalid(f"The subject is longer than {SUBJECT_LIMIT} characters.")
        compile_template(content.message, html=True)
        page = read(content.message, track=content.track_clicks)
        self.subject = compile_template(content.subject, html=False)
        self.html = _derived(page.html, html=True)
        self.text = _derived(page.text, html=False)
        self.links = page.links
        self.track_opens = content.track_opens
        self.static_links = tuple(link.target for link in page.links)
        self.has_signature = "signature" in self.html.mentions
        self.variables = self._variables()

    @classmethod
    def compile(cls, content: StepContent) -> "Letter":
        """Check a step's content and prepare it.

        Raises:
            TemplateInvalid: Subject or message cannot be used; the sentence says why.
        """
        return cls(content)

    def _variables(self) -> frozenset[str]:
        templates = [self.subject, self.html, self.text]
        templates += [link.template for link in self.links if link.template is not None]
        names = frozenset[str]().union(*(template.variables for template in templates))
        return names.difference(GIVEN, *(names_of_slots(n + 1) for n in range(len(self.links))))


def compose(letter: Letter, envelope: Envelope, signer: Signer) -> Composed:
    """Make one mail.

    Args:
        letter: The step.
        envelope: Everything that differs from mail to mail.
        signer: Signs the tokens in its links.

    Raises:
        VariableMissing: A variable that is shown has no value.
        OutputTooLarge: A part is larger than 1 MB.
        AddressInvalid: An address cannot stand in a header.
        HeadersTampered: The header block is not the one that was meant.

    Source:
        RFC 5322, RFC 2045, RFC 2046 5.1.4, RFC 2369, RFC 8058.
    """
    values = LetterValues(letter.links, envelope, signer)
    html_signature, text_signature = read_data(envelope.signature)
    values["signature"] = Markup(html_signature)  # noqa: S704 - read_data made it safe
    html = _html(letter, envelope, values, html_signature)
    values["signature"] = text_signature
    text = _text(letter, values, text_signature)
    subject = _subject(letter, envelope, values)
    raw = _raw(envelope, values, subject, text=text, html=html)
    return Composed(raw=raw, subject=subject, links=values.targets(), text=text)


def header_id(message_id: MessageId, sender_domain: str, signer: Signer) -> str:
    """Make the Message-ID of a mail: a signed token at the mailbox's domain.

    Whoever guesses ids cannot forge a reply or a bounce to one.

    Source:
        RFC 5322 3.6.4.
    """
    domain = addresses.parse(f"x@{sender_domain}").domain
    return f"<{signer.sign(MESSAGE, message_id)}@{domain}>"


def message_of(header_id: str, signer: Signer) -> MessageId | None:
    """Give the message that one of our Message-IDs names, or nothing."""
    found = signer.verify(MESSAGE, header_id.strip("<> \t").partition("@")[0])
    return found[0] if found else None


def _derived(source: str, *, html: bool) -> Template:
    try:
        return compile_template(source, html=html, is_derived=True)
    except TemplateInvalid:
        # The source itself passed, so the page's tree has torn a block apart.
        raise TemplateInvalid(
            "A condition in the message cuts across HTML elements; put {% if %} and {% endif %} "
            "both inside one element, or around whole elements."
        ) from None


def _html(letter: Letter, envelope: Envelope, values: LetterValues, signature: str) -> str:
    page = letter.html.render(values)
    end = "" if letter.has_signature or not signature else f"<div>{signature}</div>"
    if str(escape(values.unsubscribe_url)) not in page:
        end += _FOOTER_HTML.format(escape(values.unsubscribe_url))
    if not letter.track_opens or envelope.rehearsal_to:
        return with_pixel(page, end, "")
    return with_pixel(page, end, _PIXEL.format(escape(values.tracked(OPEN))))


def _text(letter: Letter, values: LetterValues, signature: str) -> str:
    shown = letter.text.render(values)
    parts = [tidy(shown) if letter.text.has_tags else shown.strip()]
    if signature and not letter.has_signature:
        parts.append(signature)
    if values.unsubscribe_url not in shown:
        parts.append(_FOOTER_TEXT.format(values.unsubscribe_url))
    return "\n\n".join(part for part in parts if part)


def _subject(letter: Letter, envelope: Envelope, values: LetterValues) -> str:
    subject = headers.cleaned(letter.subject.render(values))
    if envelope.thread is not None:
        subject = threads.reply_subject(subject or headers.cleaned(envelope.thread.subject))
    if envelope.rehearsal_to:
        subject = f"[rehearsal to {envelope.recipient}] {subject}"
    return subject


def _raw(envelope: Envelope, values: LetterValues, subject: str, *, text: str, html: str) -> bytes:
    fields = dict(_fields(envelope, values, subject))
    boundary = f"=_{envelope.message_id}"
    fields["MIME-Version"] = "MIME-Version: 1.0\r\n"
    fields["Content-Type"] = f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'
    head = "".join(fields.values()).encode("utf-8")
    dash = f"--{boundary}\r\n".encode("ascii")
    raw = b"".join(
        [
            *(head, b"\r\n", dash, _TEXT_PART, _encoded(text)),
            *(dash, _HTML_PART, _encoded(html), dash[:-2], b"--\r\n"),
        ]
    )
    headers.check_headers(raw, list(fields))
    return raw


def _fields(envelope: Envelope, values: LetterValues, subject: str) -> Iterator[tuple[str, str]]:
    """Write the fields that vary, in the order in which they stand."""
    sender = addresses.parse(envelope.sender_email).wire
    recipient = addresses.parse(envelope.rehearsal_to or envelope.recipient).wire
    name = "" if envelope.rehearsal_to else envelope.recipient_name
    yield "From", headers.mailbox("From", envelope.sender_name, sender)
    yield "To", headers.mailbox("To", name, recipient)
    yield "Subject", headers.text("Subject", subject)
    yield "Date", headers.tokens("Date", [format_datetime(envelope.date)])
    yield "Message-ID", headers.tokens("Message-ID", [envelope.header_id])
    if envelope.thread is not None:
        yield from _thread_fields(envelope.thread)
    yield "List-Unsubscribe", _list_unsubscribe(values.unsubscribe_url, sender)
    yield "List-Unsubscribe-Post", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    yield "X-Pomelo-Id", headers.tokens("X-Pomelo-Id", [values.token])
    if envelope.rehearsal_to:
        yield "X-Pomelo-Rehearsal", headers.text("X-Pomelo-Rehearsal", envelope.recipient)


def _thread_fields(thread: Thread) -> Iterator[tuple[str, str]]:
    if valid := threads.valid_ids([thread.in_reply_to]):
        yield "In-Reply-To", headers.tokens("In-Reply-To", valid)
    if ids := threads.references(thread):
        yield "References", headers.tokens("References", ids)


def _list_unsubscribe(url: str, sender: str) -> str:
    # RFC 6068: an address in a mailto URL is percent-encoded.
    mailto = f"<mailto:{quote(sender, safe='@+!$*')}?subject=unsubscribe>"
    return headers.tokens("List-Unsubscribe", [f"<{url}>,", mailto])


def _encoded(part: str) -> bytes:
    """Encode a part as quoted-printable, lines of at most 76 (RFC 2045 6.7).

    Its last CRLF belongs to the boundary after it (RFC 2046 5.1.1). It also tells `b2a_qp`,
    which looks at the first line end, to break lines with CRLF.
    """
    return binascii.b2a_qp(f"{part}\n".replace("\n", "\r\n").encode("utf-8"), istext=True)
