"""Bounces: standard reports first, then what a library recognises, then signs.

A sign alone proves nothing: whoever acts on it asks for one of our tokens and for the
lead whom that mail was sent to, so to name an address too many does no harm.
"""

import re
from typing import Final

from pomelo.inbound.mime import reports
from pomelo.inbound.mime.addresses import addresses_in
from pomelo.inbound.mime.headers import first_token
from pomelo.inbound.mime.parts import Part, as_message, walk
from pomelo.inbound.model import BouncedRecipient, MailKind, Parsed
from pomelo.inbound.words.subjects import is_bounce_subject, is_delay_subject

# What a field says that only machines write, where a person's program writes it too.
SAYS_NO: Final = frozenset({"", "no", "false", "0", "none"})
SCANNED_CHARACTERS: Final = 8_000
NAMED: Final = 10

_MAILERS: Final = (
    "mailer-daemon", "mailerdaemon", "mail-daemon", "maildeliverysystem", "microsoftexchange",
)  # fmt: skip
_REPORT: Final = "multipart/report"
_RETURNED_BELOW: Final = re.compile(
    r"^(?:--|===|___).{0,80}(?:original|returned|copy|message|header|nachricht|kopie)"
    r"|^(?:Return-Path|Received|Message-Id|X-Pomelo-Id|DKIM-Signature):",
    re.IGNORECASE | re.MULTILINE,
)
# A code with what servers say beside one: "500 Oracle Parkway" in a signature has none of it.
_REFUSAL: Final = re.compile(
    r"(?<![\d.+-])(?<!\d )[45]\d\d[ -]"
    r"(?:#?[45]\.\d+\.\d+"
    r"|[a-z<][^\n]{0,100}?(?:user|recipient|mailbox|mailfolder|account|host|domain|message|relay"
    r"|denied|reject|refus|unknown|unavailable|unrout|quota|spam|polic|exist|block|requested))",
    re.IGNORECASE,
)
_WAITS: Final = re.compile(
    r"delay|not yet|warning|will (?:be )?(?:retr|keep|continue)|still being|verzöger|retard",
    re.IGNORECASE,
)
_FAILED: Final = re.compile(
    r"deliver|could not be reached|did not reach|returned|blocked|reject|zugestellt|zustellbar"
    r"|remis|distribu|entreg|recapit|bezorg|lever|doręcz|doruč|достав|配信|退信|送达",
    re.IGNORECASE,
)
_REPLY_CODE: Final = re.compile(r"(?<![\d.])[45]\d\d[ -]")


def is_from_mailer(address: str) -> bool:
    """Tell whether a mail system itself is the sender, by a name that no person uses."""
    return address.lower().startswith(_MAILERS)


def is_suspect(read: Parsed) -> bool:
    """Tell whether a mail without a delivery report may still be a bounce."""
    is_automatic = first_token(read.headers.get("auto-submitted", "")) not in SAYS_NO
    is_machine = is_automatic or read.headers.get("return-path") == "<>"
    is_postmaster = read.from_address.lower().startswith("postmaster@")  # may be a person
    return (
        "x-failed-recipients" in read.headers
        or read.report_type == "delivery-status"
        or is_from_mailer(read.from_address)
        or "mdn-sent-automatically; deleted" in read.disposition.lower()  # a filter's "reject"
        or ((is_machine or is_postmaster) and is_bounce_subject(read.subject))
        or (read.headers.get("return-path") == "<>" and _tells_of_failure(read))
    )


def _tells_of_failure(read: Parsed) -> bool:
    """Tell whether a mail without return path repeats a refusal, and says what it is about."""
    told = read.text[: _told_characters(read.text)]
    return bool(_REFUSAL.search(told) and _FAILED.search(f"{read.subject}\n{told}"))


def is_report(root: Part, read: Parsed) -> bool:
    """Tell whether a mail is a report, and not a person's that has parts of one attached.

    Some mail programs forward a bounce by attaching the parts of its report one by one.

    Source:
        RFC 6522 section 3; some systems send the parts without the multipart/report.
    """
    is_standard = any(part.content_type == _REPORT for part in walk(root, enclosed=False))
    return is_standard or is_suspect(read) or reports.is_hotmails(root)


