"""Whether a reply asks to be written to no more: reviewed phrases, and nothing else beside them."""

import re
import unicodedata
from typing import Final

from pomelo.inbound.mime.addresses import addresses_in
from pomelo.inbound.words.requests import LANGUAGES, Language

REPLY_CHARACTERS: Final = 200
GREETING_WORDS: Final = 4
# So many characters at most become one (Korean letters a syllable, accents a vowel).
COMPOSED: Final = 4

_APOSTROPHE_N: Final = re.compile(r"n['’]t\b")
_CLAUSE_ENDS: Final = re.compile(r"[.!?;,:…。！？、，；()\"“”„«»–—\n]+")
_WORD_GAPS: Final = re.compile(r"[^\w]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Who asks to be reached in another way does not leave, and a person reads it.
_CALLS: Final = _words(
    "call phone ring telephone whatsapp instead anrufen rufen ruf telefon telefonisch telefonieren"
    " stattdessen appelez appelle appeler téléphone téléphoner plutôt llame llámeme llámame llamar"
    " teléfono chiami chiamami chiamare telefono invece ligue ligar telefone bel bellen telefoon"
    " ringa telefonen ringe soita soittakaa puhelin puhelimitse zadzwoń zadzwonić telefonicznie"
    " zavolejte telefonu hívjon telefonon sunați sună позвоните звоните телефону зателефонуйте"
    " arayın telefonla τηλέφωνο καλέστε 電話 电话 전화"
)
_DENIALS: Final = _words(
    "not dont never no stop nor nicht nie kein keine keinen ne pas jamais non nunca não nem niet"
    " geen nooit inte aldrig ikke aldri ei älkää ani žádné nu не ні нет değil μην όχι"
)


def is_unsubscribe_request(reply: str) -> bool:
    """Tell whether a reply, without quotes and signature, asks to be written to no more.

    Args:
        reply: The newest text; over 200 characters it is an answer for a person to read.
    """
    text = reply.strip()
    if len(text) > COMPOSED * REPLY_CHARACTERS:
        return False
    text = unicodedata.normalize("NFKC", text).strip()
    if not text or len(text) > REPLY_CHARACTERS:
        return False
    lines = [_clauses(line) for line in _without_addresses(text).split("\n")]
    if any(_names_another_way(clause) for line in lines for clause in line):
        return False
    return any(_is_request(lines, language) for language in LANGUAGES.values())


def _is_request(lines: list[list[str]], language: Language) -> bool:
    if any(_asks(clause, language.asks, language) for line in lines for clause in line):
        return True
    told = _first_line(lines, language)
    return len(told) == 1 and _asks(told[0], language.bare, language)


def _names_another_way(clause: str) -> bool:
    """Tell whether somebody wants to be spoken to, but not here: "no more emails, call me"."""
    words = set(clause.split())
    is_another = not words.isdisjoint(_CALLS) or clause.endswith("use me")
    return is_another and words.isdisjoint(_DENIALS)


def _without_addresses(text: str) -> str:
    for address in addresses_in(text):
        text = text.replace(address, "me")  # "remove ann@lead.example from your list"
    return text


def _clauses(line: str) -> list[str]:
    line = _APOSTROPHE_N.sub("nt", line.casefold())
    clauses = (" ".join(_WORD_GAPS.split(part)).strip() for part in _CLAUSE_ENDS.split(line))
    return [clause for clause in clauses if clause]


def _first_line(lines: list[list[str]], language: Language) -> list[str]:
    """Give the clauses of the first line that says something, greetings and thanks left out."""
    for line in lines:
        told = [clause for clause in line if not _is_courtesy(clause.split(), language)]
        if told:
            return told
    return []


def _is_courtesy(words: list[str], language: Language) -> bool:
    is_greeting = words[0] in language.greetings and len(words) <= GREETING_WORDS
    return is_greeting or language.around.issuperset(words)


def _asks(clause: str, phrases: tuple[str, ...], language: Language) -> bool:
    plain = " ".join(word for word in clause.split() if word not in language.polite)
    return any(
        _holds(said, phrase, language.around)
        for said in {clause, plain}
        for phrase in phrases
        if phrase in said
    )


def _holds(said: str, phrase: str, around: frozenset[str]) -> bool:
    before, found, after = f" {said} ".partition(f" {phrase} ")
    return bool(found and around.issuperset(before.split()) and around.issuperset(after.split()))
