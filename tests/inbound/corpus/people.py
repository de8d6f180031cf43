"""What people write, in the shapes of the programs they write with."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from tests.inbound.corpus.absences import fields
from tests.inbound.corpus.cases import Case
from tests.inbound.corpus.planted import encoded, mail, multipart, text_part
from tests.inbound.corpus.words import Language

SIGNATURE: Final = "-- \nAda Lovage\nGranary Press Ltd.\n+44 20 7946 0000"
PHONE: Final = "Sent from my iPhone"

Entity = Callable[[Case, Language, str], str]


def _subject(case: Case, language: Language) -> str:
    return encoded(language.re + case.ours.subject)


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _wrote(case: Case, language: Language) -> str:
    day = (case.ours.at + timedelta(days=0)).date()
    return language.written(day, case.random.choice(language.wrote), ours=case.ours)


def _charset(case: Case, language: Language) -> str:
    return case.random.choice(language.charsets)


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>\n")


def gmail(case: Case, language: Language, text: str) -> str:
    wrote = _wrote(case, language)
    plain = f"{text}\n\n{wrote}\n\n{_quoted(case.ours.text)}\n"
    page = (
        f'<div dir="ltr">{_html(text)}</div><br><div class="gmail_quote"><div dir="ltr"'
        f' class="gmail_attr">{_html(wrote)}<br></div><blockquote class="gmail_quote"'
        f' style="margin:0 0 0 .8ex">{_html(case.ours.text)}</blockquote></div>'
    )
    parts = [text_part(plain), text_part(page, "utf-8", "html")]
    return multipart("alternative", parts, case.boundary)


def gmail_html(case: Case, language: Language, text: str) -> str:
    page = (
        f'<div dir="ltr">{_html(text)}</div><div class="gmail_quote"><div class="gmail_attr">'
        f"{_html(_wrote(case, language))}</div><blockquote>{_html(case.ours.text)}"
        "</blockquote></div>"
    )
    return text_part(page, "utf-8", "html")


def _field_block(case: Case, language: Language) -> str:
    sender, sent, to, subject = language.fields
    return (
        f"{sender}: {case.ours.name} <{case.ours.sender}>\n{sent}: {case.when}\n"
        f"{to}: Ada Lovage <{case.lead}>\n{subject}: {case.ours.subject}\n"
    )


def outlook(case: Case, language: Language, text: str) -> str:
    plain = f"{text}\n\n{_field_block(case, language)}\n{case.ours.text}\n"
    return text_part(plain, _charset(case, language))


def outlook_rule(case: Case, language: Language, text: str) -> str:
    rule = "_" * 32
    plain = f"{text}\n\n{rule}\n{_field_block(case, language)}\n{case.ours.text}\n"
    return text_part(plain)


def outlook_html(case: Case, language: Language, text: str) -> str:
    block = "".join(
        f"<b>{line.partition(':')[0]}:</b>{_html(line.partition(':')[2])}<br>"
        for line in _field_block(case, language).strip().split("\n")
    )
    page = (
        f'<html><body><div class="elementToProof">{_html(text)}</div>'
        f'<hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr">{block}'
        f"</div><div>{_html(case.ours.text)}</div></body></html>"
    )
    return text_part(page, "utf-8", "html")


def bottom(case: Case, language: Language, text: str) -> str:
    plain = f"{_wrote(case, language)}\n{_quoted(case.ours.text)}\n\n{text}\n\n{SIGNATURE}\n"
    return text_part(plain, _charset(case, language))


def between(case: Case, language: Language, text: str) -> str:
    first, _, rest = case.ours.text.partition("\n\n")
    plain = f"{_wrote(case, language)}\n{_quoted(first)}\n\n{text}\n\n{_quoted(rest)}\n"
    return text_part(plain, _charset(case, language))


def phone(case: Case, language: Language, text: str) -> str:
    plain = f"{text}\n\n{PHONE}\n\n> {_wrote(case, language)}\n> \n{_quoted(case.ours.text)}\n"
    return text_part(plain)


def alone(case: Case, language: Language, text: str) -> str:
    return text_part(text + "\n", _charset(case, language))


def signed(case: Case, language: Language, text: str) -> str:
    plain = f"{text}\n\n{SIGNATURE}\n\n{_wrote(case, language)}\n{_quoted(case.ours.text)}\n"
    return text_part(plain, _charset(case, language))


def forwarding(case: Case, language: Language, text: str) -> str:
    """A colleague answers, with the mail as it was forwarded to them below."""
    plain = f"{text}\n\n{language.forward}\n{_field_block(case, language)}\n{case.ours.text}\n"
    return text_part(plain)


def invitation(case: Case, language: Language, text: str) -> str:
    event = (
        "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:x@lead.example\n"
        "DTSTART:20260312T090000Z\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    parts = [text_part(text), text_part(event, "utf-8", "calendar; method=REQUEST")]
    return multipart("mixed", parts, case.boundary)


def carrying_a_bounce(case: Case, language: Language, text: str) -> str:
    """Somebody forwards a bounce that they got, and asks about it."""
    bounce = (
        "Content-Type: message/rfc822\n\nFrom: MAILER-DAEMON@granary.example\n"
        f"To: {case.lead}\nSubject: Undelivered Mail Returned to Sender\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="in"\n\n'
        "--in\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; granary.example\n\n"
        f"Final-Recipient: rfc822; {case.lead}\nAction: failed\nStatus: 5.1.1\n\n--in--\n"
    )
    return multipart("mixed", [text_part(text), bounce], case.boundary)


def forwarding_a_bounce(case: Case, language: Language, text: str) -> str:
    """Thunderbird forwards a bounce "inline" by attaching the parts of its report."""
    title = f"-------- {language.fields[3]}: Undelivered Mail Returned to Sender --------"
    status = (
        "Content-Type: message/delivery-status; name=ForwardedMessage.eml\n"
        "Content-Disposition: attachment; filename=ForwardedMessage.eml\n\n"
        "Reporting-MTA: dns; granary.example\n\n"
        f"Final-Recipient: rfc822; {case.lead}\nAction: failed\nStatus: 5.1.1\n"
    )
    return multipart("mixed", [text_part(f"{text}\n\n{title}\n"), status], case.boundary)


PROGRAMS: Final[dict[str, Entity]] = {
    "Gmail": gmail,
    "Gmail, HTML only": gmail_html,
    "Outlook": outlook,
    "Outlook, with a rule": outlook_rule,
    "Outlook, HTML only": outlook_html,
    "bottom-posted": bottom,
    "between the lines": between,
    "iPhone": phone,
    "no quote": alone,
    "with signature": signed,
    "forwarded": forwarding,
}
CARRIERS: Final[dict[str, Entity]] = {
    "with invitation": invitation,
    "with a bounce": carrying_a_bounce,
    "with a bounce's parts": forwarding_a_bounce,
}
# Fields that machines write too, on mail that a person wrote.
HEADERS: Final[tuple[tuple[tuple[str, str], ...], ...]] = (
    (),
    (),
    (),
    (("Auto-Submitted", "no"),),
    (("X-Auto-Response-Suppress", "DR, OOF, AutoReply"),),
    (("Precedence", "bulk"), ("List-Id", "<press.lead.example>")),
    (("X-Mailer", "Apple Mail (2.3826)"), ("Disposition-Notification-To", "ada@lead.example")),
    (("Return-Receipt-To", "ada@lead.example"), ("Importance", "high")),
)
# New subjects that people give to their answers, and that look like a machine's.
SUBJECTS: Final = (
    "Absence: can we move our call?", "Abwesenheit: können wir verschieben?",
    "Absence de réponse à ma question", "On leave next week, so please call today",
    "Out of office furniture", "Vacation homes and cider presses", "Delivery failure of order 33",
    "Returned mail: the parcel came back", "Undelivered parcels in March",
    "Failure notice for press no. 3", "Unzustellbar: Paket an Ihre Firma",
    "Non remis : le colis de mardi", "Automatic reply templates?", "Auto-reply: how do you do it",
    "Unsubscribe rates", "unsubscribe button?",
    "Unsubscribe rates of cider makers", "Unsubscribe: how does your product do it?",
    "Delivery report for February", "Returned to sender: my letter to your office",
    "Warning: could not send the samples", "Delayed: our decision", "Delivery delayed, sorry",
    "OOO culture at Granary", "Away from the office, but here is my answer",
    "Afwezig, maar toch antwoord", "Poissa on poissa", "Re: Undeliverable: press capacity",
    "Fwd: Delivery Status Notification (Failure)", "WG: Unzustellbar: Angebot",
    "Urlaub: Wann liefern Sie?", "Bounce houses for the cider fair", "Read: the new brochure?",
    "Accepted: your offer",
)  # fmt: skip


def letter(
    case: Case,
    language: Language,
    entity: str,
    *,
    subject: str = "",
    writer: str = "",
    more: tuple[tuple[str, str], ...] = (),
) -> bytes:
    """Put a person's words into a mail from the lead, or from another address of theirs."""
    lines = fields(case, encoded(subject) or _subject(case, language), *more)
    path = ("Return-Path", f"<{writer or case.lead}>")
    lines = [path, *lines]
    if writer:
        lines = [(n, f"Ada <{writer}>" if n == "From" else value) for n, value in lines]
    return mail(lines, entity)
