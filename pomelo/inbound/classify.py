"""What kind of mail came back; pure rules over what was read, in a fixed order.

Complaint, bounce, unsubscribe mail, automatic answer, calendar answer, receipt, reply.
"""

from datetime import date, timedelta
from typing import Final

from pomelo.inbound.bounces import SAYS_NO, is_from_mailer, is_suspect, kind_of_bounce
from pomelo.inbound.match import OWN_HEADER, THREAD_INDEX, address_tags, candidates
from pomelo.inbound.mime.headers import first_token
from pomelo.inbound.model import MailKind, Parsed, Understood
from pomelo.inbound.words.phrases import is_unsubscribe_request
from pomelo.inbound.words.returns import returns_on
from pomelo.inbound.words.subjects import (
    begins_like_auto_reply,
    is_auto_reply_subject,
    is_bounce_subject,
    is_delay_subject,
    is_unsubscribe_subject,
)

QUICK: Final = timedelta(seconds=60)
WEAK_SIGNS: Final = 2

_COMPLAINTS: Final = frozenset({"abuse", "fraud", "opt-out", "opt-out-list"})
_CALENDAR_ANSWERS: Final = frozenset({"reply", "counter", "declinecounter"})
_MACHINE_HEADERS: Final = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-apple-action",
)
_PRECEDENCE: Final = frozenset({"auto_reply", "auto-reply"})
_WEAK_PRECEDENCE: Final = frozenset({"bulk", "junk", "list"})

# The headers that the rules here, in `bounces` and in `match` look at; the others are not kept.
HEADERS: Final = frozenset(
    {
        OWN_HEADER,
        THREAD_INDEX,
        "auto-submitted",
        "precedence",
        "return-path",
        "x-auto-response-suppress",
        "x-failed-recipients",
        "x-precedence",
        *_MACHINE_HEADERS,
    }
)


def understand(
    parsed: Parsed, *, answered_after: timedelta | None = None, answers: str | None = None
) -> Understood:
    """Tell what a mail is and what it may belong to.

    Args:
        parsed: The mail as read.
        answered_after: How long after ours it came, once that is known.
        answers: The subject of ours without "Re:", once that is known.
    """
    kind = kind_of(parsed, answered_after=answered_after, answers=answers)
    return Understood(
        kind=kind,
        reply_text=parsed.reply,
        bounced=parsed.bounced,
        complained=parsed.feedback.recipients if parsed.feedback else (),
        candidates=candidates(parsed),
        returns_on=_returns_on(parsed) if kind is MailKind.AUTO_REPLY else None,
    )


def _returns_on(parsed: Parsed) -> date | None:
    if parsed.date is None:
        return None
    # Some programs say it in the subject: "out of office until 9 March".
    return returns_on(f"{parsed.reply}\n{parsed.subject}", parsed.date.date())


def kind_of(
    parsed: Parsed, *, answered_after: timedelta | None = None, answers: str | None = None
) -> MailKind:
    """Tell what kind of mail it is."""
    if is_complaint(parsed):
        return MailKind.COMPLAINT
    if parsed.feedback is not None:  # of authentication, a virus, or that it was no spam
        return MailKind.RECEIPT
    if bounce := bounce_kind(parsed):
        return bounce
    if is_unsubscribe(parsed):
        return MailKind.UNSUBSCRIBE
    if is_auto_reply(parsed, answered_after=answered_after, answers=answers):
        return MailKind.AUTO_REPLY
    if parsed.calendar_method in _CALENDAR_ANSWERS:
        return MailKind.CALENDAR
    return MailKind.RECEIPT if parsed.disposition else MailKind.REPLY


def is_complaint(parsed: Parsed) -> bool:
    """Tell whether the recipient pressed "spam".

    Source:
        RFC 5965 section 7.3 (the types of reports).
    """
    return parsed.feedback is not None and parsed.feedback.type in _COMPLAINTS


def bounce_kind(parsed: Parsed) -> MailKind | None:
    """Tell whether a mail could not be delivered, or waits; None if it is no bounce."""
    if kind := kind_of_bounce(parsed.bounced):
        return kind
    if not is_suspect(parsed) or not is_bounce_subject(parsed.subject):
        return None
    return MailKind.DELAYED if is_delay_subject(parsed.subject) else MailKind.BOUNCE


def is_unsubscribe(parsed: Parsed) -> bool:
    """Tell whether somebody asks to be written to no more: by our address or in words."""
    return (
        any(letter == "u" for letter, _ in address_tags(parsed.to_addresses))
        or is_unsubscribe_subject(parsed.subject)
        or (not parsed.report_type and is_unsubscribe_request(parsed.reply_unsigned))
    )


def is_auto_reply(
    parsed: Parsed, *, answered_after: timedelta | None = None, answers: str | None = None
) -> bool:
    """Tell whether a machine answered.

    One strong sign is enough; of the weak ones, which people's mail shows too, it takes two.

    Source:
        RFC 3834 sections 3.1.5 to 3.1.8 and 5.
    """
    if parsed.disposition:  # a receipt is a machine's mail too, but of a kind of its own
        return False
    is_machines = _has_strong_sign(parsed) or is_auto_reply_subject(parsed.subject, answers)
    return is_machines or _weak_signs(parsed, answered_after) >= WEAK_SIGNS


def _has_strong_sign(parsed: Parsed) -> bool:
    headers = parsed.headers
    return (
        first_token(headers.get("auto-submitted", "no")) not in SAYS_NO
        or any(first_token(headers.get(name, "")) not in SAYS_NO for name in _MACHINE_HEADERS)
        or first_token(headers.get("precedence", "")) in _PRECEDENCE
        or first_token(headers.get("x-precedence", "")) in _PRECEDENCE
        or (headers.get("return-path") == "<>" and not parsed.report_type)
        or is_from_mailer(parsed.from_address)
    )


def _weak_signs(parsed: Parsed, answered_after: timedelta | None) -> int:
    is_quick = answered_after is not None and answered_after <= QUICK
    signs = (
        first_token(parsed.headers.get("x-auto-response-suppress", "")) not in SAYS_NO,
        first_token(parsed.headers.get("precedence", "")) in _WEAK_PRECEDENCE,
        is_quick,
        is_quick and begins_like_auto_reply(parsed.subject),
    )
    return sum(signs)
