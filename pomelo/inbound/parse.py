"""Bytes of a mail to `Parsed`: total, bounded and linear, but run in a limited child anyway.

Bounds: message 2 MB, headers 64 kB, text 256 kB, 100 parts, 10 deep. What is larger is
cut, not refused.
"""

import hashlib
import re
from collections.abc import Iterable
from itertools import islice
from typing import Final

from msgspec.structs import replace

from pomelo.inbound import bounces
from pomelo.inbound.classify import HEADERS
from pomelo.inbound.mime import quotes, reports
from pomelo.inbound.mime.addresses import ADDRESSES, mailboxes
from pomelo.inbound.mime.headers import (
    Fields,
    date_of,
    decode_words,
    every,
    first,
    message_ids,
)
from pomelo.inbound.mime.parts import MESSAGE_BYTES, Part, take_apart, walk
from pomelo.inbound.mime.texts import clean, from_html
from pomelo.inbound.model import Parsed

TOKENS: Final = 50
HEADER_CHARACTERS: Final = 500
TEXT_CHARACTERS: Final = 256 * 1024
SHOWN_PARTS: Final = 10

_RECIPIENT_FIELDS: Final = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
_LINK: Final = re.compile(r"(?:/|%2[Ff])t(?:/|%2[Ff])[ocu](?:/|%2[Ff])([A-Za-z0-9_-]{40})")
# A mail gateway writes "/" as "_", "-" as "-2D" and "_" as "-5F" in links that it checks.
_GUARDED_LINK: Final = re.compile(r"_t_[ocu]_((?:[A-Za-z0-9]|-2D|-5F){40})")
_TOKEN_LINE: Final = re.compile(r"^[> ]{0,10}X-Pomelo-Id:[ \t]*([A-Za-z0-9_-]{8,80})", re.I | re.M)
_ID_LINE: Final = re.compile(r"^[> ]{0,10}Message[- ]Id:\s{0,5}(<[^<>\s]{1,500}>)", re.I | re.M)
_ID_FIELDS: Final = frozenset(
    {"message-id", "x-microsoft-original-message-id", "original-message-id"}
)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{8,80}")
_ENVELOPE_ID: Final = re.compile(r"[!-~]{8,100}")
_SOFT_BREAK: Final = re.compile(r"=\n(?:> ?)?")
_METHOD_LINE: Final = re.compile(r"^METHOD:([A-Z]{1,20})", re.I | re.M)


def parse(raw: bytes) -> Parsed:
    """Read a mail.

    Args:
        raw: All of its bytes, as they came.

    Returns:
        What it holds. No mail makes this raise; one that is no mail at all gives a text.

    Source:
        RFC 5322, RFC 2045 to 2047, RFC 3464, RFC 5965, RFC 6533, RFC 8098.
    """
    root = take_apart(raw)
    text, markup = _texts(root)
    read = _with_text(_envelope(raw, root), root, text, has_html=bool(markup))
    return _with_report(_with_traces(read, root, _scanned(root, text, markup)), root)


def _envelope(raw: bytes, root: Part) -> Parsed:
    fields = root.fields
    name, address = next(iter(mailboxes(first(fields, "from"))), ("", ""))
    return Parsed(
        digest=hashlib.sha256(raw).hexdigest(),
        size_bytes=len(raw),
        is_cut=len(raw) > MESSAGE_BYTES,
        message_id=next(iter(message_ids(first(fields, "message-id"))), None),
        in_reply_to=message_ids(first(fields, "in-reply-to")),
        references=message_ids(first(fields, "references")),
        from_address=address,
        from_name=name,
        to_addresses=_recipients(fields),
        subject=decode_words(first(fields, "subject")),
        date=date_of(first(fields, "date")),
        headers=_known_headers(fields),
        content_types=tuple(dict.fromkeys(part.content_type for part in walk(root))),
    )


def _recipients(fields: Fields) -> tuple[str, ...]:
    values = (value for name in _RECIPIENT_FIELDS for value in every(fields, name))
    found = (address for value in values for _, address in mailboxes(value))
    return tuple(dict.fromkeys(found))[:ADDRESSES]