def kind_of_bounce(recipients: tuple[BouncedRecipient, ...]) -> MailKind | None:
    """Give the kind of what a report says of some recipients.

    Returns:
        A bounce when one failed, else a delay when one waits, else a receipt (delivered,
        relayed); None of no recipients. Ask it for the lead's own rows.
    """
    actions = {recipient.action for recipient in recipients}
    if "failed" in actions:
        return MailKind.BOUNCE
    if "delayed" in actions:
        return MailKind.DELAYED
    return MailKind.RECEIPT if actions else None


def reported(root: Part) -> tuple[BouncedRecipient, ...]:
    """Read all recipients of the standard delivery reports in a mail."""
    found = (reports.recipient(block) for block in reports.delivery_blocks(root))
    return tuple(recipient for recipient in found if recipient)[: reports.RECIPIENTS]


def guessed(root: Part, read: Parsed) -> tuple[BouncedRecipient, ...]:
    """Find the recipients of a bounce that follows no standard.

    Args:
        root: The mail.
        read: What is known of it already.
    """
    if not is_suspect(read):
        return ()
    told = read.text[: _told_characters(read.text)]
    failed = addresses_in(read.headers.get("x-failed-recipients", ""), NAMED)
    delayed: tuple[str, ...] = ()
    if not failed:
        delayed, recognised_failed = recognised(root)
        failed = (*recognised_failed, *addresses_in(told, NAMED))
    if is_delay_subject(read.subject):
        delayed, failed = (*delayed, *failed), ()
    elif not _WAITS.search(told):  # the library takes some refusals for delays
        delayed, failed = (), (*failed, *delayed)
    strangers = _without((*failed, *delayed), _never_failed(read))
    return tuple(
        _described(address, "delayed" if address in delayed else "failed", told, strangers)
        for address in strangers
    )


def _never_failed(read: Parsed) -> frozenset[str]:
    """Give what looks like an address and is none that failed: ours, and Message-IDs."""
    ids = (header_id.strip("<>") for header_id in read.returned_ids)
    return frozenset(address.lower() for address in (*read.to_addresses, *ids))


def _without(addresses: tuple[str, ...], others: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        address
        for address in dict.fromkeys(address.rstrip(".") for address in addresses)
        if address.lower() not in others and not is_from_mailer(address)
    )


def recognised(root: Part) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ask the library that knows the old formats: (delayed, failed) addresses."""
    from flufl.bounce import all_failures  # noqa: PLC0415 - slow to load, and seldom needed

    try:
        delayed, failed = all_failures(as_message(root))
    except Exception:  # any of its 17 readers may stumble over foreign text
        return (), ()
    return _sorted(delayed), _sorted(failed)


def _sorted(addresses: frozenset[bytes]) -> tuple[str, ...]:
    return tuple(sorted(address.decode("ascii", "replace") for address in addresses if address))


def _told_characters(text: str) -> int:
    """Give where the bounce's own words end and the returned mail begins."""
    below = _RETURNED_BELOW.search(text[:SCANNED_CHARACTERS])
    return below.start() if below and below.start() else SCANNED_CHARACTERS


def _described(address: str, action: str, told: str, named: tuple[str, ...]) -> BouncedRecipient:
    words = _words_about(address, told, named)
    code = _REPLY_CODE.search(words)
    # The paragraph that names the address, or where that says nothing, the one with a code.
    paragraph = words.partition("\n\n")[0]
    if code and code.start() > len(paragraph):
        paragraph = words[code.start() :].partition("\n\n")[0]
    return BouncedRecipient(
        address=address,
        action=action,
        status=reports.status_in(words),
        diagnostic=reports.one_line(paragraph),
    )


def _words_about(address: str, told: str, named: tuple[str, ...]) -> str:
    """Cut what is said of one address: it ends where the next address is named."""
    start = told.find(address)
    if start < 0:
        return told if len(named) == 1 else ""
    after = start + len(address)
    ends = (told.find(other, after) for other in named if other != address)
    return told[after : min((end for end in ends if end >= 0), default=len(told))].lstrip(
        "<>:;, \n"
    )
