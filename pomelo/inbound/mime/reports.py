"""Reports that machines write about mail: delivery, complaints, dispositions.

A delivery report has a block of fields for the message and one for each recipient; a
recipient only ever gets what its own block says.
"""

import re
from collections.abc import Iterator
from typing import Final

from pomelo.inbound.mime import headers
from pomelo.inbound.mime.addresses import addresses_in
from pomelo.inbound.mime.headers import Fields, first
from pomelo.inbound.mime.parts import Part, is_enclosed_mail, walk
from pomelo.inbound.mime.texts import clean
from pomelo.inbound.model import BouncedRecipient, Feedback

RECIPIENTS: Final = 50
DIAGNOSTIC_CHARACTERS: Final = 1_000

_DELIVERY: Final = frozenset({"message/delivery-status", "message/global-delivery-status"})
_DISPOSITION: Final = frozenset(
    {"message/disposition-notification", "message/global-disposition-notification"}
)
_RETURNED_HEADERS: Final = frozenset(
    {"text/rfc822-headers", "message/global-headers", "message/rfc822-headers"}
)
_STARTS_A_RECIPIENT: Final = frozenset({"original-recipient", "final-recipient"})

HOTMAIL: Final = "staff@hotmail.com"

_STATUS: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_CODES: Final = re.compile(r"(?<![\d.])([45]\d\d)[- ](?:([45]\.\d{1,3}\.\d{1,3}) )?")
_ESCAPED: Final = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_ACTION: Final = re.compile(r"[a-z]{1,20}")


def outermost(root: Part, kinds: frozenset[str]) -> Iterator[Part]:
    """Give the parts of some types, but none of a mail that is enclosed in this one."""
    return (part for part in walk(root, enclosed=False) if part.content_type in kinds)


def blocks(text: str) -> list[Fields]:
    """Split a report's body into its blocks of fields.

    A new block begins after a blank line, and also where a recipient's field repeats:
    some systems leave the blank line out.

    Source:
        RFC 3464 section 2.1.
    """
    found: list[Fields] = []
    for chunk in re.split(r"\n[ \t]*\n", text):
        start = 0
        fields = headers.read_fields(chunk.strip("\n").encode())
        for place, (name, _) in enumerate(fields):
            if name in _STARTS_A_RECIPIENT and first(fields[start:place], name):
                found.append(fields[start:place])
                start = place
        found.append(fields[start:])
    return [fields for fields in found if fields][: RECIPIENTS + 1]


def delivery_blocks(root: Part) -> list[Fields]:
    """Give the blocks of all delivery reports in a mail.

    Source:
        RFC 3464 (delivery-status), RFC 6533 (its form for international addresses).
    """
    return [block for part in outermost(root, _DELIVERY) for block in blocks(part.text())]


def recipient(block: Fields) -> BouncedRecipient | None:
    """Read one recipient's block; None for the block about the message.

    Source:
        RFC 3464 section 2.3.
    """
    final = typed_address(first(block, "final-recipient"))
    original = typed_address(first(block, "original-recipient"))
    action = _ACTION.match(first(block, "action").lower())
    if not action or not (final or original):
        return None
    diagnostic = _diagnostic(block)
    return BouncedRecipient(
        address=final or original,
        action=_action(action[0]),
        status=best_status(first(block, "status"), diagnostic),
        diagnostic=diagnostic,
        original_address=original,
    )


def _action(word: str) -> str:
    # OpenSMTPD writes "error"; nobody else's word is wrong as often.
    return "failed" if word.startswith(("fail", "error")) else word


def _diagnostic(block: Fields) -> str:
    value = first(block, "diagnostic-code")
    kind, semicolon, text = value.partition(";")
    return one_line(text if semicolon and " " not in kind.strip() else value)


def one_line(text: str) -> str:
    """Make a clean line of at most 1,000 characters.

    An answer of several lines has its codes on each of them; the first is kept.

    Source:
        RFC 5321 section 4.2.1.
    """
    line = " ".join(clean(text[: 4 * DIAGNOSTIC_CHARACTERS]).split())
    if code := _CODES.search(line):
        again = re.compile(rf" {code[1]}[- ](?:{re.escape(code[2] or '')} )?")
        line = line[: code.end()] + again.sub(" ", line[code.end() :])
    return line[:DIAGNOSTIC_CHARACTERS]


def typed_address(value: str) -> str:
    """Read `rfc822; a@b.example` or `utf-8; …`, where letters may be escaped by number.

    Source:
        RFC 3464 section 2.1.2, RFC 6533 section 3.
    """
    kind, semicolon, address = value.partition(";")
    if kind.strip().lower() == "utf-8":
        address = _ESCAPED.sub(_letter, address)
    return next(iter(addresses_in(clean(address if semicolon else value), 1)), "")


def _letter(escaped: re.Match[str]) -> str:
    code = int(escaped[1], 16)
    return chr(code) if code < 0x110000 else ""


def status_in(text: str) -> str | None:
    """Find the first enhanced status code in a text, never within an IP address.

    One that only says "failed" (5.0.0) gives way to a later one that says why.

    Source:
        RFC 3463 section 2.
    """
    codes = [match[0] for match in _STATUS.finditer(text)]
    sharp = (code for code in codes if code[0] == codes[0][0] and not code.endswith(".0.0"))
    return next(sharp, codes[0]) if codes else None


def best_status(status: str, diagnostic: str) -> str | None:
    """Choose between the Status field and a code in the diagnostic text.

    The field wins, unless it only says "failed" (5.0.0) and the other system said why.
    """
    given, told = status_in(status), status_in(diagnostic)
    if given is None or (given.endswith(".0.0") and told and told[0] == given[0]):
        return told or given
    return given


def feedback(root: Part) -> Feedback | None:
    """Read a complaint report.

    Source:
        RFC 5965 section 3.
    """
    for part in outermost(root, frozenset({"message/feedback-report"})):
        fields = tuple(field for block in blocks(part.text()) for field in block)
        about = (*headers.every(fields, "original-rcpt-to"), first(fields, "removal-recipient"))
        people = dict.fromkeys(address for value in about for address in addresses_in(value, 1))
        return Feedback(first(fields, "feedback-type").strip().lower()[:50], tuple(people))
    return _hotmail_feedback(root)


def _hotmail_feedback(root: Part) -> Feedback | None:
    """Hotmail sends the mail back without a report about it, always from one address."""
    enclosed = [inner for part in walk(root) if is_enclosed_mail(part) for inner in part.parts]
    if not is_hotmails(root) or not enclosed:
        return None
    return Feedback("abuse", addresses_in(enclosed[0].first("x-hmxmroriginalrecipient"), 1))


def is_hotmails(root: Part) -> bool:
    """Tell whether a mail comes from the address of Hotmail's complaints."""
    return HOTMAIL in addresses_in(first(root.fields, "from").lower())


def disposition(root: Part) -> Fields:
    """Give the fields of a read receipt, or none.

    Source:
        RFC 8098 section 3.
    """
    part = next(outermost(root, _DISPOSITION), None)
    return tuple(field for block in blocks(part.text()) for field in block) if part else ()


def returned_fields(root: Part) -> list[Fields]:
    """Give the headers of every mail that this one carries, whole or headers only."""
    found = [inner.fields for part in walk(root) if is_enclosed_mail(part) for inner in part.parts]
    alone = (part for part in walk(root) if part.content_type in _RETURNED_HEADERS)
    return found + [headers.read_fields(part.text().strip().encode()) for part in alone]
