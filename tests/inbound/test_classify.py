"""Which kind each mail of the collection is, and the rules that tell kinds apart."""

from collections import Counter
from datetime import timedelta

import pytest

from pomelo.inbound.classify import is_auto_reply, kind_of, understand
from pomelo.inbound.model import MailKind, Parsed
from pomelo.inbound.parse import parse
from pomelo.inbound.words.subjects import (
    is_auto_reply_subject,
    is_bounce_subject,
    is_unsubscribe_subject,
)
from tests.inbound.letters import LEAD, letter, names

# A file's name begins with what it is.
KINDS = {
    "auto": MailKind.AUTO_REPLY,
    "bounce": MailKind.BOUNCE,
    "calendar": MailKind.CALENDAR,
    "complaint": MailKind.COMPLAINT,
    "delayed": MailKind.DELAYED,
    "receipt": MailKind.RECEIPT,
    "reply": MailKind.REPLY,
    "unsubscribe": MailKind.UNSUBSCRIBE,
}


def kind_by_name(name: str) -> MailKind:
    return KINDS[name.partition("_")[0]]


def read(**values: object) -> Parsed:
    return Parsed(**({"digest": "", "size_bytes": 0, "from_address": LEAD} | values))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", names())
def test_each_mail_of_the_collection_is_what_its_name_says(name: str) -> None:
    assert kind_of(parse(letter(name))) is kind_by_name(name)


def test_the_collection_holds_every_kind_more_than_once() -> None:
    counts = Counter(map(kind_by_name, names()))

    assert min(counts.values()) >= 2
    assert set(counts) == set(MailKind) - {MailKind.UNREADABLE}


@pytest.mark.parametrize("name", [name for name in names() if kind_by_name(name) is MailKind.REPLY])
def test_a_reply_stays_one_whoever_answers(name: str) -> None:
    raw = letter(name, lead="someone.else@other.example")

    assert kind_of(parse(raw)) is MailKind.REPLY


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"auto-submitted": "auto-replied"}, True),
        ({"auto-submitted": "auto-replied (vacation)"}, True),
        ({"auto-submitted": "Auto-Generated; type=x"}, True),
        ({"auto-submitted": "(rule) auto-notified"}, True),
        ({"auto-submitted": "no"}, False),
        ({"auto-submitted": "No (a person)"}, False),
        ({"auto-submitted": "(auto-replied) no"}, False),
        ({"x-autoreply": "yes"}, True),
        ({"x-autoreply": "no"}, False),
        ({"x-autorespond": "Re: hello"}, True),
        ({"x-autoresponder": "1"}, True),
        ({"x-apple-action": "AUTOREPLY/1234"}, True),
        ({"precedence": "auto_reply"}, True),
        ({"return-path": "<>"}, True),
        ({"return-path": f"<{LEAD}>"}, False),
        ({"x-auto-response-suppress": "All"}, False),
        ({"precedence": "bulk"}, False),
        ({"x-auto-response-suppress": "All", "precedence": "bulk"}, True),
        ({}, False),
    ],
)
def test_a_machine_is_known_by_one_strong_sign_or_two_weak_ones(
    headers: dict[str, str], expected: bool
) -> None:
    assert is_auto_reply(read(headers=headers)) is expected


def test_an_answer_within_a_minute_is_a_weak_sign_only() -> None:
    quick = timedelta(seconds=20)

    assert not is_auto_reply(read(), answered_after=quick)
    assert is_auto_reply(read(headers={"precedence": "bulk"}), answered_after=quick)
    assert not is_auto_reply(read(headers={"precedence": "bulk"}), answered_after=quick * 9)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Hello", "Auto: Hello", "Out of Office", "Out of office until Monday",
        "Out of office (was: Hello)", "Automatische Antwort: Hallo", "Abwesenheitsnotiz",
        "Außer Haus bis 4. Mai", "Réponse automatique : Bonjour", "Absence du bureau",
        "Respuesta automática: Hola", "Fuera de la oficina", "Risposta automatica: Ciao",
        "Resposta automática: Olá", "Automatisch antwoord: Hallo", "Autosvar: Hej",
        "Automatiskt svar: Hej", "Automatisk svar: Hei", "Automaattinen vastaus: Hei",
        "Odpowiedź automatyczna: Hej", "Automatická odpověď: Ahoj", "Automatikus válasz: Szia",
        "Răspuns automat: Bună", "Автоматический ответ: Привет", "Αυτόματη απάντηση: Γεια",
        "Otomatik yanıt: Merhaba", "自動返信: こんにちは", "自动回复：你好", "자동 회신: 안녕",
    ],
)  # fmt: skip
def test_subjects_of_automatic_answers_are_known_in_many_languages(subject: str) -> None:
    assert is_auto_reply_subject(subject)


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Automatic reply: Hello", "Out of office furniture", "Automatic reply systems for you",
        "Re: Out of office", "Abwesenheitsverwaltung für Teams", "Absences and how we plan them",
        "Autosvarare", "On leave-taking", "Hello", "",
    ],
)  # fmt: skip
def test_subjects_that_only_speak_of_such_things_are_not_taken_for_them(subject: str) -> None:
    assert not is_auto_reply_subject(subject)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Automatic reply: Something else", True),
        ("AUTO: Ada Lovage is out of the office (returning 03/09/2026)", True),
        ("Out of office: Cider press capacity", True),
        ("Out of office Re: Cider press capacity", True),
        ("Out of office until 9 March", True),
        ("Absence", True),
        ("Absence: can we move our call?", False),
        ("Afwezig, maar toch antwoord", False),
        ("Auto-reply: how do you do it?", False),
        ("AUTO: LEASING ODER KAUF", False),
    ],
)
def test_once_our_subject_is_known_a_new_one_is_a_persons(subject: str, expected: bool) -> None:
    assert is_auto_reply_subject(subject, "Cider press capacity") is expected


