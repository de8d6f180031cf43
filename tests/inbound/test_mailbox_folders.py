"""Sent and Junk are found by special use, by name in many languages, or as a person said."""

import pytest

from pomelo.inbound.mailboxes.folders import choose
from pomelo.inbound.mailboxes.model import Folder, Listed, Role


def listed(*names: str, **attributes: str) -> list[Listed]:
    marked = [Listed(name, frozenset({f"\\{word}"})) for word, name in attributes.items()]
    return [Listed("INBOX", frozenset()), *(Listed(name, frozenset()) for name in names), *marked]


def found(folders: list[Listed], **named: str) -> dict[str, str]:
    chosen = choose(folders, {Role(role): name for role, name in named.items()})
    return {folder.role.value: folder.name for folder in chosen}


def test_the_inbox_is_read_last_so_that_it_is_open_afterwards() -> None:
    assert choose(listed("Sent", "Junk"), {})[-1] == Folder(Role.INBOX, "INBOX")


def test_special_use_counts_more_than_a_name() -> None:
    folders = listed("Sent", "Spam", sent="[Gmail]/Gesendet", junk="[Gmail]/Werbung?")

    assert found(folders) == {
        "sent": "[Gmail]/Gesendet",
        "junk": "[Gmail]/Werbung?",
        "inbox": "INBOX",
    }


def test_what_a_person_set_counts_most() -> None:
    folders = listed("Sent", sent="Other")

    assert found(folders, sent="Ausgang/2026")["sent"] == "Ausgang/2026"


def test_a_mailbox_without_them_has_its_inbox_read() -> None:
    assert found(listed("Drafts", "Archive")) == {"inbox": "INBOX"}


def test_a_folder_that_cannot_be_opened_is_none() -> None:
    closed = Listed("Sent", frozenset({"\\sent", "\\noselect"}))

    assert found([closed, Listed("INBOX.Sent Items", frozenset())])["sent"] == "INBOX.Sent Items"


@pytest.mark.parametrize(
    "name",
    [
        "Sent", "INBOX.Sent", "INBOX/Sent Items", "[Google Mail]/Sent Mail", "Gesendet",
        "Gesendete Elemente", "Éléments envoyés", "Envoyés", "Elementos enviados", "Enviados",
        "Itens Enviados", "Posta inviata", "Elemente trimise", "Verzonden items", "Skickat",
        "Sendte elementer", "Sendt post", "Lähetetyt", "Wysłane", "Elementy wysłane",
        "Odeslaná pošta", "Odoslané", "Elküldött elemek", "Poslano", "Отправленные", "Надіслані",
        "Изпратени", "Απεσταλμένα", "Gönderilmiş Öğeler", "פריטים שנשלחו", "العناصر المرسلة",
        "已发送邮件", "寄件備份", "送信済みアイテム", "보낸 편지함", "Đã gửi",
    ],
)  # fmt: skip
def test_sent_is_known_in_many_languages(name: str) -> None:
    assert found(listed(name)) == {"sent": name, "inbox": "INBOX"}


@pytest.mark.parametrize(
    "name",
    [
        "Junk", "Spam", "INBOX.Junk E-Mail", "Bulk Mail", "Unerwünscht", "Courrier indésirable",
        "Correo no deseado", "Lixo Eletrônico", "Posta indesiderata", "Ongewenste e-mail",
        "Skräppost", "Uønsket e-mail", "Søppelpost", "Roskaposti", "Wiadomości-śmieci",
        "Nevyžádaná pošta", "Levélszemét", "Спам", "Нежелательная почта", "Ανεπιθύμητα",
        "Önemsiz E-posta", "דואר זבל", "垃圾邮件", "迷惑メール", "정크 메일",
    ],
)  # fmt: skip
def test_junk_is_known_in_many_languages(name: str) -> None:
    assert found(listed(name)) == {"junk": name, "inbox": "INBOX"}


def test_of_several_the_commonest_name_counts_then_the_shortest_path() -> None:
    assert found(listed("Old/Sent", "Sent", "Sent Items"))["sent"] == "Sent"
