"""A mail has come in: what it belongs to is found, and what it means happens to the lead."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Final

from msgspec import Struct, structs

from pomelo import activities, campaigns, leads, messages, schedules, senders
from pomelo.base.addresses import parse
from pomelo.base.db import Db
from pomelo.base.ids import ActivityId, LeadId, MessageId, SenderId, TeamId
from pomelo.inbound import store
from pomelo.inbound.classify import understand
from pomelo.inbound.effects import (
    ACTIVITIES,
    Effect,
    address_key,
    back_at,
    effect,
    fact,
    named_id,
    said,
)
from pomelo.inbound.lookup import Found, find, find_by_thread, find_by_writer, is_copy, signed_as
from pomelo.inbound.match import threads
from pomelo.inbound.model import MailKind, MatchRule, Parsed, Understood, Unreadable
from pomelo.inbound.store import Entry
from pomelo.leads import ActivityType
from pomelo.messages import (
    Buried,
    Message,
    MessageNotDoubtful,
    MessageNotFound,
    MessageState,
    Resolution,
    base_subject,
)
from pomelo.senders import Sender
from pomelo.tracking import Signer
from pomelo.unsubscribes import Source

_SOURCES: Final = {MailKind.UNSUBSCRIBE: Source.LEAD, MailKind.COMPLAINT: Source.ABUSE}
# Whoever is away for longer says so with a wrong clock.
FURTHEST: Final = timedelta(days=366)
# Some systems write their reports in the name of whom they write to.
_BY_SYSTEMS: Final = frozenset({MailKind.BOUNCE, MailKind.DELAYED, MailKind.COMPLAINT})
_GUESSED: Final = frozenset({MatchRule.FROM_SUBJECT, MatchRule.FROM})
# By these a mail itself says that it answers ours, so it lies in the same conversation.
_ANSWERING: Final = frozenset({MatchRule.ADDRESS_TAG, MatchRule.IN_REPLY_TO, MatchRule.REFERENCES})


class Received(Struct, frozen=True, kw_only=True):
    """What became of a mail that came in.

    Attributes:
        kind: What it is to the lead: of a report about many, only what it says of this one.
        is_new: False when the same mail was received before; then nothing changed.
        rule: By what it was found to be ours; None when it does not concern us.
        message_id: The mail of ours that it belongs to.
        lead_id: Whose that was, unless the lead was removed.
        activity: What has happened to the lead by it, if anything.
    """

    kind: MailKind
    is_new: bool = True
    rule: MatchRule | None = None
    message_id: MessageId | None = None
    lead_id: LeadId | None = None
    activity: ActivityType | None = None


async def receive(
    db: Db,
    team: TeamId,
    sender: SenderId,
    mail: Parsed | Unreadable,
    *,
    signer: Signer,
    now: datetime,
) -> Received:
    """Take in a mail that came to a sender's mailbox.

    The same mail again, also at the same moment and in another mailbox of the team, changes
    nothing more. What belongs to no mail of ours is not kept.

    Args:
        db: The open transaction.
        team: Whose sender.
        sender: Whose mailbox it came to.
        mail: As it was read in a child process.
        signer: Knows our own signatures.
        now: When it came.

    Returns:
        What it is, what it belongs to, and what has happened by it.

    Raises:
        SenderNotFound: The team has no such sender.
    """
    mailbox = await senders.get(db, team, sender)
    if isinstance(mail, Unreadable):
        return await _set_aside(db, mailbox, mail, now=now)
    understood = understand(mail)
    found = await _find(db, mailbox, mail, understood, signer=signer, now=now)
    if found is None:
        return Received(kind=understood.kind)
    if isinstance(found.mail, Buried):
        entry = _entry(mailbox, mail, understood.kind, rule=found.rule, message=found.mail.id)
        return await _about_removed(db, entry, found.mail, now=now)
    return await _about(db, mailbox, mail, rule=found.rule, sent=found.mail, now=now)


async def _set_aside(db: Db, mailbox: Sender, mail: Unreadable, *, now: datetime) -> Received:
    entry = Entry(
        team_id=mailbox.team_id,
        sender_id=mailbox.id,
        identity=mail.digest,
        kind=MailKind.UNREADABLE,
    )
    return Received(kind=entry.kind, is_new=bool(await store.insert(db, entry, now=now)))


async def _find(
    db: Db, mailbox: Sender, mail: Parsed, understood: Understood, *, signer: Signer, now: datetime
) -> Found | None:
    if is_copy(mail, signer) or await _is_ours(db, mail, understood.kind, signer):
        return None
    found = await find(db, mailbox.team_id, understood.candidates, signer=signer)
    found = found or await find_by_thread(db, mailbox.team_id, mailbox.id, mail)
    found = found or await find_by_writer(db, mailbox, mail, understood.kind, now=now)
    is_own = found and understood.kind not in _BY_SYSTEMS and _is_own_hand(mail, mailbox, found)
    return None if is_own else found


async def _is_ours(db: Db, mail: Parsed, kind: MailKind, signer: Signer) -> bool:
    """Tell whether it is a mail of ours whose server or list gave it other names.

    With our header only a person's program answers that takes headers over: then they wrote it.
    """
    signed = signed_as(mail, signer)
    if signed is None or kind in _BY_SYSTEMS:
        return False
    writer = address_key(mail.from_address)
    return all(one.address_key != writer for one in await messages.list_by_ids(db, [signed]))


def _is_own_hand(mail: Parsed, mailbox: Sender, found: Found) -> bool:
    """Tell whether the mailbox's owner wrote it: no answer, unless they are the lead too."""
    writer = address_key(mail.from_address)
    return writer == mailbox.address_key != found.mail.address_key