def test_a_subject_like_a_machines_counts_with_a_quick_answer() -> None:
    parsed = read(subject="Absence: write to Sam")
    quick = timedelta(seconds=20)

    assert is_auto_reply(parsed, answered_after=quick, answers="Cider press capacity")
    assert not is_auto_reply(parsed, answered_after=quick * 9, answers="Cider press capacity")


@pytest.mark.parametrize(
    "subject",
    [
        "[Postmaster] Email Delivery Failure", "**Message you sent blocked by our filter**",
        "系统退信/Systems bounce", "Undelivered Mail Returned to Sender", "Undeliverable: Hello",
        "failure notice",
        "Unzustellbar: Hallo", "Non remis : Bonjour", "No se puede entregar: Hola",
        "Non recapitabile: Ciao", "Onbestelbaar: Hallo", "Não entregue: Olá",
        "Niedostarczalne: Hej", "Недоставлено: Привет", "Mail Delivery Failed: returning",
    ],
)  # fmt: skip
def test_subjects_of_bounces_are_known_in_many_languages(subject: str) -> None:
    assert is_bounce_subject(subject)


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("unsubscribe", True), ("Unsubscribe", True), (" UNSUBSCRIBE. ", True),
        ("unsubscribe Tk_9Tk_9Tk_9Tk_9Tk_9", True), ("Re: unsubscribe", False),
        ("unsubscribe rates", False), ("How to unsubscribe", False),
    ],
)  # fmt: skip
def test_only_the_subject_of_our_own_link_unsubscribes(subject: str, expected: bool) -> None:
    assert is_unsubscribe_subject(subject) is expected


def test_a_person_named_postmaster_may_answer() -> None:
    parsed = parse(letter("reply_top_posted", lead="postmaster@lead.example"))

    assert kind_of(parsed) is MailKind.REPLY


def test_a_complaint_comes_before_everything_else() -> None:
    parsed = parse(letter("complaint_arf_abuse"))

    understood = understand(parsed)

    assert understood.kind is MailKind.COMPLAINT
    assert understood.complained == (LEAD,)


@pytest.mark.parametrize("kind", ["auth-failure", "not-spam", "virus", "other"])
def test_a_report_about_something_else_means_nothing(kind: str) -> None:
    raw = letter("receipt_arf_auth_failure").replace(b"auth-failure", kind.encode())

    assert kind_of(parse(raw)) is MailKind.RECEIPT


@pytest.mark.parametrize(
    "signature",
    [
        "500 Oracle Parkway, Redwood City", "415 Mission Street", "Suite 450 West",
        "Postfach 456 Muenchen", "Tel. 555 BOB-LEAD", "T +1 (415) 555 1234",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "text", ["I will reply when I have returned.", "For deliveries, please ask a colleague."]
)
def test_a_street_in_a_signature_makes_no_bounce_of_an_absence(text: str, signature: str) -> None:
    head = f"Return-Path: <>\nFrom: {LEAD}\nSubject: Re: Hello\nAuto-Submitted: auto-replied\n\n"

    assert kind_of(parse(f"{head}{text}\n{signature}\n{LEAD}\n".encode())) is MailKind.AUTO_REPLY


def test_an_attached_text_does_not_unsubscribe() -> None:
    assert kind_of(parse(letter("reply_with_attachment"))) is MailKind.REPLY


def test_words_of_the_quoted_mail_do_not_unsubscribe() -> None:
    raw = letter("reply_top_posted").replace(
        b"is your press busy in May?", b"Please remove me from your list."
    )

    assert kind_of(parse(raw)) is MailKind.REPLY
