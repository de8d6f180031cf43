"""Words by which people ask not to be written to again, in 20 languages.

A clause must ask (`asks`) or be nothing but the word (`bare`), and hold only harmless
words besides (`around`). "Not interested" is an answer, not a request.
"""

from typing import Final

from msgspec import Struct


class Language(Struct, frozen=True):
    """The phrases of one language, in lower case, without punctuation.

    `asks` count in any clause, `bare` only in the first line after a greeting. `polite` words
    may stand within a phrase.
    """

    asks: tuple[str, ...]
    bare: tuple[str, ...]
    around: frozenset[str]
    greetings: frozenset[str] = frozenset()
    polite: frozenset[str] = frozenset()


def _language(
    asks: str, bare: str, around: str, greetings: str = "", *, polite: str = ""
) -> Language:
    return Language(
        tuple(phrase.strip() for phrase in asks.casefold().split(",")),
        tuple(phrase.strip() for phrase in bare.casefold().split(",")),
        frozenset(around.split()),
        frozenset(greetings.split()),
        frozenset(polite.split()),
    )


LANGUAGES: Final = {
    "en": _language(
        "unsubscribe me, unsubscribe us, unsubscribe my, remove me from, remove us from, remove"
        " my email, remove my address, take me off, take us off, opt me out, opt out, stop"
        " emailing, stop mailing, stop contacting me, stop sending me, stop writing to me, stop"
        " writing me, do not email me, do not contact me, do not write to me, do not mail me, do"
        " not send me, dont email me, dont contact me, dont write to me, dont send me, never"
        " email me, never contact me, never write to me, no more emails, no more mails, no"
        " further emails, delete my email, delete my address, delete me from, delete us from,"
        " take my name off, remove my name, remove my details, get me off, erase my address,"
        " cancel my subscription, stop these emails, stop spamming, no longer wish to receive, no"
        " longer want to receive, do not wish to receive, do not want to receive, dont want to"
        " receive, be removed from, be taken off, do not want any more, dont want any more, leave"
        " me alone, delete my data",
        "unsubscribe, stop, remove me, optout, delete me",
        "please pls kindly hi hello hey thanks thank you i we d id would like want wish to and"
        " can could will this that these your the a an list lists mailing distribution email"
        " emails mail mails messages newsletter newsletters database records crm from of for in"
        " any more anymore further future again ever now immediately asap right away at once"
        " address addresses me us my our it all permanently such any more name subscription"
        " delete data",
        "hi hello hey dear good",
        polite="please kindly",
    ),
    "de": _language(
        "melden sie mich ab, melde mich ab, abmelden von, mich abmelden, bitte abmelden, mich"
        " austragen, tragen sie mich aus, trag mich aus, nehmen sie mich aus, nehmen sie mich"
        " von, nimm mich aus, nimm mich von, streichen sie mich, streichen sie uns, entfernen sie"
        " mich, entfernen sie uns, entferne mich, löschen sie meine adresse, löschen sie meine e"
        " mail, löschen sie mich, keine weiteren e mails, keine weiteren mails, keine weiteren"
        " emails, keine e mails mehr, keine mails mehr, keine emails mehr, keine werbung mehr,"
        " nicht mehr anschreiben, schreiben sie mir nicht mehr, schreib mir nicht mehr, nicht"
        " mehr kontaktieren, kontaktieren sie mich nicht mehr, keine weiteren nachrichten, lassen"
        " sie mich aus, aus dem verteiler nehmen, aus dem verteiler löschen, von der liste"
        " nehmen, von der liste streichen, meine adresse löschen, meine daten löschen, löschen"
        " sie meine daten, bitte um löschung aus, bitte um austragung, nehmen sie uns, tragen sie"
        " uns aus, löschung aus",
        "abmelden, abbestellen, abmeldung, austragen, stopp",
        "bitte hallo guten tag danke vielen dank ich wir möchte möchten will wollen sie mir mich"
        " uns aus von vom ihrer ihrem eurer deiner diesem dieser der dem den liste verteiler"
        " mailingliste newsletter verteilerliste datenbank sofort umgehend künftig zukünftig in"
        " zukunft mehr e mail mails emails adresse und hiermit senden schicken schicke zu ihnen"
        " erhalten bekommen empfangen",
        "hallo guten sehr liebe lieber moin",
        polite="bitte",
    ),
    "fr": _language(
        "désabonnez moi, désabonner, désinscrivez moi, désinscrire, me désinscrire, me"
        " désabonner, retirez moi, me retirer de, supprimez moi, supprimez mon adresse, retirez"
        " mon adresse, enlevez moi, ne plus recevoir, ne plus me contacter, ne me contactez plus,"
        " ne m écrivez plus, plus de mails, plus d e mails, cessez de m écrire, arrêtez de m"
        " écrire, arrêtez de m envoyer, supprimer mon adresse, supprimer mes coordonnées, retirer"
        " mon adresse, supprimer mon mail, ne souhaite plus recevoir, ne souhaitons plus"
        " recevoir, ne veux plus recevoir, ne voulons plus recevoir, ne désire plus recevoir, me"
        " supprimer de, me retirer, nous retirer de, ne plus m envoyer, ne plus m écrire, ne m"
        " envoyez plus, ne plus nous envoyer",
        "désabonnement, désinscription, désabonner, désinscrire, stop",
        "merci bonjour s il vous plaît plait svp veuillez je nous souhaite voudrais veux de la du"
        " des le les vos votre cette ce liste listes diffusion mailing mails mail e emails email"
        " courriels messages newsletter base données immédiatement désormais à l avenir adresse"
        " me moi pourriez pouvez d part aucun",
        "bonjour bonsoir madame monsieur cher chère",
        polite="svp merci",
    ),
    "es": _language(
        "darme de baja, deme de baja, dame de baja, denme de baja, me den de baja, quiero la"
        " baja, solicito la baja, elimíneme, eliminarme de, elimíname, elimine mi correo,"
        " borrarme de, bórrame, quíteme de, quítame de, quitarme de, no me escriban más, no me"
        " envíen más, no me envíe más, no me contacten más, no quiero recibir más, no deseo"
        " recibir más, dejen de escribirme, dejar de recibir, eliminen mi correo, eliminar mi"
        " correo, borren mi correo, borre mi correo, sáquenme de, sáqueme de, quítenme de,"
        " elimínenme, no quiero más correos, dejen de enviarme, deje de enviarme, no deseamos"
        " recibir más, cancelar mi suscripción",
        "baja, dar de baja, darme de baja, cancelar suscripción",
        "por favor hola gracias buenos días quiero quisiera deseo solicito de la su tu esta este"
        " lista listas correo correos email emails mensajes envío boletín base datos mi me más"
        " inmediatamente ya y que suyos suyas suscripción",
        "hola buenos buenas estimado estimada",
        polite="porfavor",
    ),
    "it": _language(
        "cancellatemi, cancellami, cancellarmi da, mi cancelli, rimuovetemi, rimuovimi, mi"
        " rimuova, rimuovere il mio indirizzo, disiscrivetemi, disiscrivimi, disiscrivermi,"
        " toglietemi, toglimi, non scrivetemi più, non mi scriva più, non contattatemi più, non"
        " voglio più ricevere, non desidero più ricevere, non inviatemi più, rimuovermi,"
        " togliermi, eliminatemi, eliminami, eliminare il mio indirizzo, mi tolga, smettetela di"
        " scrivermi, smetta di scrivermi, non desideriamo più ricevere, non desidero ricevere"
        " più, vogliate rimuovermi",
        "cancellazione, disiscrizione, cancellami, disiscrivimi, disiscrivetemi",
        "per favore prego grazie buongiorno ciao vorrei voglio desidero chiedo di da dal dalla"
        " dalle vostra tua sua vostro questa lista liste mailing list email e mail newsletter"
        " messaggi comunicazioni database subito immediatamente più le i vi la e vostri vostre"
        " cortesemente cortesia gentilmente",
        "buongiorno ciao salve gentile",
        polite="gentilmente cortesemente",
    ),
    "pt": _language(
        "cancelar a minha inscrição, cancelar minha inscrição, cancele minha inscrição, remova"
        " me, me remova, me remover, remover me, retire me, me retire, me descadastre,"
        " descadastrar meu, não quero mais receber, não quero receber mais, não desejo receber,"
        " não me envie mais, não me enviem mais, não me contacte mais, parem de me enviar, pare"
        " de me enviar, exclua meu e mail, exclua meu email, retirem o meu, retire o meu, remova"
        " o meu, removam o meu, retirem me, removam me, me removam, me retirem, parem de enviar,"
        " não enviem mais, não me escrevam mais, cancelem a minha inscrição, cancelem minha"
        " inscrição",
        "descadastrar, cancelar inscrição, cancelar subscrição, remover, sair",
        "por favor olá obrigado obrigada bom dia quero gostaria de da do desta sua vossa lista"
        " listas e mail mails email emails mensagens newsletter meu minha mais imediatamente"
        " envio estes esses seus peço que solicito o a vosso e base",
        "olá oi bom boa prezado prezada",
    ),
    "nl": _language(
        "schrijf mij uit, schrijf me uit, mij uitschrijven, me uitschrijven, meld mij af, meld me"
        " af, mij afmelden, me afmelden, verwijder mij, verwijder me, haal mij van, haal me van,"
        " stuur mij geen, stuur me geen, geen e mails meer, geen mails meer, geen mail meer, niet"
        " meer mailen, mail mij niet meer, mail me niet meer, verwijder mijn, verwijder ons, haal"
        " ons van, wil geen mails, wil geen e mails, niet langer ontvangen, mij uit te schrijven,"
        " me uit te schrijven, ons uit te schrijven, mij te verwijderen",
        "uitschrijven, afmelden, uitschrijving",
        "graag alstublieft alsjeblieft aub svp hallo bedankt dank u ik wij wil willen wens van"
        " uit uw je jullie deze de lijst mailinglijst nieuwsbrief bestand database e mail mails"
        " meer direct onmiddellijk kunt voor wilt adres mailadres gegevens ontvangen gelieve",
        "hallo beste geachte goedemorgen goedemiddag dag",
        polite="alstublieft alsjeblieft aub graag even",
    ),
    "sv": _language(
        "avregistrera mig, avprenumerera mig, ta bort mig, stryk mig, sluta mejla, sluta maila,"
        " sluta skicka, inga fler mejl, inga fler mail, mejla mig inte, maila mig inte, kontakta"
        " mig inte, avsluta prenumerationen, ta bort oss, ta bort min adress, vill inte ha fler,"
        " vill inte få fler, avregistrera min",
        "avregistrera, avprenumerera, avregistrering",
        "snälla vänligen tack hej jag vi vill från er din denna den här listan lista utskick"
        " sändlista mejllista nyhetsbrev mig mejl mail fler igen mer omedelbart ert era till"
        " register utskicket utskicken adress",
        "hej hejsan god",
    ),
    "da": _language(
        "afmeld mig, fjern mig, slet mig, slet min, stop med at skrive, stop med at sende, ikke"
        " flere mails, skriv ikke til mig, kontakt mig ikke, frameld mig, fjern os, fjern min,"
        " ikke have flere, ikke modtage flere, fjerne mig, afmelde mig, slette mig",
        "afmeld, afmelding, frameld, framelding",
        "venligst tak hej jeg vi vil gerne fra jeres din denne listen liste mailliste nyhedsbrev"
        " mig mails mail flere igen mere med det samme til mailadresse adresse at sende jer vær"
        " venlig at",
        "hej kære god",
    ),
    "nb": _language(
        "meld meg av, fjern meg, slett meg, slutt å sende, ingen flere e poster, ikke send meg,"
        " ikke kontakt meg, stryk meg, avmeld meg, fjern oss, slett min adresse, ikke ha flere,"
        " ikke motta flere, fjerne meg, melde meg av, slette meg",
        "avmeld, avmelding, meld av",
        "vennligst takk hei jeg vi vil gjerne fra deres din denne listen liste e post poster"
        " epostliste nyhetsbrev meg flere igjen mer umiddelbart vær så snill å",
        "hei hallo kjære god",
    ),
    "fi": _language(
        "poistakaa minut, poista minut, älkää lähettäkö minulle, älä lähetä minulle, en halua"
        " enää, peruuttakaa tilaukseni, perukaa tilaukseni, poistakaa osoitteeni, poista"
        " osoitteeni, poistakaa meidät, lopettakaa viestien lähettäminen",
        "peruuta tilaus, poista listalta",
        "kiitos ole hyvä hyvää päivää hei pyydän voisitteko teidän postituslistalta"
        " postituslistaltanne listalta listaltanne sähköposteja sähköpostia viestejä viestejänne"
        " enää enempää heti vastaanottaa saada lisää rekisteristänne rekisteristä"
        " tietokannastanne teiltä minulle",
        "hei moi hyvää",
    ),
    "pl": _language(
        "wypiszcie mnie, wypisz mnie, proszę o wypisanie, usuńcie mnie, usuń mnie, proszę mnie"
        " usunąć, proszę o usunięcie, proszę mnie wypisać, nie piszcie do mnie, proszę nie pisać,"
        " nie wysyłajcie mi, proszę nie wysyłać, nie chcę otrzymywać, rezygnuję z subskrypcji,"
        " proszę usunąć mnie, proszę usunąć mój, proszę wypisać mnie, nie życzę sobie, proszę o"
        " niewysyłanie, usunąć mój adres",
        "rezygnuję, wypisz, wypis, rezygnacja z subskrypcji",
        "proszę dzień dobry dziękuję mnie z do mi swojej waszej tej listy lista mailingowej"
        " mailingowych bazy danych więcej już maili mailem e mail wiadomości adresu mojego"
        " natychmiast od was mailingu newslettera państwa adres otrzymywania kolejnych mi takich"
        " więcej",
        "dzień cześć witam szanowni",
    ),
    "cs": _language(
        "odhlaste mě, odhlásit mě, odhlašte mě, vyřaďte mě, vymažte mě, smažte mě, odstraňte mě,"
        " nepište mi, neposílejte mi, nekontaktujte mě, nechci dostávat, nepřeji si dostávat,"
        " prosím o vyřazení, prosím o odhlášení, prosím o odstranění, prosím o výmaz, nechci už"
        " dostávat, nezasílejte mi",
        "odhlásit, odhlášení, odhlásit odběr",
        "prosím dobrý den děkuji ze z vašeho vaší seznamu databáze rozesílky odběru mě mi už více"
        " další žádné e maily mail maily zprávy ihned okamžitě",
        "dobrý ahoj vážený",
    ),
    "hu": _language(
        "töröljenek a, töröljön a, kérem töröljenek, leiratkozom, szeretnék leiratkozni, ne"
        " írjanak nekem, ne küldjenek, ne keressenek, vegyenek le, kérem töröljék a címemet,"
        " iratkoztassanak le, nem szeretnék több",
        "leiratkozás, leiratkozom, leiratkozni",
        "kérem köszönöm üdvözlöm jó napot a az listáról levelezőlistáról hírlevélről nekem többet"
        " több levelet e mailt emailt szeretnék azonnal",
        "üdvözlöm jó kedves tisztelt",
    ),
    "ro": _language(
        "dezabonați mă, dezabonează mă, vreau să mă dezabonez, doresc să mă dezabonez, ștergeți"
        " mă, scoateți mă, eliminați mă, nu mi mai scrieți, nu mă mai contactați, nu mi mai"
        " trimiteți, nu mai doresc să primesc, să mă dezabonați, să mă ștergeți, să mă scoateți,"
        " să mă eliminați, nu mai vreau să primesc, ștergeți adresa mea",
        "dezabonare, dezabonați, mă dezabonez",
        "vă rog mulțumesc bună ziua din de pe la lista listă dumneavoastră voastră e mail mailuri"
        " emailuri mesaje imediat",
        "bună stimate salut",
    ),
    "ru": _language(
        "отпишите меня, хочу отписаться, прошу отписать, удалите меня, исключите меня, уберите"
        " меня, удалите мой адрес, больше не пишите, не пишите мне, не присылайте мне, прекратите"
        " рассылку, не отправляйте мне, больше не присылайте, удалить меня, исключить меня,"
        " убрать меня, отписать меня, удалить мой адрес, не хочу получать, не желаю получать,"
        " исключить мой адрес, исключите мой адрес, уберите мой адрес, убрать мой адрес",
        "отписаться, отписка, отпишите, стоп",
        "пожалуйста здравствуйте добрый день спасибо прошу из от вашей этой своей списка базы"
        " рассылки рассылку мне меня больше писем письма сообщений немедленно срочно и ваши ваших"
        " ваша вас",
        "здравствуйте добрый уважаемый уважаемая",
    ),
    "tr": _language(
        "listeden çıkarın, listenizden çıkarın, listeden çıkarınız, listenizden çıkarınız,"
        " aboneliğimi iptal, abonelikten çıkmak istiyorum, bana yazmayın, mail göndermeyin, e"
        " posta göndermeyin, adresimi silin, listeden çıkmak istiyorum, beni listeden silin",
        "abonelikten çık, listeden çıkar",
        "lütfen merhaba teşekkürler beni bana artık bir daha e posta mail hemen edin ediniz sizden",
        "merhaba sayın",
    ),
    "ja": _language(
        "配信停止をお願いします, 配信停止をお願いいたします, 配信を停止してください,"
        " 配信停止を希望します, 今後メールは不要です, 今後のメールは不要です,"
        " メールを送らないでください, 今後メールを送らないでください, リストから削除してください,"
        " 配信停止してください, 配信を停止して下さい, 配信停止をお願い致します,"
        " 配信停止を希望いたします, 配信停止手続きをお願いします, 配信リストから削除してください,"
        " 今後のメールはご遠慮ください, 今後の配信は不要です, リストから外してください,"
        " 配信リストから外してください, メーリングリストから外してください",
        "配信停止, 配信停止希望",
        "",
    ),
    "zh": _language(
        "请取消订阅, 请退订, 我要退订, 请不要再给我发邮件, 请勿再发邮件, 不要再发邮件了,"
        " 请把我从名单中删除, 请将我从列表中移除, 請取消訂閱, 請勿再寄信給我,"
        " 请不要再给我发邮件了, 不要再给我发邮件, 不要再给我发邮件了, 请停止给我发邮件,"
        " 别再给我发邮件了, 请将我从名单中删除, 请把我从列表中删除, 請不要再寄信給我,"
        " 請將我從名單中移除, 请将我移出邮件列表, 请把我移出邮件列表, 请停止发送邮件,"
        " 停止发送邮件, 请将我移出列表",
        "退订, 取消订阅, 退訂, 取消訂閱",
        "谢谢 您好 你好 謝謝",
    ),
    "ko": _language(
        "더 이상 메일을 보내지 마세요, 메일을 보내지 마세요, 이메일을 보내지 마세요, 더 이상"
        " 이메일을 보내지 마세요, 메일을 보내지 말아 주세요, 수신거부 부탁드립니다, 수신 거부"
        " 부탁드립니다, 수신거부 해주세요, 수신거부해 주세요, 구독을 취소해 주세요, 메일링"
        " 리스트에서 삭제해 주세요, 목록에서 삭제해 주세요, 명단에서 삭제해 주세요",
        "수신거부, 수신 거부, 구독취소, 구독 취소, 구독해지, 구독 해지",
        "안녕하세요 감사합니다 앞으로 저를 제 주소를 더는 부탁드립니다",
        "안녕하세요",
    ),
}
