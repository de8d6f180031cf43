"""A mail that a person writes: what of its HTML may go out, and its bytes.

It is nobody's campaign: no pixel, no tracked link, no unsubscribe line.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec
import nh3
from markupsafe import escape

from pomelo.base import addresses
from pomelo.base.ids import MessageId
from pomelo.letters import headers, threads
from pomelo.letters.pages.html import END, read_data
from pomelo.letters.parts import multipart
from pomelo.letters.threads import Thread
from pomelo.tracking import MESSAGE, Signer

_TAGS: Final = frozenset(
    {"a", "abbr", "b", "big", "blockquote", "br", "code", "del", "div", "em", "font", "h1", "h2"}
    | {"h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "li", "ol", "p", "pre", "s", "small"}
    | {"span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead"}
    | {"tr", "u", "ul"}
)
_ATTRIBUTES: Final = {
    "*": {"align", "dir", "lang", "style", "title"},
    "a": {"href"},
    "font": {"color", "face", "size"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"start", "type"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing", "width"},
    "td": {"bgcolor", "colspan", "height", "rowspan", "valign", "width"},
    "th": {"bgcolor", "colspan", "height", "rowspan", "valign", "width"},
    "tr": {"bgcolor", "valign"},
}
_STYLES: Final = frozenset(
    {"background-color", "border", "border-collapse", "border-left", "color", "font-family"}
    | {"font-size", "font-style", "font-weight", "height", "line-height", "list-style-type"}
    | {"margin", "margin-bottom", "margin-left", "margin-right", "margin-top", "padding"}
    | {"padding-left", "padding-right", "text-align", "text-decoration", "vertical-align", "width"}
)
_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A person's mail.

    Attributes:
        message_id: The mail's identifier here.
        header_id: Its Message-ID, made by `header_id`.
        sender_email: The mailbox's address.
        sender_name: The name shown with it.
        recipient: Whom it is for.
        recipient_name: The name shown with that; may be empty.
        copies: Who else gets it, for all to see.
        subject: As it is to stand; empty in a thread, where it follows from that.
        html: Its HTML, made by `clean`.
        text: The same as text.
        date: When it was written, aware.
        thread: The conversation it continues.
    """

    message_id: MessageId
    header_id: str
    sender_email: str
    sender_name: str
    recipient: str
    recipient_name: str
    copies: tuple[str, ...]
    subject: str
    html: str
    text: str
    date: datetime
    thread: Thread | None = None

    @property
    def full_subject(self) -> str:
        """The subject as its recipient reads it."""
        given = headers.cleaned(self.subject)
        if given or self.thread is None:
            return given
        return threads.reply_subject(headers.cleaned(self.thread.subject))


def clean(source: str) -> tuple[str, str]:
    """Keep of a person's HTML what is known to be harmless.

    Args:
        source: HTML, or plain text when there is no tag in it, or its tags are entangled.

    Returns:
        The HTML, and the same as text; both empty when there is nothing to read.
    """
    html = nh3.clean(
        read_data(source)[0],
        tags=set(_TAGS),
        attributes=_ATTRIBUTES,
        link_rel=None,
        url_schemes=set(_SCHEMES),
        filter_style_properties=set(_STYLES),
    )
    return html, read_data(html)[1]


def html_of(text: str) -> str:
    """Show a text that a stranger wrote as HTML; nothing in it is taken for a tag."""
    parts = str(escape(text)).strip().split("\n\n")
    return "".join(f"<p>{part.strip()}</p>" for part in parts).replace("\n", "<br>")


def write(written: Written, signer: Signer) -> bytes:
    """Make the bytes of a person's mail.

    Args:
        written: What it says, and to whom.
        signer: Signs the token by which an answer to it is recognised.

    Raises:
        AddressInvalid: An address cannot stand in a header.
        HeadersTampered: The header block is not the one that was meant.

    Source:
        RFC 5322, RFC 2045, RFC 2046 5.1.4.
    """
    page = f"<html><body>{written.html}{END}"
    fields = dict(_fields(written, signer))
    return multipart(fields, written.message_id, text=written.text, html=page)


def _fields(written: Written, signer: Signer) -> Iterator[tuple[str, str]]:
    sender = addresses.parse(written.sender_email).wire
    recipient = addresses.parse(written.recipient).wire
    copies = [addresses.parse(address).wire for address in written.copies]
    token = signer.sign(MESSAGE, written.message_id)
    yield "From", headers.mailbox("From", written.sender_name, sender)
    yield "To", headers.mailbox("To", written.recipient_name, recipient)
    if copies:
        yield "Cc", headers.tokens("Cc", [*(f"{copy}," for copy in copies[:-1]), copies[-1]])
    yield "Subject", headers.text("Subject", written.full_subject)
    yield "Date", headers.date(written.date)
    yield "Message-ID", headers.tokens("Message-ID", [written.header_id])
    if written.thread is not None:
        yield from threads.fields(written.thread)
    yield "X-Pomelo-Id", headers.tokens("X-Pomelo-Id", [token])
