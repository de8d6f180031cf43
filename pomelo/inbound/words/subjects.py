"""Beginnings of subjects by which machines are known, in the languages they write."""

import re
from typing import Final

# What mail programs put before the subject that they answer, and nobody by hand.
_PREFIXES: Final = (
    "automatic reply", "out of office autoreply", "automatische antwort",
    "automatische rückantwort",
    "abwesenheitsnotiz", "autosvar",
    "réponse automatique", "reponse automatique", "respuesta automática", "respuesta automatica",
    "resposta automàtica", "risposta automatica", "resposta automática", "resposta automatica",
    "automatisch antwoord", "automatiskt svar", "automatisk svar", "automaattinen vastaus",
    "odpowiedź automatyczna", "automatická odpověď", "automatická odpoveď", "automatikus válasz",
    "răspuns automat", "автоматический ответ", "автоматична відповідь", "автоматичен отговор",
    "αυτόματη απάντηση", "otomatik yanıt", "תשובה אוטומטית", "رد تلقائي", "自动答复", "自動回覆",
    "自動応答", "自动回复", "自動返信", "자동 회신",
)  # fmt: skip

_AUTO_REPLY: Final = (
    *_PREFIXES,
    # English
    "auto reply", "auto-reply", "autoreply", "automated reply", "auto response",
    "auto-response", "automatic response", "automated response", "autoresponse", "auto:",
    "out of office", "out of the office", "out-of-office", "ooo", "vacation reply",
    "away from the office", "on vacation", "on leave", "on annual leave", "on parental leave",
    "on maternity leave",
    # German
    "abwesenheit", "abwesenheitsnachricht", "abwesenheitsmeldung", "abwesenheitsassistent",
    "außer haus",
    # French
    "absence du bureau", "absent du bureau", "message d'absence", "notification d'absence",
    "absence",
    # Spanish, Catalan
    "fuera de la oficina", "fuera de oficina", "ausente de la oficina",
    # Italian
    "fuori ufficio", "assente dall'ufficio", "messaggio automatico",
    # Portuguese
    "ausência temporária", "fora do escritório", "ausente do escritório",
    # Dutch
    "automatische beantwoording", "afwezigheidsbericht", "afwezig", "niet op kantoor",
    # Swedish, Danish, Norwegian, Finnish
    "frånvaro", "frånvarande", "ej på plats",
    "ikke til stede", "fraværende", "fravær", "ikke på kontoret", "fraværsmelding",
    "ej på kontoret", "inte på kontoret", "poissa", "poissaoloilmoitus",
    # Polish, Czech, Slovak, Hungarian, Romanian
    "autoodpowiedź", "automatyczna odpowiedź", "poza biurem", "nieobecność", "mimo kancelář",
    "házon kívül", "în afara biroului",
    # Russian, Ukrainian, Bulgarian, Greek, Turkish
    "автоответ", "вне офиса", "нет на работе", "εκτός γραφείου", "otomatik cevap", "ofis dışında",
    # Hebrew, Arabic
    "מענה אוטומטי", "خارج المكتب",
    # Chinese, Japanese, Korean
    "不在通知", "부재중",
)  # fmt: skip

_BOUNCE: Final = (
    "undelivered mail returned", "undeliverable", "undelivered", "mail delivery failed",
    "email delivery failure", "mail failed, returning", "mail failure",
    "permanent delivery failure", "message delivery failure", "message you sent blocked",
    "message status - undeliverable", "notice: mail delivery status", "unable to deliver",
    "mail delivery failure", "mail delivery system", "delivery status notification",
    "delivery failure", "delivery failed", "delivery has failed", "delivery notification",
    "delivery report", "failure notice", "failed delivery", "returned mail", "returned to sender",
    "message undeliverable", "message not delivered", "non-delivery", "non delivery",
    "unzustellbar", "nicht zustellbar", "zustellung fehlgeschlagen", "mail konnte nicht zugestellt",
    "non remis", "échec de la remise", "échec de remise", "non distribuable",
    "no se puede entregar", "no entregado", "correo no entregado", "non recapitabile",
    "mancato recapito", "não entregue",
    "não é possível entregar", "onbestelbaar", "niet-bezorgd", "kan inte levereras",
    "ej levererbart", "kan ikke leveres", "toimitus epäonnistui", "niedostarczalne",
    "nie można dostarczyć", "nedoručitelné", "kézbesíthetetlen", "imposibil de livrat",
    "недоставлено", "недоставленное сообщение", "не удается доставить", "teslim edilemedi",
    "未送达", "退信", "系统退信", "无法送达", "无法传递", "無法傳遞",
    "nelivrabil", "ei voi toimittaa",
    "配信不能", "メールを配信できませんでした", "배달되지 않음",
)  # fmt: skip

