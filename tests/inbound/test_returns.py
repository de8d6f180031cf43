"""When somebody who is away says they are back."""

from datetime import date

import pytest

from pomelo.inbound.words.returns import returns_on

TUESDAY = date(2026, 3, 3)
MARCH_9 = date(2026, 3, 9)
MARCH_10 = date(2026, 3, 10)

BACK = {
    "en": ["I return on March 9th, 2026.", "Back on 9 March.", "I'll be back Mon, Mar 9 at 10:00."],
    "de": ["Ab dem 09.03.2026 bin ich wieder da.", "Am 9. März kehre ich zurück."],
    "fr": ["Je serai de retour le lundi 9 mars.", "Je reprendrai le 09/03/2026."],
    "es": ["Volveré el 9 de marzo de 2026.", "Me reincorporo el lunes 9 de marzo."],
    "it": ["Rientrerò il 9 marzo.", "Sarò di nuovo in ufficio il 09/03/2026."],
    "pt": ["Volto no dia 9 de março.", "Estarei de volta em 09/03/2026."],
    "nl": ["Ik ben op 9 maart weer terug.", "Vanaf 09-03-2026 ben ik er weer."],
    "sv": ["Jag är tillbaka den 9 mars.", "Åter på kontoret 2026-03-09."],
    "da": ["Jeg er tilbage den 9. marts.", "På kontoret igen 09-03-2026."],
    "nb": ["Jeg er tilbake 9. mars.", "På kontoret igjen 09.03.2026."],
    "fi": ["Palaan töihin 9. maaliskuuta.", "Olen takaisin 9.3."],
    "pl": ["Wracam 9 marca.", "Będę ponownie w biurze 09.03.2026."],
    "cs": ["Vrátím se 9. března.", "Zpět budu 9. 3. 2026."],
    "hu": ["Visszatérek: 2026. március 9.", "Március 9-én térek vissza."],
    "ro": ["Revin pe 9 martie."],
    "ru": ["Вернусь 9 марта.", "Снова в офисе с 09.03.2026 г."],
    "tr": ["Ofise dönüş tarihim 9 Mart Pazartesi."],
    "ja": ["3月9日(月)に戻ります。", "2026年3月9日より出社いたします。"],
    "zh": ["我将于2026年3月9日返回办公室。"],
    "ko": ["3월 9일에 복귀합니다."],
}
LAST = {
    "en": ["I am away until March 9.", "On leave through 9 March 2026", "Out 5–9 March."],
    "de": ["Ich bin bis zum 9. März nicht da.", "Vom 4. bis 9. März bin ich im Urlaub."],
    "fr": ["Absente jusqu'au 9 mars inclus.", "En congé du 02/03 au 09/03."],
    "es": ["Estaré fuera hasta el 9 de marzo."],
    "it": ["Sono assente fino al 9 marzo."],
    "pt": ["Ausente até 9 de março."],
    "nl": ["Afwezig tot en met 9 maart.", "Vrij t/m 09-03-2026."],
    "sv": ["Jag har semester till och med måndag den 9 mars."],
    "da": ["Jeg er på ferie til og med den 9. marts."],
    "nb": ["Jeg er bortreist frem til 9. mars."],
    "fi": ["Olen lomalla 9.3.2026 saakka."],
    "pl": ["Nie ma mnie do 9 marca."],
    "cs": ["Jsem mimo kancelář do 9. března."],
    "ro": ["Sunt în concediu până la 9 martie."],
    "ru": ["Меня не будет до 9 марта включительно."],
    "tr": ["9 Mart 2026 tarihine kadar ofis dışındayım."],
    "ja": ["3月9日まで不在にしております。"],
    "zh": ["我在3月9日之前不在办公室。"],
    "ko": ["3월 9일까지 휴가입니다."],
}


@pytest.mark.parametrize("text", [text for texts in BACK.values() for text in texts])
def test_the_day_of_return_is_read_as_it_is_named(text: str) -> None:
    assert returns_on(text, TUESDAY) == MARCH_9


@pytest.mark.parametrize("text", [text for texts in LAST.values() for text in texts])
def test_after_the_last_day_away_somebody_is_back(text: str) -> None:
    assert returns_on(text, TUESDAY) == MARCH_10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Away until Monday.", MARCH_10),
        ("Ich bin am Montag wieder da.", MARCH_9),
        ("Back on Tuesday.", MARCH_10),
        ("星期一返回。", MARCH_9),
        ("Mondays are my day off, so I may be slow.", None),
    ],
)
def test_a_weekday_is_the_next_one(text: str, expected: date | None) -> None:
    assert returns_on(text, TUESDAY) == expected


@pytest.mark.parametrize(
    ("text", "written_on", "expected"),
    [
        ("I'm back on 4 January", date(2026, 12, 20), date(2027, 1, 4)),
        ("Ich bin bis 31.12. im Urlaub", date(2026, 12, 20), date(2027, 1, 1)),
        ("I'm back on 20 February", TUESDAY, None),
        ("back on February 31", TUESDAY, None),
        ("I return on 1 May 2031", TUESDAY, None),
    ],
)
def test_a_year_that_is_left_out_is_the_one_that_makes_sense(
    text: str, written_on: date, expected: date | None
) -> None:
    assert returns_on(text, written_on) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Back on 03/20/2026", date(2026, 3, 20)),
        ("Back on 20/03/2026", date(2026, 3, 20)),
        ("Back on 03/09/2026", MARCH_9),
        ("Back on 09/03/2026", MARCH_9),
        ("Je serai de retour le 04/05 (à 9 h)", date(2026, 5, 4)),
        ("4/3に戻ります", date(2026, 4, 3)),
    ],
)
def test_numbers_alone_are_read_as_the_language_orders_them(text: str, expected: date) -> None:
    assert returns_on(text, TUESDAY) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "I am away.", "Call +44 20 7946 0000 or 555-0199.", "In May I will be back.",
        "Our offices moved on 1 March.", "Version 2.0.26 is out.", "The fair is on 9 March.",
    ],
)  # fmt: skip
def test_what_names_no_return_gives_none(text: str) -> None:
    assert returns_on(text, TUESDAY) is None


def test_a_named_return_wins_over_a_last_day_away() -> None:
    text = "Ich bin bis 6.3. im Urlaub und am 9.3. wieder da. Vertretung bis 20.3.: Sam."

    assert returns_on(text, TUESDAY) == MARCH_9


@pytest.mark.parametrize("piece", ["1/1 ", "back ", "9 march ", "until a b ", "1.", "月", "周一"])
def test_no_text_is_slow_to_look_through(piece: str) -> None:
    returns_on(piece * 100_000, TUESDAY)
