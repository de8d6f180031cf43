"""Reports of systems that receive mail themselves, and what is special about some bounces."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from tests.inbound.corpus.cases import GATEWAY, MX, Case, stamp
from tests.inbound.corpus.planted import encoded, head, mail, multipart, plain_mail, text_part
from tests.inbound.corpus.servers import Lines, from_daemon, recipient, report

UNDELIVERABLE: Final = {
    "en": "Undeliverable: ", "de": "Unzustellbar: ", "fr": "Non remis : ",
    "es": "No se puede entregar: ", "it": "Non recapitabile: ", "pt": "Não é possível entregar: ",
    "nl": "Onbestelbaar: ", "sv": "Kan inte levereras: ", "da": "Kan ikke leveres: ",
    "nb": "Kan ikke leveres: ", "fi": "Ei voi toimittaa: ", "pl": "Nie można dostarczyć: ",
    "cs": "Nedoručitelné: ", "hu": "Kézbesíthetetlen: ", "ro": "Nelivrabil: ",
    "ru": "Не удается доставить: ", "tr": "Teslim edilemedi: ", "ja": "配信不能: ",
    "zh": "无法传递: ", "ko": "배달되지 않음: ",
}  # fmt: skip
DELAYED: Final = {
    "en": "Delivery delayed: ", "de": "Zustellung verzögert: ", "fr": "Remise différée : ",
    "es": "Entrega retrasada: ", "it": "Recapito ritardato: ", "nl": "Vertraagd: ",
    "sv": "Leverans fördröjd: ", "ja": "配信遅延: ",
}  # fmt: skip
EXCHANGE: Final = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@lead.example"


def exchange(case: Case, language: str, action: str = "failed") -> bytes:
    """An NDR of Exchange or Microsoft 365, in the language of the mailbox."""
    titles = UNDELIVERABLE if action == "failed" else DELAYED
    text = (
        f"{titles[language]}\n\n{case.lead}<mailto:{case.lead}>\n\n"
        f"Diagnostic information for administrators:\n\nGenerating server: {MX}\n\n{case.lead}\n"
        f"Remote Server returned '{case.reason.reply}'\n\nOriginal message headers:\n\n"
        f"{case.ours.header()}"
    )
    about = [
        ("Reporting-MTA", f"dns;{MX}"),
        ("Received-From-MTA", f"dns;{GATEWAY}"),
        ("Arrival-Date", case.when),
    ]
    block = [
        ("Final-Recipient", f"rfc822;{case.lead}"),
        ("Action", action),
        ("Status", case.reason.field),
        ("Diagnostic-Code", f"smtp;{case.reason.reply}"),
        ("X-Display-Name", case.lead),
    ]
    ours = dict(case.ours.fields())["Message-ID"]
    fields = from_daemon(
        case,
        f"Microsoft Outlook <{EXCHANGE}>",
        encoded(titles[language] + case.ours.subject),
        ("Content-Language", language),
        ("In-Reply-To", ours),
        ("References", ours),
        ("X-MS-Exchange-Message-Is-Ndr", ""),
        ("Auto-Submitted", "auto-replied"),
    )
    return report(case, fields, text, [about, block], charset="utf-8")


def domino(case: Case) -> bytes:
    """Lotus Domino names the reason in the subject."""
    why = f"User ada ({case.lead}) not listed in Domino Directory"
    text = (
        f"Your message\n\n  Subject: {case.ours.subject}\n\nwas not delivered to:\n\n"
        f"  {case.lead}\n\nbecause:\n\n  {why}\n"
    )
    about = [("Reporting-MTA", f"dns;{MX}")]
    block = [
        ("Final-Recipient", f"rfc822;{case.lead}"),
        ("Action", "failed"),
        ("Status", "5.1.1"),
        ("Diagnostic-Code", f"X-Notes; {why}"),
    ]
    fields = from_daemon(case, f"postmaster@{MX}", f"DELIVERY FAILURE: {why}")
    return report(case, fields, text, [about, block])


def postfix_delay(case: Case) -> bytes:
    text = (
        f"This is the mail system at host {GATEWAY}.\n\n"
        "####################################################################\n"
        "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n"
        "####################################################################\n\n"
        "Your message could not be delivered for more than 4 hour(s).\n"
        "It will be retried until it is 5 day(s) old.\n\n"
        f"<{case.lead}>: {case.reason.text}\n"
    )
    about = [("Reporting-MTA", f"dns; {GATEWAY}"), ("Arrival-Date", case.when)]
    retried = ("Will-Retry-Until", stamp(case.ours.at + timedelta(days=5)))
    words = f"X-Postfix; {case.reason.text}"
    block = [*recipient(case, diagnostic=words, action="delayed"), retried]
    sender = f"MAILER-DAEMON@{GATEWAY} (Mail Delivery System)"
    subject = "Delayed Mail (still being retried)"
    fields = from_daemon(case, sender, subject, ("Auto-Submitted", "auto-replied"))
    return report(case, fields, text, [about, block], whole=False)


def exim_delay(case: Case) -> bytes:
    text = (
        "This message was created automatically by mail delivery software.\n"
        "A message that you sent has not yet been delivered to one or more of its\n"
        f"recipients after more than 24 hours on the queue on {GATEWAY}.\n\n"
        f"The message identifier is:     1vXa2b-{case.queue_id[:6]}-00\n"
        f"The subject of the message is: {encoded(case.ours.subject)}\n\n"
        f"The address to which the message has not yet been delivered is:\n\n  {case.lead}\n"
        f"    Delay reason: {case.reason.text}\n\n"
        "No action is required on your part. Delivery attempts will continue for\n"
        "some time, and this warning may be repeated at intervals if the message\n"
        f"remains undelivered.\n\n{case.ours.header()}"
    )
    fields = from_daemon(
        case,
        f"Mail Delivery System <Mailer-Daemon@{GATEWAY}>",
        f"Warning: message 1vXa2b-{case.queue_id[:6]}-00 delayed 24 hours",
        ("Auto-Submitted", "auto-replied"),
    )
    return plain_mail(fields, text)


def gmail_delay(case: Case) -> bytes:
    text = (
        f"\n** Delivery incomplete **\n\nThere was a temporary problem delivering your message to"
        f" {case.lead}. Gmail will retry for 46 more hours. You'll be notified if the delivery"
        f" fails permanently.\n\nThe response was:\n\n{case.reason.reply}\n"
    )
    about = [("Reporting-MTA", "dns; googlemail.com"), ("Arrival-Date", case.when)]
    block = recipient(case, diagnostic=f"smtp; {case.reason.reply}", action="delayed")
    fields = from_daemon(
        case,
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "Delivery Status Notification (Delay)",
        ("Auto-Submitted", "auto-replied"),
        ("X-Failed-Recipients", case.lead),
    )
    return report(case, fields, text, [about, block], charset="utf-8")


def sendmail_delay(case: Case) -> bytes:
    text = (
        "    **********************************************\n"
        "    **      THIS IS A WARNING MESSAGE ONLY      **\n"
        "    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n"
        "    **********************************************\n\n"
        f"   ----- The following addresses had transient non-fatal errors -----\n<{case.lead}>\n\n"
        f"   ----- Transcript of session follows -----\n{case.reason.text}\n"
        "Warning: message still undelivered after 4 hours\nWill keep trying until message is 5"
        " days old\n"
    )
    about = [("Reporting-MTA", f"dns; {GATEWAY}"), ("Arrival-Date", case.when)]
    block = recipient(case, diagnostic=f"SMTP; {case.reason.reply}", action="delayed")
    fields = from_daemon(
        case,
        f"Mail Delivery Subsystem <MAILER-DAEMON@{GATEWAY}>",
        "Warning: could not send message for past 4 hours",
        ("Auto-Submitted", "auto-generated (warning-timeout)"),
    )
    return report(case, fields, text, [about, block], whole=False)


def international(case: Case) -> bytes:
    """A report about an address outside ASCII, as RFC 6533 has it."""
    typed = "".join(f"\\x{{{ord(c):X}}}" if ord(c) > 127 else c for c in case.lead)
    status = (
        f"Reporting-MTA: dns; {GATEWAY}\n\nFinal-Recipient: utf-8; {typed}\n"
        f"Original-Recipient: utf-8; {case.lead}\nAction: failed\nStatus: {case.reason.field}\n"
        f"Diagnostic-Code: smtp; {case.reason.reply}\n"
    )
    returned = "Content-Type: message/global-headers\n\n" + case.ours.header()
    parts = [
        text_part(f"I could not deliver your message.\n\n<{case.lead}>: {case.reason.reply}\n"),
        "Content-Type: message/global-delivery-status\nContent-Transfer-Encoding: 8bit\n\n"
        + status,
        returned,
    ]
    fields = from_daemon(case, f"MAILER-DAEMON@{GATEWAY}", "Undelivered Mail Returned to Sender")
    return mail(fields, multipart("report", parts, case.boundary, "; report-type=delivery-status"))


def forwarded(case: Case) -> bytes:
    """The lead's mailbox forwards to another, and that one refuses: RFC 3464 2.3.1."""
    about = [("Reporting-MTA", f"dns; {MX}")]
    block = [
        ("Final-Recipient", "rfc822; ada.private@meadow.example"),
        ("Original-Recipient", f"rfc822;{case.lead}"),
        ("Action", "failed"),
        ("Status", case.reason.field),
        ("Diagnostic-Code", f"smtp; {case.reason.reply}"),
    ]
    text = f"<ada.private@meadow.example> (expanded from <{case.lead}>): {case.reason.reply}\n"
    subject = "Undelivered Mail Returned to Sender"
    return report(case, from_daemon(case, f"MAILER-DAEMON@{MX}", subject), text, [about, block])