_DELAY: Final = (
    "delivery delayed", "delayed mail", "message delayed", "delayed:", "mail delivery delayed",
    "delivery status notification (delay)", "delivery incomplete", "warning: message",
    "email delivery warning",
    "warning: could not send", "verzögert", "zustellung verzögert", "retardé", "entrega retrasada",
    "consegna ritardata", "vertraagd", "fördröjd", "opóźnione",
)  # fmt: skip

# After the words a subject ends, or a date comes: "Out of office until Monday", but not
# "Out of office furniture".
_IS_OVER: Final = re.compile(
    r"[\s.!|]*$|[\s(\[–—:：-]*(?:(?:until|till|from|bis|vom|ab)\b|(?:[^\W\d]{1,8}[\s.]+){0,2}\d)"
)
# Or a mark, and then the subject that is answered: "Out of office: Cider press capacity".
_ANSWERS: Final = re.compile(r"\s*[:：–—(\[|,.!/]|\s*-\s|\s+(?:re|aw|sv|antw|was)\b")
# RFC 3834's own word is a car in many languages; Notes writes it in capitals, then a name.
_NOTES: Final = re.compile(r"AUTO: \S")
_TAG: Final = re.compile(r"(?:\[[^\]]{1,40}\]|\*|\s)+")
_UNSUBSCRIBE: Final = re.compile(r"unsubscribe(?:[ :][A-Za-z0-9_-]{20,64})?[.!]?")


def is_auto_reply_subject(subject: str, answers: str | None = None) -> bool:
    """Tell whether a subject is one that automatic answers have.

    Args:
        subject: As written.
        answers: The subject of the mail that is answered, without "Re:", where it is known.
            Then what follows the words must be a date or that subject, unless they are the
            prefix of a program: all else a person wrote ("Absence: can we move our call?").

    Source:
        RFC 3834 section 3.1.5 names "Auto:"; the rest is what programs write.
    """
    ours = None if answers is None else _folded(answers)
    folded = _folded(subject)
    rests = _after_auto_reply(folded)
    is_from_notes = bool(_NOTES.match(subject.strip())) and not subject.isupper()
    is_prefixed = any(_is_prefix_of(folded, prefix) for prefix in _PREFIXES)
    return is_from_notes or is_prefixed or any(_is_machines(rest, ours) for rest in rests)


def begins_like_auto_reply(subject: str) -> bool:
    """Tell whether a subject begins as automatic answers do, whatever follows."""
    return any(_is_machines(rest, None) for rest in _after_auto_reply(_folded(subject)))


def _after_auto_reply(folded: str) -> list[str]:
    words = (words for words in map(str.casefold, _AUTO_REPLY) if folded.startswith(words))
    return [folded[len(word.rstrip(":")) :] for word in words]


def _is_prefix_of(folded: str, prefix: str) -> bool:
    rest = folded.removeprefix(prefix.casefold())
    return rest != folded and rest.lstrip().startswith((":", "："))


def _is_machines(rest: str, ours: str | None) -> bool:
    if _IS_OVER.match(rest):
        return True
    return bool(_ANSWERS.match(rest)) and (ours is None or (ours != "" and ours in rest))


def is_bounce_subject(subject: str) -> bool:
    """Tell whether a subject begins as bounces do."""
    folded = _untagged(subject)
    return folded.startswith(tuple(map(str.casefold, _BOUNCE))) or is_delay_subject(subject)


def is_delay_subject(subject: str) -> bool:
    """Tell whether a subject says that a mail still waits somewhere."""
    folded = _untagged(subject)
    return folded.startswith(tuple(map(str.casefold, _DELAY)))


def is_unsubscribe_subject(subject: str) -> bool:
    """Tell whether a subject is the one of our List-Unsubscribe address, and no more.

    Source:
        RFC 2369 section 3.2.
    """
    return bool(_UNSUBSCRIBE.fullmatch(_folded(subject)))


def _folded(subject: str) -> str:
    return " ".join(subject.replace("’", "'").casefold().split())


def _untagged(subject: str) -> str:
    folded = _folded(subject)
    tag = _TAG.match(folded)
    return folded[tag.end() :] if tag else folded
