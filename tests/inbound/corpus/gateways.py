"""Bounces of more programs that carry our mail: appliances, old systems, large providers."""

from collections.abc import Callable
from typing import Final

from tests.inbound.corpus.cases import GATEWAY, MX, Case
from tests.inbound.corpus.planted import encoded, head, mail, multipart, plain_mail, text_part
from tests.inbound.corpus.servers import from_daemon, recipient, report


def courier(case: Case) -> bytes:
    said = "".join(f"     {line}\n" for line in case.reason.lines())
    text = (
        f"This is a delivery status notification from {GATEWAY},\n"
        "running the Courier mail server.\n\n"
        "The original message was received on "
        f"{case.when}\nfrom localhost\n\n---------------------------------------------------\n\n"
        f"                           UNDELIVERABLE MAIL\n\n"
        "Your message to the following recipients cannot be delivered:\n\n"
        f"<{case.lead}>:\n    {MX} [198.51.100.8]:\n    <<< RCPT\n{said}\n"
    )
    about = [("Reporting-MTA", f"dns; {GATEWAY}"), ("Arrival-Date", case.when)]
    block = recipient(case, diagnostic=f"smtp; {case.reason.reply}")
    fields = from_daemon(
        case, f'"Courier mail server at {GATEWAY}" <@>', "NOTICE: mail delivery status."
    )
    return report(case, fields, text, [about, block], whole=False)


def messagelabs(case: Case) -> bytes:
    text = (
        "This is the mail delivery agent at messagelabs.com.\n"
        "I was unable to deliver your message to the following addresses:\n\n"
        f"{case.lead}\n\nReason:\n{case.reason.reply}\n\n"
        "If your message was also sent to additional addresses it may have\n"
        "been delivered to them successfully.\n"
    )
    block = recipient(case, diagnostic=f"smtp; {case.reason.reply}")
    fields = from_daemon(case, "MAILER-DAEMON@messagelabs.com", "Mail Delivery Failure")
    about = [("Reporting-MTA", "dns; server-9.tower-1.messagelabs.com")]
    return report(case, fields, text, [about, block])


def mimecast(case: Case) -> bytes:
    text = (
        f"Message Delivery Failure\n\nYour message could not be delivered to the following"
        f" recipients:\n\n{case.lead}\n\nThe message was rejected by the recipient server with"
        f" the following response:\n\n{case.reason.reply}\n\nMessage Details\n"
        f"Subject: {case.ours.subject}\nMessage ID: {dict(case.ours.fields())['Message-ID']}\n"
    )
    page = (
        "<html><body><p>" + text.replace("<", "&lt;").replace("\n", "<br>") + "</p></body></html>"
    )
    fields = from_daemon(
        case,
        "Postmaster <postmaster@pomelo.example>",
        "[Postmaster] Email Delivery Failure",
        ("Auto-Submitted", "auto-generated"),
    )
    parts = [text_part(text), text_part(page, "utf-8", "html")]
    return mail(fields, multipart("alternative", parts, case.boundary))


def proofpoint(case: Case) -> bytes:
    text = (
        "Your message could not be delivered.\n\n"
        f"Recipient: {case.lead}\nReason: {case.reason.reply}\n"
    )
    about = [("Reporting-MTA", "dns; mx0a-0034a101.pphosted.com"), ("Arrival-Date", case.when)]
    block = recipient(case, diagnostic=f"smtp; {case.reason.reply}")
    fields = from_daemon(
        case,
        "Mail Delivery Subsystem <MAILER-DAEMON@mx0a-0034a101.pphosted.com>",
        encoded(f"Undeliverable: {case.ours.subject}"),
        ("Auto-Submitted", "auto-generated (failure)"),
    )
    return report(case, fields, text, [about, block], whole=False)


def mailgun(case: Case) -> bytes:
    text = (
        "Mailgun could not deliver your message to the following recipient:\n\n"
        f"{case.lead}\n\nThe server of the recipient answered:\n\n{case.reason.reply}\n"
    )
    block = recipient(case, diagnostic=f"smtp; {case.reason.reply}")
    fields = from_daemon(
        case,
        "Mail Delivery System <MAILER-DAEMON@mg.pomelo.example>",
        "Undelivered Mail Returned to Sender",
        ("Auto-Submitted", "auto-replied"),
    )
    about = [("Reporting-MTA", "dns; mailgun.org"), ("Arrival-Date", case.when)]
    return report(case, fields, text, [about, block], charset="utf-8")


def yahoo(case: Case) -> bytes:
    text = (
        "Sorry, we were unable to deliver your message to the following address.\n\n"
        f"<{case.lead}>:\n{case.reason.code or 554}: {case.reason.status} {case.reason.text}\n\n"
        f"--- Forwarded message ---\n\n{case.ours.whole()}"
    )
    return plain_mail(from_daemon(case, "MAILER-DAEMON@yahoo.com", "Failure Notice"), text)


