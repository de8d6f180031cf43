"""The whole corpus: every kind, language and shape, from one seed, the same on each machine."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from random import Random
from typing import Final

from msgspec.structs import replace

from pomelo.inbound.model import MailKind
from tests.inbound.corpus import absences, elders, gateways, machines, people, servers, systems
from tests.inbound.corpus.cases import Case, Reason, reasons
from tests.inbound.corpus.planted import Ours, Planted
from tests.inbound.corpus.words import Language, languages

SEED: Final = 20260303
BEGIN: Final = datetime(2026, 1, 5, 9, 15, tzinfo=UTC)
# Every server meets every third reason, and together they meet all.
SHARE: Final = 3
OTHER_ADDRESS: Final = "ada@granary-press.example"


@cache
def corpus() -> tuple[Planted, ...]:
    """Make all mails; their names are unique."""
    random = Random(SEED)
    return (
        *_bounces(random),
        *_special_bounces(random),
        *_delays(random),
        *_complaints(random),
        *_machines(random),
        *_absences(random),
        *_acknowledgements(random),
        *_replies(random),
        *_lookalikes(random),
        *_odd_replies(random),
        *_wishes(random),
    )


def _ours(random: Random, language: Language | None = None) -> Ours:
    at = BEGIN + timedelta(days=random.randrange(340), minutes=random.randrange(400))
    return (language or languages()["en"]).ours(at)


def _case(random: Random, reason: Reason | None = None, ours: Ours | None = None) -> Case:
    ours = ours or _ours(random)
    # Each mail has a Random of its own, so that one more shape does not change all others.
    return Case(ours, reason or reasons(ours)[0], Random(random.randrange(2**32)))


def _bounce(name: str, server: str, case: Case, raw: bytes, language: str = "en") -> Planted:
    return Planted(
        name=name,
        kind=MailKind.BOUNCE,
        language=language,
        server=server,
        raw=raw,
        answers=case.ours.subject,
        reply_class=case.reason.reply_class,
        failed=case.lead,
    )


def _bounces(random: Random) -> Iterator[Planted]:
    shapes = {**servers.RELAYS, **gateways.GATEWAYS, **elders.ELDERS}
    told = reasons(_ours(random))
    found_out = reasons(_ours(random), "local")
    for turn, (server, shape) in enumerate(shapes.items()):
        for place, reason in enumerate(told):
            if (turn + place) % SHARE == 0:
                case = _case(random, reason)
                yield _bounce(f"bounce {server} {place}", server, case, shape(case))
    for (server, shape), (place, reason) in product(
        (("Postfix", servers.postfix), ("Exim", servers.exim)), enumerate(found_out)
    ):
        case = _case(random, reason)
        yield _bounce(f"bounce {server} local {place}", server, case, shape(case))


def _special_bounces(random: Random) -> Iterator[Planted]:
    told = reasons(_ours(random))
    own = [reason for reason in told if reason.mx == "m365"]
    for code, language in languages().items():
        for place, reason in enumerate(random.sample(own, 5)):
            case = _case(random, reason, _ours(random, language))
            raw = systems.exchange(case, code)
            yield _bounce(f"bounce Exchange {code} {place}", "Exchange", case, raw, code)
    for place in range(4):
        case = _case(random, told[10])
        yield _bounce(f"bounce Domino {place}", "Domino", case, systems.domino(case))
    for (server, shape), (place, reason) in product(
        systems.SPECIAL.items(), enumerate(random.sample(told, 12))
    ):
        case = _case(random, reason)
        yield _bounce(f"bounce {server} {place}", server, case, shape(case))
    for place, lead in enumerate(
        ("jörg@bücher.example", "użytkownik@lead.example", "医者@例え.example")
    ):
        case = _case(random, told[30], replace(_ours(random), lead=lead))
        yield _bounce(f"bounce EAI {place}", "EAI", case, systems.international(case))


def _delays(random: Random) -> Iterator[Planted]:
    slow = [one for one in reasons(_ours(random), "local") if one.status.startswith("4")]
    slow += [one for one in reasons(_ours(random)) if one.status.startswith("4")]
    for (server, shape), (place, reason) in product(systems.DELAYS.items(), enumerate(slow)):
        case = _case(random, reason)
        yield _delay(f"delayed {server} {place}", server, "en", case, shape(case))
    for code in systems.DELAYED:
        for place, reason in enumerate(random.sample(slow, 3)):
            case = _case(random, reason, _ours(random, languages()[code]))
            raw = systems.exchange(case, code, "delayed")
            yield _delay(f"delayed Exchange {code} {place}", "Exchange", code, case, raw)


def _delay(name: str, server: str, language: str, case: Case, raw: bytes) -> Planted:
    return Planted(
        name=name,
        kind=MailKind.DELAYED,
        language=language,
        server=server,
        raw=raw,
        answers=case.ours.subject,
        failed=case.lead,
    )


def _complaints(random: Random) -> Iterator[Planted]:
    for (server, shape), place in product(machines.COMPLAINTS.items(), range(6)):
        raw = shape(_case(random))
        yield _other(MailKind.COMPLAINT, f"complaint {server} {place}", server, "en", raw)


def _machines(random: Random) -> Iterator[Planted]:
    for code, language in languages().items():
        for place, disposition in enumerate(machines.DISPOSITIONS):
            raw = machines.receipt(
                _case(random, None, _ours(random, language)), language, disposition
            )
            yield _other(MailKind.RECEIPT, f"receipt {code} {place}", "Outlook", code, raw)
        for answer in range(3):
            case = _case(random, None, _ours(random, language))
            raw = machines.calendar(case, language, answer, alone=random.random() < 0.3)
            yield _other(MailKind.CALENDAR, f"calendar {code} {answer}", "calendar", code, raw)


def _other(kind: MailKind, name: str, server: str, language: str, raw: bytes) -> Planted:
    answers = languages()[language].topic
    return Planted(name=name, kind=kind, language=language, server=server, raw=raw, answers=answers)


def _absences(random: Random) -> Iterator[Planted]:
    for (code, language), (server, shape), kind in product(
        languages().items(), absences.ABSENCES.items(), ("back", "last", "away")
    ):
        case = _case(random, None, _ours(random, language))
        answer = absences.absence(language, kind, case.ours.at.date(), case.random)
        yield Planted(
            name=f"auto {server} {code} {kind}",
            kind=MailKind.AUTO_REPLY,
            language=code,
            server=server,
            raw=shape(case, language, answer.text),
            answers=language.topic,
            returns_on=answer.returns_on,
        )


def _acknowledgements(random: Random) -> Iterator[Planted]:
    for (code, language), (server, shape) in product(
        languages().items(), absences.ACKNOWLEDGEMENTS.items()
    ):
        case = _case(random, None, _ours(random, language))
        text = case.random.choice(language.acks)
        name = f"auto ack {server} {code}"
        yield _other(MailKind.AUTO_REPLY, name, server, code, shape(case, language, text))


def _reply(name: str, server: str, language: Language, raw: bytes, says: str) -> Planted:
    return Planted(
        name=name,
        kind=MailKind.REPLY,
        language=language.code,
        server=server,
        raw=raw,
        answers=language.topic,
        says=says,
    )


def _replies(random: Random) -> Iterator[Planted]:
    for language, (program, shape) in product(languages().values(), people.PROGRAMS.items()):
        for kind in ("short", "long", "no"):
            case = _case(random, None, _ours(random, language))
            text = case.random.choice(getattr(language, kind))
            more = case.random.choice(people.HEADERS)
            writer = OTHER_ADDRESS if case.random.random() < 0.15 else ""
            entity = shape(case, language, text)
            raw = people.letter(case, language, entity, writer=writer, more=more)
            yield _reply(f"reply {program} {language.code} {kind}", program, language, raw, text)


def _lookalikes(random: Random) -> Iterator[Planted]:
    """Every sentence that only looks like a machine's or like a wish, in two programs each."""
    programs = list(people.PROGRAMS.items())
    for language in languages().values():
        for place, text in enumerate((*language.tricky, *language.never)):
            for program, shape in random.sample(programs, 2):
                case = _case(random, None, _ours(random, language))
                more = case.random.choice(people.HEADERS)
                raw = people.letter(case, language, shape(case, language, text), more=more)
                name = f"reply, lookalike {place} {program} {language.code}"
                yield _reply(name, program, language, raw, text)