async def _about_removed(db: Db, entry: Entry, buried: Buried, *, now: datetime) -> Received:
    """Hear the person of a removed lead where they want no more mail; the rest is forgotten."""
    if entry.kind not in _SOURCES:
        return Received(kind=entry.kind)
    is_new = bool(await store.insert(db, entry, now=now))
    if is_new:
        await _unsubscribe(db, buried.team_id, buried.address_key, entry.kind, now=now)
    return _received(entry, is_new=is_new, activity=ACTIVITIES[entry.kind])


async def _about(
    db: Db, mailbox: Sender, mail: Parsed, *, rule: MatchRule, sent: Message, now: datetime
) -> Received:
    """Let a mail take effect on the lead of the mail that it belongs to.

    The lead is locked before its message is written, as by the worker that sends it.
    """
    handed_over = sent.sent_at or sent.data_at
    understood = understand(
        mail,
        answered_after=now - handed_over if handed_over else None,
        answers=base_subject(sent.subject),
    )
    does = _marked(effect(understood, mail, sent.address_key), rule)
    touched = ((sent.team_id, sent.lead_id), does.activity or ActivityType.EMAILS_AUTO_REPLIED)
    if not await activities.lock_for(db, [touched]):
        return Received(kind=does.kind)  # removed this very moment
    if rule not in _GUESSED:
        await _end_doubt(db, sent, now)
    if rule in _ANSWERING and does.kind not in _BY_SYSTEMS and sent.sender_id == mailbox.id:
        await store.insert_threads(db, sent.team_id, mailbox.id, sent.id, threads(mail))
    if does.activity is ActivityType.EMAILS_BOUNCED:
        await messages.set_bounced(db, sent.team_id, sent.id, is_hard=does.suppresses, now=now)
    entry = _entry(mailbox, mail, does.kind, rule=rule, message=sent.id, lead=sent.lead_id)
    added = await store.insert(db, entry, now=now)
    if added:
        happened = await _take_effect(db, sent, does, now)
        await store.tie(db, sent.team_id, added, happened)
    return _received(entry, is_new=bool(added), activity=does.activity)


def _marked(does: Effect, rule: MatchRule) -> Effect:
    """Let what people see of it tell that it was guessed to which mail it belongs."""
    if rule not in _GUESSED:
        return does
    return structs.replace(does, extra={**does.extra, activities.GUESSED_BY: rule.value})


def _entry(
    mailbox: Sender,
    mail: Parsed,
    kind: MailKind,
    *,
    rule: MatchRule,
    message: MessageId,
    lead: LeadId | None = None,
) -> Entry:
    return Entry(
        team_id=mailbox.team_id,
        sender_id=mailbox.id,
        identity=_identity(mail),
        kind=kind,
        rule=rule,
        message_id=message,
        lead_id=lead,
        said=said(mail, kind),
    )


def _received(entry: Entry, *, is_new: bool, activity: ActivityType | None) -> Received:
    return Received(
        kind=entry.kind,
        is_new=is_new,
        rule=entry.rule,
        message_id=entry.message_id,
        lead_id=entry.lead_id,
        activity=activity if is_new else None,
    )


async def _end_doubt(db: Db, sent: Message, now: datetime) -> None:
    """Count a mail in doubt as sent: what is answered, or came back, a server did take."""
    if sent.state is MessageState.UNCERTAIN:
        from pomelo import delivery  # noqa: PLC0415 - slow, and seldom needed

        with suppress(MessageNotDoubtful, MessageNotFound):  # somebody else was quicker
            sent_at = sent.data_at or now  # so that it stands before what answers it
            await delivery.resolve(db, sent.team_id, sent.id, Resolution.SENT, now=sent_at)


async def _take_effect(db: Db, sent: Message, does: Effect, now: datetime) -> ActivityId | None:
    """Do what a mail does; gives what people will see of it, if it is one thing."""
    happened = None
    if does.kind in _SOURCES:
        await _unsubscribe(db, sent.team_id, sent.recipient, does.kind, by=sent, now=now)
    elif does.activity:
        kept = await activities.record(db, [fact(sent, does.activity, does.extra, now)])
        happened = kept[0].id if kept[0] else None
    if does.returns_on:
        await _wait(db, sent, does.returns_on, now)
    if does.suppresses:
        await activities.suppress_bounced(db, sent.team_id, sent.recipient, now=now)
        await _brake(db, sent, now)
    return happened


async def _brake(db: Db, sent: Message, now: datetime) -> None:
    """Stop the sender where too many of its mails came back; its row comes after the lead's."""
    from pomelo import delivery  # noqa: PLC0415 - slow, and seldom needed

    await delivery.brake(db, sent.team_id, sent.sender_id, now=now)


async def _wait(db: Db, sent: Message, returns_on: date, now: datetime) -> None:
    """Let the lead of somebody who is away wait for them, unless they are back by now."""
    hours = await campaigns.schedules_of(db, sent.team_id, sent.campaign_id)
    at = back_at(returns_on, [schedules.window_of(one) for one in hours])
    if now < at < now + FURTHEST:
        await leads.wait_until_back(db, sent.team_id, sent.lead_id, at)


async def _unsubscribe(
    db: Db,
    team: TeamId,
    address: str,
    kind: MailKind,
    *,
    by: Message | None = None,
    now: datetime,
) -> None:
    source = _SOURCES[kind]
    await activities.unsubscribe(db, team, [parse(address)], source=source, by=by, now=now)


def _identity(mail: Parsed) -> str:
    """Name a mail by its Message-ID, or by its bytes when that is none to rely on."""
    return named_id(mail) or mail.digest