def mdaemon(case: Case) -> bytes:
    text = (
        "The attached message has FAILED (had permanent fatal delivery errors).\n\n"
        "--------------------------------------------------\n"
        f"Failed address: {case.lead}\n\n"
        "--- Session Transcript ---\n Attempting SMTP connection to [198.51.100.8]\n"
        + "".join(f" <-- {line}\n" for line in case.reason.lines())
        + "--- End Transcript ---\n"
    )
    fields = from_daemon(
        case,
        "MDaemon at " + GATEWAY + f" <MDaemon@{GATEWAY}>",
        "Permanent Delivery Failure",
        ("X-MDDSN-Message", "Yes"),
        ("Auto-Submitted", "auto-replied"),
    )
    about = [("Reporting-MTA", f"dns; {GATEWAY}")]
    block = recipient(case, diagnostic=f"smtp;{case.reason.reply}")
    return report(case, fields, text, [about, block])


def groupwise(case: Case) -> bytes:
    text = (
        f"The message that you sent was undeliverable to the following:\n"
        f"\t{case.lead} ({case.reason.reply})\n\n\n"
        "Possibly truncated original message follows:\n\n" + case.ours.whole()
    )
    fields = from_daemon(
        case,
        f"Mail System <mailer-daemon@{GATEWAY}>",
        "Message status - undeliverable",
        ("X-Mailer", "Novell GroupWise Internet Agent 8.0.0"),
    )
    return plain_mail(fields, text)


def smail(case: Case) -> bytes:
    text = (
        "|------------------------- Message log follows: -------------------------|\n"
        " no valid recipients were found for this message\n"
        "|------------------------- Failed addresses follow: ---------------------|\n"
        f" <{case.lead}> ... {case.reason.reply}\n"
        "|------------------------- Message text follows: ------------------------|\n"
        f"{case.ours.whole()}"
    )
    fields = from_daemon(case, f"<MAILER-DAEMON@{GATEWAY}>", "mail failed, returning to sender")
    return plain_mail(fields, text)


def yandex(case: Case) -> bytes:
    text = (
        "Это письмо отправлено почтовым сервером yandex.ru.\n\nК сожалению, мы вынуждены сообщить"
        " Вам о том, что Ваше письмо не может\nбыть отправлено одному или нескольким адресатам."
        f" Технические подробности можно найти ниже.\n\n<{case.lead}>: host {MX}[198.51.100.8]"
        f" said: {case.reason.reply} (in reply to RCPT TO command)\n"
    )
    about = [("Reporting-MTA", "dns; forward500a.mail.yandex.net"), ("Arrival-Date", case.when)]
    block = recipient(case, diagnostic=f"smtp; {case.reason.reply}")
    fields = from_daemon(
        case,
        "mailer-daemon@yandex.ru",
        encoded("Недоставленное сообщение"),
        ("Auto-Submitted", "auto-replied"),
    )
    return report(case, fields, text, [about, block], charset="utf-8")


def qq(case: Case) -> bytes:
    text = (
        f"抱歉，您的邮件被退回来了……\n\n原邮件信息：\n主题：{case.ours.subject}\n"
        f"无法送达至：{case.lead}\n\n退信原因：\n{case.reason.reply}\n"
    )
    page = f"<html><body>{text.replace(chr(10), '<br>')}</body></html>"
    returned = "Content-Type: message/rfc822\n\n" + case.ours.whole()
    fields = from_daemon(case, "PostMaster@qq.com", encoded("系统退信/Systems bounce", "gb18030"))
    parts = [text_part(page, "gb18030", "html"), returned]
    return mail(fields, multipart("mixed", parts, case.boundary))


def sieve_reject(case: Case) -> bytes:
    """Dovecot's "reject" is a disposition report of a mail that was deleted unread."""
    text = f"Your message to <{case.lead}> was automatically rejected:\n{case.reason.reply}\n"
    status = head(
        [
            ("Reporting-UA", f"{MX}; Dovecot Mail Delivery Agent"),
            ("Original-Recipient", f"rfc822; {case.lead}"),
            ("Final-Recipient", f"rfc822; {case.lead}"),
            ("Original-Message-ID", dict(case.ours.fields())["Message-ID"]),
            ("Disposition", "automatic-action/MDN-sent-automatically; deleted"),
        ]
    )
    fields = from_daemon(
        case,
        f"Mail Delivery Subsystem <postmaster@{MX}>",
        encoded(f"Rejected: {case.ours.subject}"),
        ("Auto-Submitted", "auto-replied (rejected)"),
    )
    parts = [
        text_part(text),
        "Content-Type: message/disposition-notification\n\n" + status,
        "Content-Type: message/rfc822\n\n" + case.ours.header() + "\n",
    ]
    kind = "; report-type=disposition-notification"
    return mail(fields, multipart("report", parts, case.boundary, kind))


GATEWAYS: Final[dict[str, Callable[[Case], bytes]]] = {
    "Courier": courier,
    "MessageLabs": messagelabs,
    "Mimecast": mimecast,
    "Proofpoint": proofpoint,
    "Mailgun": mailgun,
    "Yahoo": yahoo,
    "MDaemon": mdaemon,
    "GroupWise": groupwise,
    "smail": smail,
    "Yandex": yandex,
    "QQ": qq,
    "Dovecot reject": sieve_reject,
}
