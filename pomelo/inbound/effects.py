"""What a mail that came back means for the lead whose mail it belongs to; pure rules."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Final

from msgspec import Struct

from pomelo.activities import Fact
from pomelo.base.addresses import AddressInvalid, parse
from pomelo.inbound.bounces import kind_of_bounce
from pomelo.inbound.model import BouncedRecipient, MailKind, Parsed, Understood
from pomelo.leads import ActivityType
from pomelo.messages import Message, ReplyClass, status_class
from pomelo.schedules import DEFAULT_ZONE, Window, next_moment, parse_zone

TEXT_CHARACTERS: Final = 20_000
PREVIEW_CHARACTERS: Final = 200
THREAD_IDS: Final = 20
_ID_CHARACTERS: Final = 500

# A calendar answer, a receipt and what could not be read are kept, and move nothing.
ACTIVITIES: Final = {
    MailKind.REPLY: ActivityType.EMAILS_REPLIED,
    MailKind.AUTO_REPLY: ActivityType.EMAILS_AUTO_REPLIED,
    MailKind.BOUNCE: ActivityType.EMAILS_BOUNCED,
    MailKind.DELAYED: ActivityType.EMAILS_DELAYED,
    MailKind.UNSUBSCRIBE: ActivityType.EMAILS_UNSUBSCRIBED,
    MailKind.COMPLAINT: ActivityType.EMAILS_UNSUBSCRIBED,
}
_ANSWERS: Final = frozenset({MailKind.REPLY, MailKind.AUTO_REPLY, MailKind.UNSUBSCRIBE})
_REPORTS: Final = {MailKind.BOUNCE: "failed", MailKind.DELAYED: "delayed"}
_NO_REASON: Final = "The mail system gave no reason."


class Effect(Struct, frozen=True):
    """What a mail does.

    Attributes:
        kind: What it is to this lead.
        activity: What has happened to the lead, if anything.
        extra: What is to be shown with it.
        suppresses: The address must not be written to any more, because it does not exist.
        returns_on: The person is away until that day.
    """

    kind: MailKind
    activity: ActivityType | None
    extra: dict[str, object] = {}
    suppresses: bool = False
    returns_on: date | None = None


class Said(Struct, frozen=True, kw_only=True):
    """What is kept of a mail's words, and of its place in a thread.

    Attributes:
        header_id: Its Message-ID, if it is one to rely on.
        thread_ids: Message-IDs before it, oldest first.
        from_address: Who wrote it.
        subject: Its subject.
        text: All of its readable text, cut.
    """

    header_id: str | None = None
    thread_ids: tuple[str, ...] = ()
    from_address: str = ""
    subject: str = ""
    text: str = ""


def named_id(mail: Parsed) -> str | None:
    """Give a mail's Message-ID when it is one to rely on."""
    named = mail.message_id or ""
    is_fit = named.isprintable() and 0 < len(named) <= _ID_CHARACTERS
    return named if is_fit else None


def said(mail: Parsed, kind: MailKind) -> Said:
    """Tell what is kept of what a mail says; only who answers is quoted."""
    if kind not in _ANSWERS:
        return Said()
    thread = [one for one in (*mail.references, *mail.in_reply_to) if one.isprintable()]
    return Said(
        header_id=named_id(mail),
        thread_ids=tuple(dict.fromkeys(thread))[-THREAD_IDS:],
        from_address=mail.from_address,
        subject=mail.subject,
        text=mail.text[:TEXT_CHARACTERS],
    )


def address_key(address: str) -> str:
    """Give what equal addresses have in common; empty for what is no address."""
    try:
        return parse(address).key
    except AddressInvalid:
        return ""


def effect(understood: Understood, mail: Parsed, lead_key: str) -> Effect:
    """Tell what a mail does to a lead.

    Args:
        understood: What it means.
        mail: As read.
        lead_key: Address key of the lead whose mail it belongs to: of a report only what it
            says of this address counts, and one that does not name it does nothing.

    Source:
        RFC 3464 section 2.3; only a report that a recipient failed is a bounce.
    """
    if understood.kind in _REPORTS:
        return _of_report(understood, lead_key)
    activity = ACTIVITIES.get(understood.kind)
    if activity in {ActivityType.EMAILS_REPLIED, ActivityType.EMAILS_AUTO_REPLIED}:
        back = understood.returns_on
        extra = _answer(understood, mail) | ({"returnsOn": back.isoformat()} if back else {})
        return Effect(understood.kind, activity, extra, returns_on=back)
    return Effect(understood.kind, activity)


def _of_report(understood: Understood, lead_key: str) -> Effect:
    own = tuple(one for one in understood.bounced if _concerns(one, lead_key))
    kind = kind_of_bounce(own)
    if kind is None or kind not in _REPORTS:  # others failed; to this one it was delivered
        return Effect(kind or understood.kind, None)
    told = [one for one in own if one.action == _REPORTS[kind]]
    classes = [status_class(one.status or "", one.diagnostic) for one in told]
    is_hard = kind is MailKind.BOUNCE and ReplyClass.HARD in classes
    place = classes.index(ReplyClass.HARD) if is_hard else 0
    extra = _reason(told[place], classes[place])
    return Effect(kind, ACTIVITIES[kind], extra, suppresses=is_hard)


def _concerns(recipient: BouncedRecipient, lead_key: str) -> bool:
    return lead_key in {address_key(recipient.address), address_key(recipient.original_address)}


def _reason(recipient: BouncedRecipient, reply_class: ReplyClass) -> dict[str, object]:
    return {
        "errorMessage": recipient.diagnostic or recipient.status or _NO_REASON,
        "status": recipient.status or "",
        "class": reply_class,
    }


def _answer(understood: Understood, mail: Parsed) -> dict[str, object]:
    """Tell what somebody answered, by the names that lemlist uses.

    Source:
        API reference 3.4, "By type: replies".
    """
    text = (understood.reply_text or mail.text)[:TEXT_CHARACTERS]
    return {
        "subject": mail.subject,
        "text": text,
        "messagePreview": " ".join(text.split())[:PREVIEW_CHARACTERS],
        "fromEmail": mail.from_address,
    }


def back_at(day: date, windows: Sequence[Window]) -> datetime:
    """Give the first moment of a day, or after it, at which a campaign may write.

    Args:
        day: When the person is back.
        windows: The campaign's hours; the first one's zone tells when the day begins.
    """
    zone = parse_zone(windows[0].timezone if windows else DEFAULT_ZONE)
    begins = datetime.combine(day, time(), zone).astimezone(UTC)
    return next_moment(windows, begins) or begins


def fact(message: Message, activity: ActivityType, extra: dict[str, object], at: datetime) -> Fact:
    """Say what has happened to the lead of a mail that was sent."""
    return Fact(
        team_id=message.team_id,
        type=activity,
        lead_id=message.lead_id,
        message_id=message.id,
        sender_id=message.sender_id,
        step_id=message.step_id,
        sequence_step=message.sequence_step,
        at=at,
        extra=extra,
    )
