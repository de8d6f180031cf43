"""Bounces as the servers write them that carry our mail and repeat what the other one said.

Each function writes one program's report; the shapes are facts of those programs.
"""

from collections.abc import Callable, Sequence
from typing import Final

from tests.inbound.corpus.cases import GATEWAY, MX, Case
from tests.inbound.corpus.planted import head, mail, multipart, plain_mail, text_part

Lines = list[tuple[str, str]]


def report(
    case: Case,
    fields: Lines,
    text: str,
    blocks: Sequence[Lines],
    *,
    boundary: str = "",
    whole: bool = True,
    charset: str = "us-ascii",
) -> bytes:
    """Write a standard report: the words, the blocks of fields, and our mail again."""
    status = "\n".join(head(block) for block in blocks)
    returned = (
        "Content-Type: message/rfc822\n\n" + case.ours.whole()
        if whole
        else "Content-Type: text/rfc822-headers\n\n" + case.ours.header()
    )
    parts = [
        text_part(text, charset),
        "Content-Type: message/delivery-status\n\n" + status,
        returned,
    ]
    kind = "; report-type=delivery-status"
    return mail(fields, multipart("report", parts, boundary or case.boundary, kind))


def from_daemon(case: Case, sender: str, subject: str, *more: tuple[str, str]) -> Lines:
    """Give the fields that most daemons write."""
    return [
        ("Return-Path", "<>"),
        ("From", sender),
        ("To", case.ours.sender),
        ("Subject", subject),
        ("Date", case.when),
        ("Message-ID", case.message_id(GATEWAY)),
        *more,
    ]


def recipient(case: Case, *, diagnostic: str, action: str = "failed") -> Lines:
    """Give a recipient's block with the usual fields."""
    return [
        ("Final-Recipient", f"rfc822; {case.lead}"),
        ("Original-Recipient", f"rfc822;{case.lead}"),
        ("Action", action),
        ("Status", case.reason.field),
        ("Remote-MTA", f"dns; {MX}"),
        ("Diagnostic-Code", diagnostic),
    ]


def postfix(case: Case) -> bytes:
    said = f"host {MX}[198.51.100.8] said: {case.reason.reply} (in reply to RCPT TO command)"
    words = said if case.reason.code else case.reason.text
    kind = "smtp" if case.reason.code else "X-Postfix"
    text = (
        f"This is the mail system at host {GATEWAY}.\n\n"
        "I'm sorry to have to inform you that your message could not\n"
        "be delivered to one or more recipients. It's attached below.\n\n"
        "For further assistance, please send mail to postmaster.\n\n"
        "If you do so, please include this problem report. You can\n"
        "delete your own text from the attached returned message.\n\n"
        f"                   The mail system\n\n<{case.lead}>: {words}\n"
    )
    about = [
        ("Reporting-MTA", f"dns; {GATEWAY}"),
        ("X-Postfix-Queue-ID", case.queue_id),
        ("X-Postfix-Sender", f"rfc822; {case.ours.sender}"),
        ("Arrival-Date", case.when),
    ]
    block = recipient(case, diagnostic=f"{kind}; {case.reason.reply or case.reason.text}")
    fields = from_daemon(
        case,
        f"MAILER-DAEMON@{GATEWAY} (Mail Delivery System)",
        "Undelivered Mail Returned to Sender",
        ("Auto-Submitted", "auto-replied"),
    )
    return report(case, fields, text, [about, block], whole=case.random.random() < 0.6)


def exim(case: Case) -> bytes:
    about = [("Reporting-MTA", f"dns; {GATEWAY}")]
    block = [
        ("Action", "failed"),
        ("Final-Recipient", f"rfc822;{case.lead}"),
        ("Status", "5.0.0"),
        ("Remote-MTA", f"dns; {MX}"),
        ("Diagnostic-Code", f"smtp; {case.reason.reply}"),
    ]
    return report(case, exim_fields(case), exim_words(case), [about, block])