def _known_headers(fields: Fields) -> dict[str, str]:
    known = {name: value for name, value in reversed(fields) if name in HEADERS}
    return {
        name: " ".join(clean(value).split())[:HEADER_CHARACTERS] for name, value in known.items()
    }


def _texts(root: Part) -> tuple[str, str]:
    """Give the readable text, and the HTML as it stands; from either the text is made."""
    shown = [part for part in walk(root, enclosed=False) if _is_shown(part)]
    plain = _joined(part for part in shown if part.content_type == "text/plain")
    markup = _joined(part for part in shown if part.content_type == "text/html")
    return (plain if plain.strip() else from_html(markup)), markup


def _is_shown(part: Part) -> bool:
    return part.content_type in {"text/plain", "text/html"} and not part.is_attachment()


def _joined(parts: Iterable[Part]) -> str:
    return clean("\n".join(part.text() for part in islice(parts, SHOWN_PARTS)))[:TEXT_CHARACTERS]


def _with_text(read: Parsed, root: Part, text: str, *, has_html: bool) -> Parsed:
    reply = quotes.newest(text)
    return replace(
        read,
        text=text,
        reply=reply.text,
        reply_unsigned=reply.unsigned,
        has_html=has_html,
        calendar_method=_calendar_method(root),
    )


def _calendar_method(root: Part) -> str:
    """Give the method of a calendar part.

    Source:
        RFC 6047 section 2.4, RFC 5545 section 3.7.2.
    """
    for part in walk(root, enclosed=False):
        if part.content_type == "text/calendar":
            line = _METHOD_LINE.search(part.text())
            return (part.parameters.get("method") or (line[1] if line else "")).lower()[:20]
    return ""


def _with_report(read: Parsed, root: Part) -> Parsed:
    if not bounces.is_report(root, read):
        return read
    receipt = reports.disposition(root)
    read = replace(
        read,
        report_type=root.parameters.get("report-type", "").lower()[:50],
        disposition=clean(first(receipt, "disposition"))[:HEADER_CHARACTERS],
        feedback=reports.feedback(root),
        envelope_id=_envelope_id(root),
    )
    return replace(read, bounced=bounces.reported(root) or bounces.guessed(root, read))


def _envelope_id(root: Part) -> str | None:
    for block in reports.delivery_blocks(root):
        if found := _ENVELOPE_ID.fullmatch(first(block, "original-envelope-id").strip()):
            return found[0]
    return None


def _with_traces(read: Parsed, root: Part, scanned: str) -> Parsed:
    """Add what ties the mail to one of ours, wherever in it that stands."""
    returned = [*reports.returned_fields(root), reports.disposition(root)]
    ids = [value for fields in returned for name, value in fields if name in _ID_FIELDS]
    tokens = [value for fields in returned for value in every(fields, "x-pomelo-id")]
    return replace(
        read,
        returned_ids=message_ids(" ".join([*ids, *_ID_LINE.findall(scanned)])),
        tokens=_some(
            [token for token in tokens if _TOKEN.fullmatch(token)] + _TOKEN_LINE.findall(scanned)
        ),
        link_tokens=_some(_LINK.findall(scanned) + _guarded(scanned)),
    )


def _guarded(scanned: str) -> list[str]:
    found = _GUARDED_LINK.findall(scanned)
    return [token.replace("-2D", "-").replace("-5F", "_") for token in found]


def _some(tokens: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tokens))[:TOKENS]


def _scanned(root: Part, text: str, markup: str) -> str:
    """Give all text in which a trace may stand, returned mails included.

    A returned mail pasted into a text keeps its transfer encoding, so soft line breaks are
    taken out as well (RFC 2045 section 6.7).
    """
    inner = (part for part in walk(root) if part.content_type.startswith("text/"))
    whole = "\n".join([text, markup, *(part.text() for part in islice(inner, SHOWN_PARTS))])
    return whole + "\n" + _SOFT_BREAK.sub("", whole) if "=\n" in whole else whole
