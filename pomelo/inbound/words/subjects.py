"""Beginnings of subjects by which machines are known, in the languages they write."""

import re
from typing import Final

_AUTO_REPLY: Final = (
    # English
    "automatic reply", "auto reply", "auto-reply", "autoreply", "automated reply", "auto response",
    "auto-response", "automatic response", "automated response", "autoresponse", "auto:",
    "out of office", "out of the office", "out-of-office", "ooo", "vacation reply",
    "away from the office", "on vacation", "on leave", "on annual leave", "on parental leave",
    "on maternity leave",
    # German
    "automatische antwort", "automatische rückantwort", "abwesenheitsnotiz", "abwesenheit",
    "abwesenheitsnachricht", "abwesenheitsmeldung", "abwesenheitsassistent", "außer haus",
    # French
    "réponse automatique", "reponse automatique", "absence du bureau", "absent du bureau",
    "message d'absence", "notification d'absence", "absence",
    # Spanish, Catalan
    "respuesta automática", "respuesta automatica", "fuera de la oficina", "fuera de oficina",
    "ausente de la oficina", "resposta automàtica",
    # Italian
    "risposta automatica", "fuori ufficio", "assente dall'ufficio", "messaggio automatico",
    # Portuguese
    "resposta automática", "resposta automatica", "ausência temporária", "fora do escritório",
    "ausente do escritório",
    # Dutch
    "automatisch antwoord", "automatische beantwoording", "afwezigheidsbericht", "afwezig",
    "niet op kantoor",
    # Swedish, Danish, Norwegian, Finnish
    "automatiskt svar", "autosvar", "frånvaro", "frånvarande", "ej på plats", "automatisk svar",
    "ikke til stede", "fraværende", "fravær", "ikke på kontoret", "fraværsmelding",
    "automaattinen vastaus", "poissa", "poissaoloilmoitus",
    # Polish, Czech, Slovak, Hungarian, Romanian
    "autoodpowiedź", "odpowiedź automatyczna", "automatyczna odpowiedź", "poza biurem",
    "nieobecność", "automatická odpověď", "mimo kancelář", "automatická odpoveď",
    "automatikus válasz", "házon kívül", "răspuns automat", "în afara biroului",
    # Russian, Ukrainian, Bulgarian, Greek, Turkish
    "автоматический ответ", "автоответ", "вне офиса", "нет на работе", "автоматична відповідь",
    "автоматичен отговор", "αυτόματη απάντηση", "εκτός γραφείου", "otomatik yanıt",
    "otomatik cevap", "ofis dışında",
    # Hebrew, Arabic
    "תשובה אוטומטית", "מענה אוטומטי", "رد تلقائي", "خارج المكتب",
    # Chinese, Japanese, Korean
    "自动答复", "自动回复", "自動回覆", "自動返信", "自動応答", "不在通知", "자동 회신", "부재중",
)  # fmt: skip

_BOUNCE: Final = (
    "undelivered mail returned", "undeliverable", "undelivered", "mail delivery failed",
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
    "недоставлено", "не удается доставить", "teslim edilemedi", "未送达", "退信", "无法送达",
    "配信不能", "メールを配信できませんでした", "배달되지 않음",
)  # fmt: skip

_DELAY: Final = (
    "delivery delayed", "delayed mail", "message delayed", "delayed:", "mail delivery delayed",
    "delivery status notification (delay)", "delivery incomplete", "warning: message",
    "warning: could not send", "verzögert", "zustellung verzögert", "retardé", "entrega retrasada",
    "consegna ritardata", "vertraagd", "fördröjd", "opóźnione",
)  # fmt: skip

# After the words a subject ends, or a mark comes, or a date: "Out of office until Monday",
# but not "Out of office furniture".
_GOES_ON: Final = re.compile(r"\s*(?:$|[:：–—(\[|,.!/]|-\s|(?:until|till|from|re|bis|vom|ab)\b|\d)")
_UNSUBSCRIBE: Final = re.compile(r"unsubscribe(?:[ :][A-Za-z0-9_-]{1,64})?[.!]?")


def is_auto_reply_subject(subject: str) -> bool:
    """Tell whether a subject begins as automatic answers do.

    Source:
        RFC 3834 section 3.1.5 names "Auto:"; the rest is what programs write.
    """
    folded = _folded(subject)
    return any(
        words[-1] == ":" or _GOES_ON.match(folded[len(words) :])
        for words in map(str.casefold, _AUTO_REPLY)
        if folded.startswith(words)
    )


def is_bounce_subject(subject: str) -> bool:
    """Tell whether a subject begins as bounces do."""
    return _folded(subject).startswith(tuple(map(str.casefold, _BOUNCE))) or is_delay_subject(
        subject
    )


def is_delay_subject(subject: str) -> bool:
    """Tell whether a subject says that a mail still waits somewhere."""
    return _folded(subject).startswith(tuple(map(str.casefold, _DELAY)))


def is_unsubscribe_subject(subject: str) -> bool:
    """Tell whether a subject is the one of our List-Unsubscribe address, and no more.

    Source:
        RFC 2369 section 3.2.
    """
    return bool(_UNSUBSCRIBE.fullmatch(_folded(subject)))


def _folded(subject: str) -> str:
    return " ".join(subject.replace("’", "'").casefold().split())