def exim_text(case: Case) -> bytes:
    copy = "------ This is a copy of the message, including all the headers. ------\n\n"
    return plain_mail(exim_fields(case), f"{exim_words(case)}\n{copy}{case.ours.whole()}")


def exim_fields(case: Case) -> Lines:
    return from_daemon(
        case,
        f"Mail Delivery System <Mailer-Daemon@{GATEWAY}>",
        "Mail delivery failed: returning message to sender",
        ("X-Failed-Recipients", case.lead),
        ("Auto-Submitted", "auto-replied"),
    )


def exim_words(case: Case) -> str:
    if case.reason.code:
        said = (
            f"    host {MX} [198.51.100.8]\n"
            f"    SMTP error from remote mail server after RCPT TO:<{case.lead}>:\n"
            + "".join(f"    {line}\n" for line in case.reason.lines())
        )
    else:
        said = f"    {case.reason.text}\n"
    return (
        "This message was created automatically by mail delivery software.\n\n"
        "A message that you sent could not be delivered to one or more of its\n"
        "recipients. This is a permanent error. The following address(es) failed:\n\n"
        f"  {case.lead}\n{said}"
    )


def sendmail(case: Case) -> bytes:
    lines = "".join(f"<<< {line}\n" for line in case.reason.lines())
    text = (
        f"The original message was received at {case.when}\nfrom localhost [127.0.0.1]\n\n"
        "   ----- The following addresses had permanent fatal errors -----\n"
        f"<{case.lead}>\n    (reason: {case.reason.lines()[0]})\n\n"
        "   ----- Transcript of session follows -----\n"
        f"... while talking to {MX}.:\n>>> DATA\n{lines}"
        f"{case.reason.code or 550} {case.reason.field} <{case.lead}>... Service unavailable\n"
    )
    about = [
        ("Reporting-MTA", f"dns; {GATEWAY}"),
        ("Received-From-MTA", "DNS; localhost"),
        ("Arrival-Date", case.when),
    ]
    block = [
        ("Final-Recipient", f"RFC822; {case.lead}"),
        ("Action", "failed"),
        ("Status", case.reason.field),
        ("Remote-MTA", f"DNS; {MX}"),
        ("Diagnostic-Code", f"SMTP; {case.reason.reply}"),
        ("Last-Attempt-Date", case.when),
    ]
    fields = from_daemon(
        case,
        f"Mail Delivery Subsystem <MAILER-DAEMON@{GATEWAY}>",
        "Returned mail: see transcript for details",
        ("Auto-Submitted", "auto-generated (failure)"),
    )
    boundary = f"u239F4v1.{case.random.randrange(10**10)}/{GATEWAY}"
    return report(case, fields, text, [about, block], boundary=boundary, whole=False)


def gmail(case: Case) -> bytes:
    text = (
        f"\n** Address not found **\n\nYour message wasn't delivered to {case.lead} because the"
        " address couldn't be found, or is unable to receive mail.\n\n"
        f"The response from the remote server was:\n\n{case.reason.reply}\n"
    )
    about = [
        ("Reporting-MTA", "dns; googlemail.com"),
        ("Received-From-MTA", f"dns; {case.ours.sender}"),
        ("Arrival-Date", case.when),
        ("X-Original-Message-ID", dict(case.ours.fields())["Message-ID"]),
    ]
    block = [
        ("Final-Recipient", f"rfc822; {case.lead}"),
        ("Action", "failed"),
        ("Status", case.reason.field),
        ("Remote-MTA", f"dns; {MX}. (198.51.100.8, the server for the domain lead.example.)"),
        ("Diagnostic-Code", "smtp; " + " ".join(case.reason.lines())),
        ("Last-Attempt-Date", case.when),
    ]
    fields = from_daemon(
        case,
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Failure)",
        ("Auto-Submitted", "auto-replied"),
        ("X-Failed-Recipients", case.lead),
        ("In-Reply-To", dict(case.ours.fields())["Message-ID"]),
        ("References", dict(case.ours.fields())["Message-ID"]),
    )
    return report(case, fields, text, [about, block], boundary="000000000000a1b2", charset="utf-8")


