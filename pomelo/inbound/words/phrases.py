"""Words by which people ask not to be written to again, in 19 languages.

A clause must ask (`asks`) or be nothing but the word (`bare`), and hold only harmless
words besides (`around`). "Not interested" is an answer, not a request.
"""

import re
import unicodedata
from typing import Final

from msgspec import Struct

from pomelo.inbound.mime.addresses import addresses_in

REPLY_CHARACTERS: Final = 200
GREETING_WORDS: Final = 4


class Language(Struct, frozen=True):
    """The phrases of one language, in lower case, without punctuation.

    `asks` count in any clause, `bare` only in the first line after a greeting.
    """

    asks: tuple[str, ...]
    bare: tuple[str, ...]
    around: frozenset[str]
    greetings: frozenset[str] = frozenset()


def _language(asks: str, bare: str, around: str, greetings: str = "") -> Language:
    return Language(
        tuple(phrase.strip() for phrase in asks.casefold().split(",")),
        tuple(phrase.strip() for phrase in bare.casefold().split(",")),
        frozenset(around.split()),
        frozenset(greetings.split()),
    )


LANGUAGES: Final = {
    "en": _language(
        "unsubscribe me, unsubscribe us, unsubscribe my, remove me from, remove us from,"
        " remove my email, remove my address, take me off, take us off, opt me out, opt out,"
        " stop emailing, stop mailing, stop contacting me, stop sending me, stop writing to me,"
        " stop writing me, do not email me, do not contact me, do not write to me,"
        " do not mail me, do not send me, dont email me, dont contact me, dont write to me,"
        " dont send me, never email me, never contact me, never write to me, no more emails,"
        " no more mails, no further emails, delete my email, delete my address,"
        " delete me from, delete us from",
        "unsubscribe, stop, remove me, optout, delete me",
        "please pls kindly hi hello hey thanks thank you i we d id would like want wish to and"
        " can could will this that these your the a an list lists mailing distribution email"
        " emails mail mails messages newsletter newsletters database records crm from of for in"
        " any more anymore further future again ever now immediately asap right away at once"
        " address addresses me us my our it all permanently",
        "hi hello hey dear good",
    ),
    "de": _language(
        "melden sie mich ab, melde mich ab, abmelden von, mich abmelden, bitte abmelden,"
        " mich austragen, tragen sie mich aus, trag mich aus, nehmen sie mich aus,"
        " nehmen sie mich von, nimm mich aus, nimm mich von, streichen sie mich,"
        " streichen sie uns, entfernen sie mich, entfernen sie uns, entferne mich,"
        " löschen sie meine adresse, löschen sie meine e mail, löschen sie mich,"
        " keine weiteren e mails, keine weiteren mails, keine weiteren emails,"
        " keine e mails mehr, keine mails mehr, keine emails mehr, keine werbung mehr,"
        " nicht mehr anschreiben, schreiben sie mir nicht mehr, schreib mir nicht mehr,"
        " nicht mehr kontaktieren, kontaktieren sie mich nicht mehr",
        "abmelden, abbestellen, abmeldung, austragen, stopp",
        "bitte hallo guten tag danke vielen dank ich wir möchte möchten will wollen sie mir mich"
        " uns aus von vom ihrer ihrem eurer deiner diesem dieser der dem den liste verteiler"
        " mailingliste newsletter verteilerliste datenbank sofort umgehend künftig zukünftig in"
        " zukunft mehr e mail mails emails adresse und hiermit senden schicken schicke zu",
        "hallo guten sehr liebe lieber moin",
    ),
    "fr": _language(
        "désabonnez moi, désabonner, désinscrivez moi, désinscrire, me désinscrire,"
        " me désabonner, retirez moi, me retirer de, supprimez moi, supprimez mon adresse,"
        " retirez mon adresse, enlevez moi, ne plus recevoir, ne plus me contacter,"
        " ne me contactez plus, ne m écrivez plus, plus de mails, plus d e mails,"
        " cessez de m écrire, arrêtez de m écrire, arrêtez de m envoyer",
        "désabonnement, désinscription, désabonner, désinscrire, stop",
        "merci bonjour s il vous plaît plait svp veuillez je nous souhaite voudrais veux de la"
        " du des le les vos votre cette ce liste listes diffusion mailing mails mail e emails"
        " email courriels messages newsletter base données immédiatement désormais à l avenir"
        " adresse me moi pourriez pouvez d",
        "bonjour bonsoir madame monsieur cher chère",
    ),
    "es": _language(
        "darme de baja, deme de baja, dame de baja, denme de baja, me den de baja,"
        " quiero la baja, solicito la baja, elimíneme, eliminarme de, elimíname, elimine mi correo,"
        " borrarme de, bórrame, quíteme de, quítame de, quitarme de, no me escriban más,"
        " no me envíen más, no me envíe más, no me contacten más, no quiero recibir más,"
        " no deseo recibir más, dejen de escribirme, dejar de recibir",
        "baja, dar de baja, darme de baja, cancelar suscripción",
        "por favor hola gracias buenos días quiero quisiera deseo solicito de la su tu esta este"
        " lista listas correo correos email emails mensajes envío boletín base datos mi me más"
        " inmediatamente ya y",
        "hola buenos buenas estimado estimada",
    ),
    "it": _language(
        "cancellatemi, cancellami, cancellarmi da, mi cancelli, rimuovetemi, rimuovimi,"
        " mi rimuova, rimuovere il mio indirizzo, disiscrivetemi, disiscrivimi, disiscrivermi,"
        " toglietemi, toglimi, non scrivetemi più, non mi scriva più, non contattatemi più,"
        " non voglio più ricevere, non desidero più ricevere, non inviatemi più",
        "cancellazione, disiscrizione, cancellami, disiscrivimi, disiscrivetemi",
        "per favore prego grazie buongiorno ciao vorrei voglio desidero chiedo di da dal dalla"
        " dalle vostra tua sua vostro questa lista liste mailing list email e mail newsletter"
        " messaggi comunicazioni database subito immediatamente più",
        "buongiorno ciao salve gentile",
    ),
    "pt": _language(
        "cancelar a minha inscrição, cancelar minha inscrição, cancele minha inscrição,"
        " remova me, me remova, me remover, remover me, retire me, me retire, me descadastre,"
        " descadastrar meu, não quero mais receber, não quero receber mais, não desejo receber,"
        " não me envie mais, não me enviem mais, não me contacte mais, parem de me enviar,"
        " pare de me enviar, exclua meu e mail, exclua meu email",
        "descadastrar, cancelar inscrição, cancelar subscrição, remover, sair",
        "por favor olá obrigado obrigada bom dia quero gostaria de da do desta sua vossa lista"
        " listas e mail mails email emails mensagens newsletter meu minha mais imediatamente"
        " envio estes esses seus",
        "olá oi bom boa prezado prezada",
    ),
    "nl": _language(
        "schrijf mij uit, schrijf me uit, mij uitschrijven, me uitschrijven, meld mij af,"
        " meld me af, mij afmelden, me afmelden, verwijder mij, verwijder me, haal mij van,"
        " haal me van, stuur mij geen, stuur me geen, geen e mails meer, geen mails meer,"
        " geen mail meer, niet meer mailen, mail mij niet meer, mail me niet meer",
        "uitschrijven, afmelden, uitschrijving",
        "graag alstublieft alsjeblieft aub svp hallo bedankt dank u ik wij wil willen wens van"
        " uit uw je jullie deze de lijst mailinglijst nieuwsbrief bestand database e mail mails"
        " meer direct onmiddellijk kunt voor",
        "hallo beste geachte goedemorgen goedemiddag dag",
    ),
    "sv": _language(
        "avregistrera mig, avprenumerera mig, ta bort mig, stryk mig, sluta mejla,"
        " sluta maila, sluta skicka, inga fler mejl, inga fler mail, mejla mig inte,"
        " maila mig inte, kontakta mig inte, avsluta prenumerationen",
        "avregistrera, avprenumerera, avregistrering",
        "snälla vänligen tack hej jag vi vill från er din denna den här listan lista utskick"
        " sändlista mejllista nyhetsbrev mig mejl mail fler igen mer omedelbart",
        "hej hejsan god",
    ),
    "da": _language(
        "afmeld mig, fjern mig, slet mig, slet min, stop med at skrive, stop med at sende,"
        " ikke flere mails, skriv ikke til mig, kontakt mig ikke, frameld mig",
        "afmeld, afmelding, frameld, framelding",
        "venligst tak hej jeg vi vil gerne fra jeres din denne listen liste mailliste nyhedsbrev"
        " mig mails mail flere igen mere med det samme til mailadresse",
        "hej kære god",
    ),
    "nb": _language(
        "meld meg av, fjern meg, slett meg, slutt å sende, ingen flere e poster,"
        " ikke send meg, ikke kontakt meg, stryk meg, avmeld meg",
        "avmeld, avmelding, meld av",
        "vennligst takk hei jeg vi vil gjerne fra deres din denne listen liste e post poster"
        " epostliste nyhetsbrev meg flere igjen mer umiddelbart",
        "hei hallo kjære god",
    ),
    "fi": _language(
        "poistakaa minut, poista minut, älkää lähettäkö minulle, älä lähetä minulle,"
        " en halua enää, peruuttakaa tilaukseni, perukaa tilaukseni, poistakaa osoitteeni",
        "peruuta tilaus, poista listalta",
        "kiitos ole hyvä hyvää päivää hei pyydän voisitteko teidän postituslistalta"
        " postituslistaltanne listalta listaltanne sähköposteja sähköpostia viestejä viestejänne"
        " enää enempää heti vastaanottaa saada lisää",
        "hei moi hyvää",
    ),
    "pl": _language(
        "wypiszcie mnie, wypisz mnie, proszę o wypisanie, usuńcie mnie, usuń mnie,"
        " proszę mnie usunąć, proszę o usunięcie, proszę mnie wypisać, nie piszcie do mnie,"
        " proszę nie pisać, nie wysyłajcie mi, proszę nie wysyłać, nie chcę otrzymywać,"
        " rezygnuję z subskrypcji",
        "rezygnuję, wypisz, wypis, rezygnacja z subskrypcji",
        "proszę dzień dobry dziękuję mnie z do mi swojej waszej tej listy lista mailingowej"
        " mailingowych bazy danych więcej już maili mailem e mail wiadomości adresu mojego"
        " natychmiast od was",
        "dzień cześć witam szanowni",
    ),
    "cs": _language(
        "odhlaste mě, odhlásit mě, odhlašte mě, vyřaďte mě, vymažte mě, smažte mě,"
        " odstraňte mě, nepište mi, neposílejte mi, nekontaktujte mě, nechci dostávat,"
        " nepřeji si dostávat",
        "odhlásit, odhlášení, odhlásit odběr",
        "prosím dobrý den děkuji ze z vašeho vaší seznamu databáze rozesílky odběru mě mi už"
        " více další žádné e maily mail maily zprávy ihned okamžitě",
        "dobrý ahoj vážený",
    ),
    "hu": _language(
        "töröljenek a, töröljön a, kérem töröljenek, leiratkozom, szeretnék leiratkozni,"
        " ne írjanak nekem, ne küldjenek, ne keressenek, vegyenek le",
        "leiratkozás, leiratkozom, leiratkozni",
        "kérem köszönöm üdvözlöm jó napot a az listáról levelezőlistáról hírlevélről nekem"
        " többet több levelet e mailt emailt szeretnék azonnal",
        "üdvözlöm jó kedves tisztelt",
    ),
    "ro": _language(
        "dezabonați mă, dezabonează mă, vreau să mă dezabonez, doresc să mă dezabonez,"
        " ștergeți mă, scoateți mă, eliminați mă, nu mi mai scrieți, nu mă mai contactați,"
        " nu mi mai trimiteți, nu mai doresc să primesc",
        "dezabonare, dezabonați, mă dezabonez",
        "vă rog mulțumesc bună ziua din de pe la lista listă dumneavoastră voastră e mail"
        " mailuri emailuri mesaje imediat",
        "bună stimate salut",
    ),
    "ru": _language(
        "отпишите меня, хочу отписаться, прошу отписать, удалите меня, исключите меня,"
        " уберите меня, удалите мой адрес, больше не пишите, не пишите мне, не присылайте мне,"
        " прекратите рассылку, не отправляйте мне, больше не присылайте",
        "отписаться, отписка, отпишите, стоп",
        "пожалуйста здравствуйте добрый день спасибо прошу из от вашей этой своей списка базы"
        " рассылки рассылку мне меня больше писем письма сообщений немедленно срочно и",
        "здравствуйте добрый уважаемый уважаемая",
    ),
    "tr": _language(
        "listeden çıkarın, listenizden çıkarın, listeden çıkarınız, listenizden çıkarınız,"
        " aboneliğimi iptal, abonelikten çıkmak istiyorum, bana yazmayın, mail göndermeyin,"
        " e posta göndermeyin, adresimi silin",
        "abonelikten çık, listeden çıkar",
        "lütfen merhaba teşekkürler beni bana artık bir daha e posta mail hemen edin ediniz sizden",
        "merhaba sayın",
    ),
    "ja": _language(
        "配信停止をお願いします, 配信停止をお願いいたします, 配信を停止してください,"
        " 配信停止を希望します, 今後メールは不要です, 今後のメールは不要です,"
        " メールを送らないでください, 今後メールを送らないでください, リストから削除してください",
        "配信停止, 配信停止希望",
        "",
    ),
    "zh": _language(
        "请取消订阅, 请退订, 我要退订, 请不要再给我发邮件, 请勿再发邮件, 不要再发邮件了,"
        " 请把我从名单中删除, 请将我从列表中移除, 請取消訂閱, 請勿再寄信給我",
        "退订, 取消订阅, 退訂, 取消訂閱",
        "谢谢 您好 你好 謝謝",
    ),
}

