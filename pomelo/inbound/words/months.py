"""Names of months and weekdays, as people write them in the middle of a sentence."""

from typing import Final

# January first, a blank line between: English, German, French, Spanish, Italian, Portuguese,
# Dutch, the Nordic languages, Polish, Czech, Hungarian, Romanian, Russian, Ukrainian, Turkish,
# Greek. No short forms that are words of another language (Portuguese "out", French "des").
_MONTHS: Final = """
january jan januar jänner janvier janv enero ene gennaio janeiro januari tammikuuta tammikuun
stycznia styczeń ledna leden január ianuarie января янв січня ocak ιανουαρίου

february feb februar feber février févr fevrier febrero febbraio febbr fevereiro fev februari
helmikuuta helmikuun lutego luty února únor február februarie февраля фев лютого şubat
φεβρουαρίου

march mar mär märz mrz mars marzo março maart mrt marts maaliskuuta maaliskuun marca marzec
března březen március márc martie марта мар березня mart μαρτίου

april apr avril avr abril abr aprile aprili huhtikuuta huhtikuun kwietnia kwiecień dubna duben
április ápr aprilie апреля апр квітня nisan απριλίου

may mai mayo maggio maio mei maj toukokuuta toukokuun maja května květen május máj мая травня
mayıs μαΐου

june jun juni juin junio giugno giu junho kesäkuuta kesäkuun czerwca czerwiec června červen
június jún iunie iun июня июн червня haziran ιουνίου

july jul juli juillet juil julio luglio lug julho heinäkuuta heinäkuun lipca lipiec července
červenec július júl iulie iul июля июл липня temmuz ιουλίου

august aug août aout agosto augustus augusti elokuuta elokuun sierpnia sierpień srpna srpen
augusztus augusztusi августа авг серпня ağustos αυγούστου

september sep sept septembre septiembre settembre setembro syyskuuta syyskuun września wrzesień
září szeptember szept septembrie сентября сен вересня eylül σεπτεμβρίου

october oct oktober okt octobre octubre ottobre ott outubro lokakuuta lokakuun października
październik října říjen október octombrie октября окт жовтня ekim οκτωβρίου

november nov novembre noviembre novembro marraskuuta marraskuun listopada listopad listopadu
noiembrie ноября ноя листопада kasım νοεμβρίου

december dec dezember dez décembre déc decembre diciembre dic dicembre dezembro desember
joulukuuta joulukuun grudnia grudzień prosince prosinec decembrie декабря дек грудня aralık
δεκεμβρίου
"""
# Monday first; the same languages, and Japanese, Chinese, Korean.
_WEEKDAYS: Final = """
monday montag lundi lunes lunedì segunda-feira maandag måndag mandag maanantaina maanantaihin
poniedziałek poniedziałku pondělí hétfő hétfőn luni понедельник понедельника pazartesi 月曜日
星期一 周一 월요일

tuesday dienstag mardi martes martedì terça-feira dinsdag tisdag tirsdag tiistaina wtorek wtorku
úterý kedd kedden marți вторник вторника salı 火曜日 星期二 周二 화요일

wednesday mittwoch mercredi miércoles mercoledì quarta-feira woensdag onsdag keskiviikkona środę
środy środa středu středy szerda szerdán miercuri среду среды çarşamba 水曜日 星期三 周三 수요일

thursday donnerstag jeudi jueves giovedì quinta-feira donderdag torsdag torstaina czwartek
czwartku čtvrtek čtvrtka csütörtök csütörtökön joi четверг четверга perşembe 木曜日 星期四 周四
목요일

friday freitag vendredi viernes venerdì sexta-feira vrijdag fredag perjantaina piątek piątku
pátek pátku péntek pénteken vineri пятницу пятницы cuma 金曜日 星期五 周五 금요일

saturday samstag sonnabend samedi sábado sabato zaterdag lördag lørdag lauantaina sobotę soboty
sobotu szombat szombaton sâmbătă субботу субботы cumartesi 土曜日 星期六 周六 토요일

sunday sonntag dimanche domingo domenica zondag söndag søndag sunnuntaina niedzielę niedzieli
neděli neděle vasárnap duminică воскресенье воскресенья pazar 日曜日 星期日 周日 일요일
"""


def _numbered(table: str, first: int) -> dict[str, int]:
    lines = table.casefold().strip().split("\n\n")
    return {word: number for number, line in enumerate(lines, first) for word in line.split()}


MONTHS: Final = _numbered(_MONTHS, 1)
WEEKDAYS: Final = _numbered(_WEEKDAYS, 0)