def ses(case: Case) -> bytes:
    text = (
        "An error occurred while trying to deliver the mail to the following recipients:\n"
        f"{case.lead}\n"
    )
    block = [
        ("Final-Recipient", f"rfc822;{case.lead}"),
        ("Diagnostic-Code", f"smtp; {case.reason.reply}"),
        ("Action", "failed"),
        ("Status", case.reason.field),
    ]
    fields = from_daemon(
        case, "MAILER-DAEMON@amazonses.com", "Delivery Status Notification (Failure)"
    )
    about = [("Reporting-MTA", "dsn; a8-50.smtp-out.amazonses.com")]
    return report(case, fields, text, [about, block], boundary=f"----=_Part_{case.queue_id}")


def zoho(case: Case) -> bytes:
    text = (
        "This message was created automatically by mail delivery software.\n"
        " A message that you sent could not be delivered to one or more of its recipients."
        " This is a permanent error. \n\n"
        f"{case.lead} ERROR_CODE :{case.reason.code or 550},"
        f" ERROR_MESSAGE :{case.reason.status or '5.0.0'} {case.reason.text}\n\n\n"
    )
    fields = from_daemon(case, "mailer-daemon@mail.zoho.com", "Undelivered Mail Returned to Sender")
    returned = "Content-Type: message/rfc822\n\n" + case.ours.whole()
    status = (
        f"Reporting-MTA: dns; mail.zoho.com\nArrival-Date: {case.when}\n\n"
        f"Original-Recipient: rfc822; {case.lead}\nFinal-Recipient: rfc822; {case.lead}\n"
        f"Status: {case.reason.code or 550}\nAction: failed\n"
        f"Last-Attempt-Date: {case.when}\nDiagnostic-Code: {case.reason.reply}\n"
    )
    parts = [
        text_part(text),
        "Content-Type: message/delivery-status\n\n" + status,
        returned,
    ]
    boundary = f"----=_Part_{case.queue_id}"
    return mail(fields, multipart("report", parts, boundary, "; report-type=delivery-status"))


def qmail(case: Case) -> bytes:
    said = (
        "198.51.100.8 does not like recipient.\n"
        f"Remote host said: {case.reason.reply}\nGiving up on 198.51.100.8.\n"
    )
    text = (
        f"Hi. This is the qmail-send program at {GATEWAY}.\n"
        "I'm afraid I wasn't able to deliver your message to the following addresses.\n"
        "This is a permanent error; I've given up. Sorry it didn't work out.\n\n"
        f"<{case.lead}>:\n{said if case.reason.code else case.reason.text}\n"
        "--- Below this line is a copy of the message.\n\n"
        f"Return-Path: <{case.ours.sender}>\n{case.ours.whole()}"
    )
    return plain_mail(from_daemon(case, f"MAILER-DAEMON@{GATEWAY}", "failure notice"), text)


def opensmtpd(case: Case) -> bytes:
    text = (
        f"    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n"
        "    An error has occurred while attempting to deliver a message for\n"
        f"    the following list of recipients:\n\n{case.lead}: {case.reason.reply}\n\n"
        "    Below is a copy of the original message:\n"
    )
    about = [("Reporting-MTA", f"dns; {GATEWAY}")]
    block = [
        ("Final-Recipient", f"rfc822; {case.lead}"),
        ("Action", "error"),
        ("Status", case.reason.field),
        ("Diagnostic-Code", f"smtp; {case.reason.reply}"),
    ]
    fields = from_daemon(
        case, f"Mailer Daemon <MAILER-DAEMON@{GATEWAY}>", "Delivery status notification: error"
    )
    return report(case, fields, text, [about, block])


RELAYS: Final[dict[str, Callable[[Case], bytes]]] = {
    "Postfix": postfix,
    "Exim": exim,
    "Exim, old": exim_text,
    "Sendmail": sendmail,
    "Gmail": gmail,
    "Amazon SES": ses,
    "Zoho": zoho,
    "qmail": qmail,
    "OpenSMTPD": opensmtpd,
}
