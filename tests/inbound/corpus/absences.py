"""Automatic answers: absences and acknowledgements, as mail programs write them."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Final

from msgspec import Struct

from tests.inbound.corpus.cases import MX, Case
from tests.inbound.corpus.planted import encoded, mail, multipart, plain_mail, text_part
from tests.inbound.corpus.servers import Lines
from tests.inbound.corpus.words import Language

# Where a weekday's name in running text is more than its sign.
WEEKDAY: Final = {"ja": "{weekday}曜日", "zh": "星期{weekday}", "ko": "{weekday}요일"}
WEEK: Final = 7


class Answer(Struct, frozen=True):
    """An automatic answer's words, and the day on which its writer is back."""

    text: str
    returns_on: date | None


def absence(language: Language, kind: str, at: date, random: Random) -> Answer:
    """Write that somebody is away: until a day (`last`), back on a day (`back`), or just `away`."""
    sentence = random.choice(getattr(language, kind))
    if kind in {"away", "acks"}:
        return Answer(sentence, None)
    is_week = random.random() < 0.15 and "{start}" not in sentence
    day = at + timedelta(days=random.randrange(2, WEEK) if is_week else random.randrange(2, 45))
    form = WEEKDAY.get(language.code, "{weekday}") if is_week else random.choice(language.dates)
    begin = language.written(at - timedelta(days=random.randrange(1, 6)), form)
    text = sentence.format(date=language.written(day, form), start=begin)
    return Answer(text, day + timedelta(days=kind == "last"))


def fields(case: Case, subject: str, *more: tuple[str, str], threaded: bool = True) -> Lines:
    """Give the fields of an answer from the lead's own address."""
    ours = dict(case.ours.fields())["Message-ID"]
    thread = [("In-Reply-To", ours), ("References", ours)] if threaded else []
    return [
        ("From", f"Ada Lovage <{case.lead}>"),
        ("To", f"{case.ours.name} <{case.ours.sender}>"),
        ("Subject", subject),
        ("Date", case.when),
        ("Message-ID", case.message_id(MX)),
        *thread,
        *more,
    ]


def exchange(case: Case, language: Language, text: str) -> bytes:
    page = f"<html><body><p>{text}</p></body></html>"
    lines = fields(
        case,
        encoded(language.auto + case.ours.subject),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-MS-Exchange-Inbox-Rules-Loop", case.lead),
    )
    parts = [text_part(text), text_part(page, "utf-8", "html")]
    return mail(lines, multipart("alternative", parts, case.boundary))


def gmail(case: Case, language: Language, text: str) -> bytes:
    lines = fields(
        case,
        encoded(f"{case.random.choice(language.absent)} Re: {case.ours.subject}"),
        ("Auto-Submitted", "auto-replied"),
        ("Precedence", "bulk"),
        ("X-Autoreply", "yes"),
    )
    page = f'<div dir="ltr">{text}</div>'
    parts = [text_part(text), text_part(page, "utf-8", "html")]
    return mail(lines, multipart("alternative", parts, case.boundary))


def sieve(case: Case, language: Language, text: str) -> bytes:
    lines = fields(
        case,
        encoded(f"Auto: {case.ours.subject}"),
        ("Auto-Submitted", "auto-replied (vacation)"),
        ("Precedence", "bulk"),
        ("X-Sieve", "Pigeonhole Sieve 0.5.19"),
    )
    return mail(lines, text_part(text))


def panel(case: Case, language: Language, text: str) -> bytes:
    """The autoresponder of a hosting panel; some versions write only their own field."""
    own = ("X-Autorespond", encoded(case.ours.subject))
    standard = [("Auto-Submitted", "auto-replied")] if case.random.random() < 0.5 else []
    lines = fields(case, encoded(case.random.choice(language.absent)), own, *standard)
    return mail(lines, text_part(text, case.random.choice(language.charsets)))


def notes(case: Case, language: Language, text: str) -> bytes:
    """Lotus Notes tells it in the subject, and in no other field."""
    lines = fields(
        case,
        encoded("AUTO: Ada Lovage is out of the office"),
        ("X-Mailer", "Lotus Notes Release 8.5.3"),
    )
    return mail(lines, text_part(text))


def subject_only(case: Case, language: Language, text: str) -> bytes:
    """Old programs are known by their subject alone."""
    charset = case.random.choice(language.charsets)
    lines = fields(case, encoded(language.auto + case.ours.subject, "utf-8"), threaded=True)
    return mail(lines, text_part(text, charset))


def null_path(case: Case, language: Language, text: str) -> bytes:
    """RFC 3834 section 3.3: an automatic answer has no return path; streets have numbers."""
    lines = [("Return-Path", "<>"), *fields(case, encoded(language.re + case.ours.subject))]
    street = case.random.choice(("500 Oracle Parkway", "Suite 450 West", "Postfach 456 B"))
    signed = f"{text}\n\n{street}\n{case.lead}\n"
    return mail(lines, text_part(signed, case.random.choice(language.charsets)))


def absent_subject(case: Case, language: Language, text: str) -> bytes:
    subject = encoded(case.random.choice(language.absent))
    lines = [("Return-Path", "<>"), *fields(case, subject, ("Precedence", "junk"))]
    return mail(lines, text_part(text))


def icloud(case: Case, language: Language, text: str) -> bytes:
    lines = fields(
        case,
        encoded(language.re + case.ours.subject),
        ("X-Apple-Action", "VACATION/1"),
        ("Auto-Submitted", "auto-replied"),
    )
    return mail(lines, text_part(text))


def suppressing(case: Case, language: Language, text: str) -> bytes:
    """Only weak signs, but two of them."""
    lines = fields(
        case,
        encoded(language.re + case.ours.subject),
        ("X-Auto-Response-Suppress", "All"),
        ("Precedence", "bulk"),
    )
    return mail(lines, text_part(text))


def help_desk(case: Case, language: Language, text: str) -> bytes:
    lines = fields(
        case,
        encoded(f"[#48213] {case.ours.subject}"),
        ("Auto-Submitted", "auto-generated"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Mailer", "Zendesk Mailer"),
    )
    return mail(lines, text_part(text))


def old_responder(case: Case, language: Language, text: str) -> bytes:
    lines = fields(
        case, f"Re: {encoded(case.ours.subject)}", ("Precedence", "auto_reply"), threaded=False
    )
    ours = dict(case.ours.fields())["Message-ID"]
    traced = [*lines, ("In-Reply-To", f"Your message of {case.when} {ours}")]
    return plain_mail(traced, text)


ABSENCES: Final[dict[str, Callable[[Case, Language, str], bytes]]] = {
    "Exchange": exchange,
    "Gmail": gmail,
    "Sieve": sieve,
    "hosting panel": panel,
    "Notes": notes,
    "subject only": subject_only,
    "null return path": null_path,
    "subject and null path": absent_subject,
    "iCloud": icloud,
    "two weak signs": suppressing,
}
ACKNOWLEDGEMENTS: Final[dict[str, Callable[[Case, Language, str], bytes]]] = {
    "help desk": help_desk,
    "old responder": old_responder,
    "hosting panel": panel,
}
