"""Makes the exact bytes of a mail: a skeleton once a step, then only what varies.

The same inputs give the same bytes, so a retry is the same mail.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import quote

import msgspec
from markupsafe import Markup, escape

from pomelo.base import addresses
from pomelo.base.ids import MessageId
from pomelo.letters import headers, threads
from pomelo.letters.answers import clean
from pomelo.letters.pages.html import read, read_data
from pomelo.letters.pages.pixel import with_pixel
from pomelo.letters.pages.plaintext import tidy
from pomelo.letters.parts import multipart
from pomelo.letters.threads import Thread
from pomelo.letters.values import Envelope, LetterValues
from pomelo.sequences import SEED, Template, TemplateInvalid, compile_template, spelled_out
from pomelo.tracking import MESSAGE, OPEN, Signer

__all__ = [
    "Composed",
    "Envelope",
    "Letter",
    "StepContent",
    "Thread",
    "compose",
    "header_id",
    "show",
]

SUBJECT_LIMIT: Final = 400

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
        html: The HTML part.
    """

    raw: bytes
    subject: str
    links: tuple[str, ...]
    text: str
    html: str


class Letter:
    """A compiled step; keep it as long as the step's version is in use.

    Attributes:
        static_links: Targets by link number, link n at n - 1; None where only a lead's
            values tell.
        is_wordless: Whether its text part says nothing of its own.
    """

    def __init__(self, content: StepContent) -> None:
        if len(content.subject) > SUBJECT_LIMIT:
            raise TemplateInvalid(f"The subject is longer than {SUBJECT_LIMIT} characters.")
        message = spelled_out(content.message)
        compile_template(message, html=True)
        page = read(message, track=content.track_clicks)
        self.subject = compile_template(spelled_out(content.subject), html=False)
        self.html = _derived(page.html, html=True)
        self.text = _derived(page.text, html=False)
        self.links = page.links
        self.track_opens = content.track_opens
        self.static_links = tuple(link.target for link in page.links)
        self.has_signature = "signature" in self.html.mentions
        self.is_wordless = not page.text.strip()

    @classmethod
    def compile(cls, content: StepContent) -> "Letter":
        """Check a step's content and prepare it.

        Raises:
            TemplateInvalid: Subject or message cannot be used; the sentence says why.
        """
        return cls(content)


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
    return Composed(raw=raw, subject=subject, links=values.targets(), text=text, html=html)


def show(letter: Letter, envelope: Envelope, signer: Signer) -> str:
    """Write a letter's HTML for somebody of the team to read: harmless, and nothing is added.

    Args:
        letter: The step, compiled without tracking.
        envelope: What is filled in.
        signer: As in `compose`.

    Raises:
        VariableMissing: A variable that is shown has no value.
        OutputTooLarge: It is larger than 1 MB.
    """
    values = LetterValues(letter.links, envelope, signer)
    values["signature"] = Markup(read_data(envelope.signature)[0])  # noqa: S704 - made safe there
    return clean(letter.html.render(values))[0]


def header_id(message_id: MessageId, sender_domain: str, signer: Signer) -> str:
    """Make the Message-ID of a mail: a signed token at the mailbox's domain.

    Whoever guesses ids cannot forge a reply or a bounce to one.

    Source:
        RFC 5322 3.6.4.
    """
    domain = addresses.parse(f"x@{sender_domain}").domain
    return f"<{signer.sign(MESSAGE, message_id)}@{domain}>"


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
    # Else the subject and the message would always vary alike.
    values[SEED] = f"{values.get(SEED)}/subject"
    subject = headers.cleaned(letter.subject.render(values))
    if envelope.thread is not None:
        subject = threads.reply_subject(subject or headers.cleaned(envelope.thread.subject))
    if envelope.rehearsal_to:
        subject = f"[rehearsal to {envelope.recipient}] {subject}"
    return subject


def _raw(envelope: Envelope, values: LetterValues, subject: str, *, text: str, html: str) -> bytes:
    fields = dict(_fields(envelope, values, subject))
    return multipart(fields, envelope.message_id, text=text, html=html)


def _fields(envelope: Envelope, values: LetterValues, subject: str) -> Iterator[tuple[str, str]]:
    """Write the fields that vary, in the order in which they stand."""
    sender = addresses.parse(envelope.sender_email).wire
    elsewhere = envelope.rehearsal_to or envelope.test_to
    recipient = addresses.parse(elsewhere or envelope.recipient).wire
    name = "" if elsewhere else envelope.recipient_name
    yield "From", headers.mailbox("From", envelope.sender_name, sender)
    yield "To", headers.mailbox("To", name, recipient)
    yield "Subject", headers.text("Subject", subject)
    yield "Date", headers.date(envelope.date)
    yield "Message-ID", headers.tokens("Message-ID", [envelope.header_id])
    if envelope.thread is not None:
        yield from threads.fields(envelope.thread)
    yield "List-Unsubscribe", _list_unsubscribe(values.unsubscribe_url, sender)
    yield "List-Unsubscribe-Post", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    yield "X-Pomelo-Id", headers.tokens("X-Pomelo-Id", [values.token])
    if envelope.rehearsal_to:
        yield "X-Pomelo-Rehearsal", headers.text("X-Pomelo-Rehearsal", envelope.recipient)
    elif envelope.test_to:
        yield "X-Pomelo-Test", headers.text("X-Pomelo-Test", envelope.recipient)


def _list_unsubscribe(url: str, sender: str) -> str:
    return headers.tokens("List-Unsubscribe", [f"<{url}>,", _mailto(sender)])


@lru_cache(maxsize=1024)
def _mailto(sender: str) -> str:
    # RFC 6068: an address in a mailto URL is percent-encoded.
    return f"<mailto:{quote(sender, safe='@+!$*')}?subject=unsubscribe>"