def several(case: Case) -> bytes:
    """Three recipients: one delivered, one delayed, and ours failed."""
    about = [("Reporting-MTA", f"dns; {GATEWAY}")]
    others: list[Lines] = [
        [
            ("Final-Recipient", f"rfc822; {name}@granary.example"),
            ("Action", action),
            ("Status", status),
        ]
        for name, action, status in (("zoe", "delivered", "2.0.0"), ("max", "delayed", "4.4.1"))
    ]
    block = recipient(case, diagnostic=f"smtp; {case.reason.reply}")
    blocks = [about, others[0], block, others[1]]
    text = f"Some recipients could not be reached.\n\n<{case.lead}>: {case.reason.reply}\n"
    subject = "Undelivered Mail Returned to Sender"
    return report(case, from_daemon(case, f"MAILER-DAEMON@{GATEWAY}", subject), text, blocks)


def bare(case: Case) -> bytes:
    """A report that carries nothing back but the fields about the recipient."""
    status = head(recipient(case, diagnostic=f"smtp; {case.reason.reply}"))
    token = dict(case.ours.fields())["X-Pomelo-Id"]
    about = head([("Reporting-MTA", f"dns; {MX}"), ("Original-Envelope-Id", token)])
    parts = [
        text_part(f"Delivery to {case.lead} failed.\n"),
        "Content-Type: message/delivery-status\n\n" + about + "\n" + status,
    ]
    fields = from_daemon(case, f"postmaster@{MX}", "Delivery Status Notification")
    return mail(fields, multipart("report", parts, case.boundary, "; report-type=delivery-status"))


DELAYS: Final[dict[str, Callable[[Case], bytes]]] = {
    "Postfix": postfix_delay,
    "Exim": exim_delay,
    "Gmail": gmail_delay,
    "Sendmail": sendmail_delay,
}
SPECIAL: Final[dict[str, Callable[[Case], bytes]]] = {
    "forwarded": forwarded,
    "several recipients": several,
    "nothing returned": bare,
}