def _odd_replies(random: Random) -> Iterator[Planted]:
    for language in languages().values():
        for program, shape in people.CARRIERS.items():
            case = _case(random, None, _ours(random, language))
            text = case.random.choice(language.tricky)
            raw = people.letter(case, language, shape(case, language, text))
            yield _reply(f"reply {program} {language.code}", program, language, raw, text)
        for program in ("Gmail", "Outlook", "no quote"):
            case = _case(random, None, _ours(random, language))
            text = case.random.choice(language.short)
            subject = language.re + language.auto + case.ours.subject
            entity = people.PROGRAMS[program](case, language, text)
            raw = people.letter(case, language, entity, subject=subject)
            name = f"reply to an absence {program} {language.code}"
            yield _reply(name, program, language, raw, text)
            # Nothing of their own: the quote is no wish of theirs, whatever our footer says.
            raw = people.letter(case, language, people.PROGRAMS["Gmail"](case, language, ""))
            yield _reply(
                f"reply, only a quote {program} {language.code}", program, language, raw, ""
            )
    english = languages()["en"]
    for subject, program in product(people.SUBJECTS, ("Gmail", "no quote")):
        case = _case(random)
        text = case.random.choice(english.short)
        entity = people.PROGRAMS[program](case, english, text)
        raw = people.letter(
            case, english, entity, subject=subject, more=case.random.choice(people.HEADERS)
        )
        yield _reply(f"reply, subject {subject!r} {program}", program, english, raw, text)


def _wishes(random: Random) -> Iterator[Planted]:
    for language in languages().values():
        for place, wish in enumerate(language.wishes):
            program = case_program = random.choice(list(people.PROGRAMS))
            case = _case(random, None, _ours(random, language))
            entity = people.PROGRAMS[case_program](case, language, wish)
            raw = people.letter(case, language, entity)
            yield Planted(
                name=f"unsubscribe {language.code} {place}",
                kind=MailKind.UNSUBSCRIBE,
                language=language.code,
                server=program,
                raw=raw,
                answers=language.topic,
                says=wish,
            )
