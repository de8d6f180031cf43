"""Bounces in words of their own: old programs and providers that follow no standard."""

from collections.abc import Callable
from typing import Final

from tests.inbound.corpus.cases import GATEWAY, MX, Case
from tests.inbound.corpus.planted import encoded, mail, multipart, plain_mail, text_part
from tests.inbound.corpus.servers import from_daemon


def netease(case: Case) -> bytes:
    text = (
        f"抱歉，您的邮件被退回来了\n\n收件人邮件地址（{case.lead}）不存在或者无法接收，邮件无法送达。\n\n"
        f"发件人：{case.ours.sender}\n主题：{case.ours.subject}\n退信代码：{case.reason.reply}\n"
    )
    fields = from_daemon(case, "Postmaster@163.com", encoded("系统退信", "gbk"))
    returned = "Content-Type: message/rfc822\n\n" + case.ours.whole()
    return mail(fields, multipart("mixed", [text_part(text, "gbk"), returned], case.boundary))


def mail_ru(case: Case) -> bytes:
    text = (
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its recipients."
        " This is a permanent error.\nThe following address(es) failed:\n\n"
        f"  {case.lead}\n    {case.reason.reply}\n\n"
        "**********************\n\nЭто письмо создано автоматически сервером Mail.Ru, отвечать на"
        f" него не нужно.\n\nК сожалению, Ваше письмо не может быть доставлено.\n\n"
        f"------ This is a copy of your message, including all the headers. ------\n"
        f"{case.ours.whole()}"
    )
    fields = from_daemon(case, "mailer-daemon@corp.mail.ru", "Mail failure.")
    return plain_mail(fields, text)


def barracuda(case: Case) -> bytes:
    text = (
        f"Your message to: {case.lead}\nwas blocked by our Spam Firewall. The email you sent with"
        " the following subject has NOT BEEN DELIVERED:\n\n"
        f"Subject: {case.ours.subject}\n\nAn attachment or the sender caused this: "
        f"{case.reason.reply}\n\n{case.ours.header()}"
    )
    fields = from_daemon(
        case, f"postmaster@{MX}", "**Message you sent blocked by our bulk email filter**"
    )
    return plain_mail(fields, text)


def ironport(case: Case) -> bytes:
    text = (
        f"The following message to <{case.lead}> was undeliverable.\nThe reason for the problem:\n"
        f"{case.reason.field} - {case.reason.reply!r}\n"
    )
    returned = "Content-Type: message/rfc822\n\n" + case.ours.whole()
    fields = from_daemon(
        case,
        f'"Mail Delivery System" <MAILER-DAEMON@{MX}>',
        "Delivery Status Notification (Failure)",
    )
    return mail(fields, multipart("mixed", [text_part(text), returned], case.boundary))


def exchange_2003(case: Case) -> bytes:
    text = (
        "Your message did not reach some or all of the intended recipients.\n\n"
        f"      Subject:  {case.ours.subject}\n      Sent:     {case.when}\n\n"
        f"The following recipient(s) could not be reached:\n\n      {case.lead} on {case.when}\n"
        f"            There was a SMTP communication problem with the recipient's email server.\n"
        f"            <{MX} #{case.reason.field} smtp;{case.reason.reply}>\n"
    )
    returned = "Content-Type: message/rfc822\n\n" + case.ours.whole()
    fields = from_daemon(
        case, "System Administrator <postmaster@lead.example>", "Undeliverable: press"
    )
    return mail(fields, multipart("mixed", [text_part(text), returned], case.boundary))


def communigate(case: Case) -> bytes:
    text = (
        f"Failed to deliver to '{case.lead}'\nSMTP module(domain lead.example) reports:\n"
        f" {case.lead}: {case.reason.reply}\n\n{case.ours.header()}"
    )
    fields = from_daemon(case, f"<MAILER-DAEMON@{GATEWAY}>", "Undeliverable mail: press")
    return plain_mail(fields, text)


def imail(case: Case) -> bytes:
    text = (
        f"User mailbox exceeds allowed size or is unknown: {case.lead}\n"
        f"undeliverable to {case.lead}\n{case.reason.reply}\n\n"
        f"Original message follows.\n\n{case.ours.whole()}"
    )
    fields = from_daemon(case, f'"Postmaster" <postmaster@{GATEWAY}>', "Undeliverable Mail")
    return plain_mail(fields, text)


def haraka(case: Case) -> bytes:
    text = (
        f"Hi. This is the Haraka Mailer program at {GATEWAY}.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        f"This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"Intended Recipients: <{case.lead}>\nFailure Reason: Some recipients failed:"
        f" <{case.lead}>: {case.reason.reply}\n\n"
        f"--- Below this line is a copy of the message.\n\n{case.ours.whole()}"
    )
    return plain_mail(from_daemon(case, f"MAILER-DAEMON@{GATEWAY}", "failed mail"), text)


def provider_german(case: Case) -> bytes:
    text = (
        "Diese E-Mail wurde automatisch erzeugt.\n\nIhre E-Mail konnte nicht zugestellt werden.\n"
        f"\nEmpfänger: {case.lead}\nGrund: {case.reason.reply}\n\n"
        f"--- Die Kopfzeilen der ursprünglichen Nachricht ---\n{case.ours.header()}"
    )
    fields = from_daemon(
        case,
        f"Mail Delivery System <mailer-daemon@{GATEWAY}>",
        encoded("Ihre E-Mail konnte nicht zugestellt werden"),
    )
    return mail(fields, text_part(text, "iso-8859-1"))


def mailenable(case: Case) -> bytes:
    text = (
        "MailEnable: Message could not be delivered to some recipients.\n"
        "The following recipient(s) could not be reached:\n\n"
        f"\tRecipient: [SMTP:{case.lead}]\n"
        f"\tReason: Remote SMTP Server Returned: {case.reason.reply}\n\n\n"
        f"Message headers follow:\n\n{case.ours.header()}"
    )
    fields = from_daemon(case, f"postmaster@{GATEWAY}", "Message Delivery Failure")
    return plain_mail(fields, text)


ELDERS: Final[dict[str, Callable[[Case], bytes]]] = {
    "NetEase": netease,
    "Mail.ru": mail_ru,
    "Barracuda": barracuda,
    "IronPort": ironport,
    "Exchange 2003": exchange_2003,
    "CommuniGate": communigate,
    "IMail": imail,
    "Haraka": haraka,
    "a provider, German": provider_german,
    "MailEnable": mailenable,
}
