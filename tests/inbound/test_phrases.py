"""Which replies ask to be written to no more, and which only look like it."""

import pytest

from pomelo.inbound.words.phrases import is_unsubscribe_request
from pomelo.inbound.words.requests import LANGUAGES

REQUESTS = {
    "en": [
        "Unsubscribe",
        "STOP",
        "Please unsubscribe me.",
        "Hi Nora, please unsubscribe, thanks!",
        "Remove me from your list immediately",
        "Not interested, please stop emailing me.",
        "Don't contact me again.",
        "Don’t email me anymore",
        "I'd like to opt out.",
        "Could you please take me off your mailing list?",
        "No more emails please",
        "Please remove ada@lead.example from your database.",
        "Hello,\n\nunsubscribe please\n\nAda",
        "Do not send me any more emails",
        "Remove me from your list. Do not call me either.",
    ],
    "de": [
        "Bitte melden Sie mich ab.",
        "Bitte nehmen Sie mich aus Ihrem Verteiler",
        "Abmelden",
        "Guten Tag,\nbitte keine weiteren E-Mails.\nAda",
        "Bitte nicht mehr anschreiben!",
        "Bitte löschen Sie meine Adresse aus Ihrer Datenbank",
    ],
    "fr": [
        "Merci de me désinscrire",
        "Désinscription",
        "Veuillez me retirer de votre liste",
        "Bonjour, désabonnez-moi s'il vous plaît",
        "Merci de ne plus me contacter.",
    ],
    "es": [
        "Por favor, darme de baja",
        "BAJA",
        "No me envíen más correos",
        "Quiero darme de baja de esta lista",
        "Elimíneme de su lista por favor",
    ],
    "it": [
        "Cancellatemi dalla vostra lista",
        "Per favore rimuovetemi",
        "Non scrivetemi più",
        "Vorrei disiscrivermi, grazie",
    ],
    "pt": [
        "Por favor remova-me da sua lista",
        "Não quero mais receber emails",
        "Descadastrar",
        "Cancelar a minha inscrição",
    ],
    "nl": ["Graag uitschrijven", "Haal mij van de lijst", "Stuur mij geen mails meer"],
    "sv": ["Ta bort mig från er lista", "Avregistrera", "Sluta mejla mig"],
    "da": ["Fjern mig fra jeres liste", "Afmeld", "Ikke flere mails, tak"],
    "nb": ["Fjern meg fra listen", "Vennligst meld meg av", "Avmeld"],
    "fi": ["Poistakaa minut postituslistalta", "Älkää lähettäkö minulle sähköposteja"],
    "pl": ["Proszę mnie usunąć z listy", "Proszę o wypisanie mnie z bazy", "Wypisz"],
    "cs": ["Prosím vyřaďte mě ze seznamu", "Odhlásit", "Neposílejte mi další e-maily"],
    "hu": ["Leiratkozom", "Kérem, ne küldjenek több levelet"],
    "ro": ["Vă rog dezabonați-mă", "Dezabonare", "Nu-mi mai trimiteți mesaje"],
    "ru": ["Пожалуйста, удалите меня из рассылки", "Отписаться", "Больше не пишите мне"],
    "tr": ["Lütfen beni listenizden çıkarın", "Bana artık mail göndermeyin"],
    "ja": ["配信停止をお願いします。", "配信停止"],
    "zh": ["请取消订阅", "退订", "不要再发邮件了"],
    "ko": ["수신 거부 부탁드립니다", "구독 취소", "앞으로 메일을 보내지 마세요"],
}

ANSWERS = [
    "No more emails, let's talk on the phone! I'm in.",
    "Keine weiteren E-Mails, rufen Sie mich an!",
    "Great. Please don't contact me at this address, use bob@new.example",
    "Stop emailing me. Call me instead.", "Ne m'écrivez plus, appelez-moi !",
    "Not interested", "No thanks", "We are not interested in this.", "Please don't unsubscribe me",
    "How do your customers unsubscribe?", "Stop by on Thursday!", "Stop, I love it!",
    "Remove the second item from the offer, please.", "Take me off hold and call me",
    "I will never unsubscribe from this", "Please do not contact me by phone, mail is better",
    "Can you stop sending the samples to the old address? We moved.",
    "Do not send me the contract before Monday", "I opt out of the dinner but not the meeting",
    "My boss asks whether people unsubscribe a lot", "", "   ", "Thanks!", "Hello",
    "Kein Interesse", "Wie melden sich Ihre Kunden ab?", "Ich melde mich ab Montag wieder",
    "Ich melde mich nächste Woche", "Muss mich abmelden, bin krank", "Keine E-Mail erhalten",
    "Pas intéressé", "Je suis absent", "Comment vos clients se désabonnent-ils ?",
    "No me interesa", "Estoy de baja hasta el lunes", "Baja el precio y hablamos",
    "Non mi interessa", "La cancellazione del volo mi ha fatto tardi",
    "Não tenho interesse", "Quero sair mais cedo na sexta", "Geen interesse",
    "Ik moet me even afmelden voor de vergadering van morgen", "Inte intresserad",
    "Ikke interesseret", "Ikke interessert", "Ei kiinnosta", "Nie jestem zainteresowany",
    "Nemám zájem", "Nem érdekel", "Nu sunt interesat", "Не интересно", "Остановимся на вторнике",
    "İlgilenmiyorum", "興味ありません", "没兴趣", "관심 없습니다",
    "토요일에는 메일을 보내지 마세요",
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "reply"),
    [(language, reply) for language, replies in REQUESTS.items() for reply in replies],
)
def test_a_request_is_understood(language: str, reply: str) -> None:
    assert is_unsubscribe_request(reply), language


@pytest.mark.parametrize("reply", ANSWERS)
def test_an_answer_is_not_taken_for_a_request(reply: str) -> None:
    assert not is_unsubscribe_request(reply)


def test_every_language_has_cases() -> None:
    assert set(REQUESTS) == set(LANGUAGES)


def test_a_long_reply_is_for_a_person_to_read() -> None:
    request = "Please remove me from your list."

    assert is_unsubscribe_request(request)
    assert not is_unsubscribe_request(request + " " + "Let me tell you why. " * 10)


def test_no_text_is_slow_to_look_through() -> None:
    assert not is_unsubscribe_request("remove me from x " * 100_000)
