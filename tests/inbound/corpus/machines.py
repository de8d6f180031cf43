"""What other machines send: complaints, read receipts, answers of calendars."""

from collections.abc import Callable
from typing import Final

from tests.inbound.corpus.cases import MX, Case
from tests.inbound.corpus.planted import encoded, head, mail, multipart, text_part
from tests.inbound.corpus.servers import Lines
from tests.inbound.corpus.words import Language

ANSWERS: Final = ("ACCEPTED", "DECLINED", "TENTATIVE")


def arf(case: Case, kind: str, *, with_body: bool, names: bool) -> bytes:
    """A complaint as RFC 5965 has it; some providers hide who complained."""
    about = [
        ("Feedback-Type", kind),
        ("User-Agent", "ProviderFBL/1.0"),
        ("Version", "1" if case.random.random() < 0.5 else "0.1"),
        ("Original-Mail-From", f"<{case.ours.sender}>"),
        ("Arrival-Date", case.when),
        ("Source-IP", "203.0.113.9"),
    ]
    named = [("Original-Rcpt-To", f"<{case.lead}>")] if names else []
    header = case.ours.header() if names else case.ours.header().replace(case.lead, "[redacted]")
    returned = (
        "Content-Type: message/rfc822\n\n" + header + "\nHello"
        if with_body
        else "Content-Type: text/rfc822-headers\n\n" + header
    )
    parts = [
        text_part("This is an email abuse report for a message received from IP 203.0.113.9.\n"),
        "Content-Type: message/feedback-report\n\n" + head([*about, *named]),
        returned,
    ]
    fields = [
        ("From", "fbl@provider.example"),
        ("To", case.ours.sender),
        ("Subject", f"FW: {encoded(case.ours.subject)}"),
        ("Date", case.when),
        ("Message-ID", case.message_id(MX)),
    ]
    return mail(fields, multipart("report", parts, case.boundary, "; report-type=feedback-report"))


def hotmail(case: Case) -> bytes:
    """Hotmail sends the mail itself, without a report about it."""
    returned = (
        "Content-Type: message/rfc822\nContent-Disposition: inline\n\n"
        f"X-HmXmrOriginalRecipient: {case.lead}\n" + case.ours.whole()
    )
    fields = [
        ("From", "<staff@hotmail.com>"),
        ("To", case.ours.sender),
        ("Subject", "complaint about message from 203.0.113.9"),
        ("Date", case.when),
        ("Message-ID", case.message_id("hotmail.com")),
    ]
    return mail(fields, multipart("mixed", [returned], case.boundary))


def receipt(case: Case, language: Language, disposition: str) -> bytes:
    """A read receipt.

    Source:
        RFC 8098 section 3.
    """
    status = head(
        [
            ("Reporting-UA", f"{MX}; Outlook"),
            ("Final-Recipient", f"rfc822;{case.lead}"),
            ("Original-Message-ID", dict(case.ours.fields())["Message-ID"]),
            ("Disposition", disposition),
        ]
    )
    charset = case.random.choice(language.charsets)
    text = f"{language.read.strip(': ')}\n\n{case.ours.subject}\n{case.when}\n"
    fields = [
        *_answering(case),
        ("Subject", encoded(language.read + case.ours.subject)),
    ]
    parts = [
        text_part(text, charset),
        "Content-Type: message/disposition-notification\n\n" + status,
    ]
    kind = "; report-type=disposition-notification"
    return mail(fields, multipart("report", parts, case.boundary, kind))


def calendar(case: Case, language: Language, answer: int, *, alone: bool) -> bytes:
    """Somebody accepts or declines an invitation.

    Source:
        RFC 5546 section 3.2.3, RFC 6047 section 2.4.
    """
    event = (
        "BEGIN:VCALENDAR\nPRODID:-//Calendar//EN\nVERSION:2.0\nMETHOD:REPLY\nBEGIN:VEVENT\n"
        f"UID:press-2026@pomelo.example\nSUMMARY:{case.ours.subject}\n"
        f"ATTENDEE;PARTSTAT={ANSWERS[answer]}:mailto:{case.lead}\n"
        "DTSTART:20260312T090000Z\nDTEND:20260312T093000Z\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    entity = text_part(event, "utf-8", "calendar; method=REPLY")
    words = text_part(f"Ada: {language.accepted[answer]}\n")
    fields = [
        *_answering(case),
        ("Subject", encoded(language.accepted[answer] + case.ours.subject)),
    ]
    if alone:
        return mail(fields, entity)
    return mail(fields, multipart("alternative", [words, entity], case.boundary))


def _answering(case: Case) -> Lines:
    ours = dict(case.ours.fields())["Message-ID"]
    return [
        ("Return-Path", f"<{case.lead}>"),
        ("From", f"Ada Lovage <{case.lead}>"),
        ("To", f"{case.ours.name} <{case.ours.sender}>"),
        ("Date", case.when),
        ("Message-ID", case.message_id(MX)),
        ("In-Reply-To", ours),
        ("References", ours),
    ]


DISPOSITIONS: Final = (
    "manual-action/MDN-sent-manually; displayed",
    "automatic-action/MDN-sent-automatically; displayed",
    "manual-action/MDN-sent-manually; deleted",
)
COMPLAINTS: Final[dict[str, Callable[[Case], bytes]]] = {
    "abuse": lambda case: arf(case, "abuse", with_body=True, names=True),
    "abuse, headers only": lambda case: arf(case, "abuse", with_body=False, names=True),
    "abuse, redacted": lambda case: arf(case, "abuse", with_body=True, names=False),
    "fraud": lambda case: arf(case, "fraud", with_body=True, names=True),
    "opt-out": lambda case: arf(case, "opt-out", with_body=False, names=True),
    "Hotmail": hotmail,
}
