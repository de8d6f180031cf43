"""Which folders of a mailbox are read: as set, by what the server says of them, or by name."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pomelo.inbound.mailboxes.model import Folder, Listed, Role

INBOX: Final = "INBOX"

# RFC 6154 2; some servers say \Spam or \SentMail (Gmail's older XLIST).
_SPECIAL: Final = {
    Role.JUNK: frozenset({"\\junk", "\\spam"}),
    Role.SENT: frozenset({"\\sent", "\\sentmail"}),
}
_CLOSED: Final = frozenset({"\\noselect", "\\nonexistent"})

# Letters that no accent was put on, so that none comes off.
_STROKES: Final = str.maketrans("łøđı", "lodi")

# The last part of a folder's name, folded; the commoner first within a language.
_NAMES: Final = {
    Role.SENT: (
        # English, and what programs make by themselves
        "sent", "sent items", "sent mail", "sent messages", "sent-mail", "sentmail", "sent_mail",
        # German
        "gesendet", "gesendete elemente", "gesendete objekte", "gesendete nachrichten",
        "gesendete e-mails", "postausgang gesendet",
        # French
        "envoyes", "elements envoyes", "messages envoyes", "courrier envoye", "courriers envoyes",
        "objets envoyes",
        # Spanish, Catalan, Portuguese
        "enviados", "elementos enviados", "correo enviado", "mensajes enviados", "enviats",
        "elements enviats", "itens enviados", "mensagens enviadas", "e-mails enviados", "enviadas",
        # Italian, Romanian
        "inviati", "posta inviata", "inviata", "posta inviati", "elementi inviati",
        "elemente trimise", "trimise", "mesaje trimise",
        # Dutch, Swedish, Danish, Norwegian, Finnish
        "verzonden", "verzonden items", "verzonden berichten", "skickat", "skickade",
        "skickade objekt", "skickat e-post", "sendt", "sendt post", "sendte elementer",
        "sendte meddelelser", "sendte", "lahetetyt", "lahetetyt kohteet", "lahetetyt viestit",
        # Polish, Czech, Slovak, Hungarian, Slovene, Croatian
        "wyslane", "elementy wyslane", "wyslane elementy", "odeslane", "odeslana posta",
        "odeslane polozky", "odoslane", "odoslana posta", "elkuldott", "elkuldott elemek",
        "elkuldott uzenetek", "poslano", "poslana posta", "poslane poruke", "poslane stavke",
        # Russian, Ukrainian, Bulgarian, Greek, Turkish
        "отправленные", "отправленные элементы", "отправленная почта", "надіслані", "відправлені",
        "надіслані елементи", "изпратени", "изпратена поща", "απεσταλμενα",
        "σταλθεντα", "gonderilmis ogeler", "gonderilenler", "gonderilmis", "gonderilmis postalar",
        # Hebrew, Arabic, Chinese, Japanese, Korean, Vietnamese, Thai, Indonesian
        "נשלחו", "פריטים שנשלחו", "דואר שנשלח", "العناصر المرسلة", "البريد المرسل", "المرسلة",
        "已发送", "已发送邮件", "已傳送", "寄件備份", "寄件备份", "送信済み", "送信済みアイテム",
        "送信済みメール", "보낸 편지함", "보낸편지함", "보낸메일함", "da gui", "thu da gui",
        "จดหมายที่ส่ง", "terkirim", "item terkirim",
    ),
    Role.JUNK: (
        "junk", "spam", "junk e-mail", "junk email", "junk mail", "bulk mail", "bulk",
        "junk-e-mail", "unerwunscht", "werbung", "spamverdacht", "unerwunschte werbung",
        "courrier indesirable", "indesirables", "pourriel", "spams", "correo no deseado",
        "no deseado", "correu brossa", "lixo eletronico", "lixo electronico", "lixo",
        "posta indesiderata", "indesiderata", "mesaje nedorite", "ongewenste e-mail", "ongewenst",
        "skrappost", "uonsket mail", "uonsket e-mail", "uonsket", "soppelpost", "roskaposti",
        "wiadomosci-smieci", "niechciane", "nevyzadana posta", "nevyziadana posta", "levelszemet",
        "nezelena posta", "nezeljena posta", "спам", "нежелательная почта", "небажана пошта",
        "небажана електронна пошта", "нежелана поща", "ανεπιθυμητα", "ανεπιθυμητη αλληλογραφια",
        "onemsiz e-posta", "gereksiz", "gereksiz e-posta", "דואר זבל", "ספאם",
        "البريد الإلكتروني غير الهام", "البريد غير المرغوب فيه", "垃圾邮件", "垃圾郵件", "垃圾箱",
        "迷惑メール", "정크 메일", "스팸메일함", "스팸", "thu rac", "จดหมายขยะ", "email sampah",
    ),
}  # fmt: skip


def choose(listed: Sequence[Listed], named: Mapping[Role, str]) -> tuple[Folder, ...]:
    """Choose the folders to read.

    Args:
        listed: All folders of the mailbox.
        named: Names that a person set; they count whatever the server says.

    Returns:
        Sent and Junk where there is one, then the INBOX, which is always there.

    Source:
        RFC 6154 2 (special use), RFC 9051 5.1 (INBOX in any letter case).
    """
    open_ones = [one for one in listed if not one.attributes & _CLOSED]
    others = ((role, named.get(role) or _found(open_ones, role)) for role in (Role.SENT, Role.JUNK))
    chosen = [Folder(role, name) for role, name in others if name and name.upper() != INBOX]
    return (*chosen, Folder(Role.INBOX, INBOX))


def _found(listed: Iterable[Listed], role: Role) -> str | None:
    marked = [one.name for one in listed if one.attributes & _SPECIAL[role]]
    return next(iter(marked), None) or _by_name(listed, role)


def _by_name(listed: Iterable[Listed], role: Role) -> str | None:
    """Find a folder by its usual names: the commonest name first, then the least deep."""
    places = {name: place for place, name in enumerate(_NAMES[role])}
    fitting = [
        (places[last], len(one.name), one.name)
        for one in listed
        if (last := folded(one.name)) in places
    ]
    return min(fitting)[2] if fitting else None


def folded(name: str) -> str:
    """Give the last part of a folder's name, without case and accents.

    Source:
        RFC 9051 5.1.1 (the parts of a name; the separators are those that servers use).
    """
    last = name.replace(".", "/").replace("\\", "/").rpartition("/")[2]
    apart = unicodedata.normalize("NFKD", last.casefold().translate(_STROKES))
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(unicodedata.normalize("NFC", bare).split())