_APOSTROPHE_N: Final = re.compile(r"n['’]t\b")
_CLAUSE_ENDS: Final = re.compile(r"[.!?;,:…。！？、，；()\"“”„«»–—\n]+")
_WORD_GAPS: Final = re.compile(r"[^\w]+")


def is_unsubscribe_request(reply: str) -> bool:
    """Tell whether a reply, without quotes and signature, asks to be written to no more.

    Args:
        reply: The newest text; over 200 characters it is an answer for a person to read.
    """
    text = unicodedata.normalize("NFKC", reply).strip()
    if not text or len(text) > REPLY_CHARACTERS:
        return False
    lines = [_clauses(line) for line in _without_addresses(text).split("\n")]
    return any(_is_request(lines, language) for language in LANGUAGES.values())


def _is_request(lines: list[list[str]], language: Language) -> bool:
    if any(_asks(clause, language.asks, language.around) for line in lines for clause in line):
        return True
    told = _first_line(lines, language)
    return len(told) == 1 and _asks(told[0], language.bare, language.around)


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


def _asks(clause: str, phrases: tuple[str, ...], around: frozenset[str]) -> bool:
    spaced = f" {clause} "
    for phrase in phrases:
        before, found, after = spaced.partition(f" {phrase} ")
        if found and around.issuperset(before.split()) and around.issuperset(after.split()):
            return True
    return False
