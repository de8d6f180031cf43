"""A person's answer to a lead: checked, written, and put into the queue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pomelo import leads, letters, messages, senders, unsubscribes
from pomelo.base import addresses, ids
from pomelo.base.db import Db
from pomelo.base.ids import MessageId, TeamId
from pomelo.delivery.drafts import name_of, read_dkim
from pomelo.delivery.singles import store
from pomelo.delivery.singles.errors import (
    AddressBounced,
    AddressUnsubscribed,
    AnswerEmpty,
    AnswerTangled,
    AnswerTooLong,
    Rehearsing,
    SubjectMissing,
    TooManyCopies,
)
from pomelo.delivery.singles.model import NewAnswer, Pen, Words
from pomelo.leads import Lead
from pomelo.letters import Written
from pomelo.messages import MessageKind, SingleMail
from pomelo.senders import Sender
from pomelo.unsubscribes import Source

MESSAGE_CHARACTERS: Final = 200_000
SUBJECT_CHARACTERS: Final = 400
COPIES: Final = 20
TEXT_CHARACTERS: Final = 20_000


def read_words(message: str) -> Words:
    """Take the harm out of what a person wrote; a long one takes too long for an event loop.

    Args:
        message: HTML or plain text.

    Raises:
        AnswerEmpty, AnswerTooLong, AnswerTangled: It cannot be sent so.
    """
    if len(message) > MESSAGE_CHARACTERS:
        raise AnswerTooLong
    if letters.is_tangled(message):
        raise AnswerTangled
    html, text = letters.clean(message)
    if not text.strip() and "<img" not in html:
        raise AnswerEmpty
    return Words(html, text)


async def answer(db: Db, pen: Pen, new: NewAnswer, *, now: datetime) -> MessageId:
    """Write to a lead as a person does; a worker sends it within seconds.

    It takes a place in its sender's 24 hours, but waits for neither limit, gap nor hours; it
    waits while the sender is paused. Who unsubscribed may be answered; nobody is written to at
    an address that does not exist.

    Args:
        db: The open transaction.
        pen: What it takes to write.
        new: The answer.
        now: When it happens.

    Raises:
        LeadNotFound, SenderNotFound: The team has no such thing.
        AnswerTooLong, TooManyCopies, SubjectMissing: It cannot be sent so.
        AddressInvalid: A copy would go to no address.
        AddressBounced: Somebody who would get it does not exist.
        Rehearsing: No lead is written to at present.
    """
    lead = await leads.get(db, new.team_id, new.lead_id)
    sender = await senders.get(db, new.team_id, new.sender_id)
    written = _written(pen, new, lead, sender=sender, now=now)
    if await store.is_rehearsal(db):
        raise Rehearsing
    await check_addresses(db, new.team_id, [lead.email, *written.copies])
    raw = await signed(db, pen, sender, letters.write(written, pen.signer))
    await messages.insert_single(db, _mail(new, lead, written, raw), now=now)
    shown = _shown(new, written)
    await store.enqueue(
        db, new.team_id, written.message_id, copies=written.copies, shown=shown, now=now
    )
    return written.message_id


async def signed(db: Db, pen: Pen, sender: Sender, raw: bytes) -> bytes:
    """Sign a mail with DKIM, where its sender does that itself."""
    key = await read_dkim(db, sender, pen.vault)
    return raw if key is None else letters.sign(raw, key)


def _mail(new: NewAnswer, lead: Lead, written: Written, raw: bytes) -> SingleMail:
    before = new.thread.references if new.thread else ()
    return SingleMail(
        team_id=new.team_id,
        id=written.message_id,
        kind=MessageKind.ANSWER,
        campaign_id=lead.campaign_id,
        lead_id=lead.id,
        sender_id=new.sender_id,
        sequence_step=new.sequence_step,
        recipient=lead.email,
        address_key=lead.address_key,
        header_id=written.header_id,
        subject=written.full_subject,
        thread_ids=(*before, written.header_id),
        links=None,
        raw=raw,
    )


def _written(pen: Pen, new: NewAnswer, lead: Lead, *, sender: Sender, now: datetime) -> Written:
    message = ids.message()
    if len(new.subject) > SUBJECT_CHARACTERS:
        raise AnswerTooLong
    written = Written(
        message_id=message,
        header_id=letters.header_id(message, sender.email.rpartition("@")[2], pen.signer),
        sender_email=sender.email,
        sender_name=sender.name,
        recipient=lead.email,
        recipient_name=name_of(lead.variables),
        copies=_copies(new.copies, lead),
        subject=new.subject,
        html=new.words.html,
        text=new.words.text,
        date=now,
        thread=new.thread,
    )
    if not written.full_subject:
        raise SubjectMissing
    return written


def _copies(given: Sequence[str], lead: Lead) -> tuple[str, ...]:
    """Give who else gets it, each once."""
    if len(given) > COPIES:
        raise TooManyCopies
    by_key = {(parsed := addresses.parse(one)).key: parsed.wire for one in given}
    by_key.pop(lead.address_key, None)
    return tuple(by_key.values())


def _shown(new: NewAnswer, written: Written) -> dict[str, object]:
    """Tell what the activity shows; `writtenBy` says that a person wrote it."""
    shown: dict[str, object] = {
        "subject": written.full_subject,
        "message": written.html,
        "text": written.text[:TEXT_CHARACTERS],
        "writtenBy": new.user_id,
    }
    return shown | ({"cc": list(written.copies)} if written.copies else {})


async def check_addresses(
    db: Db, team: TeamId, everybody: Sequence[str], *, is_test: bool = False
) -> None:
    """Make sure that nobody is written to at an address that does not exist.

    Raises:
        AddressBounced: A mail to one of them has come back.
        AddressUnsubscribed: It is a test, and whoever reads it wants no mails.
    """
    for address in everybody:
        listed = await _listed(db, team, keys_of([address]))
        if Source.BOUNCED in listed:
            raise AddressBounced(
                f"A mail to {address} came back because that address does not exist; correct it."
            )
        if is_test and listed:
            raise AddressUnsubscribed


def keys_of(everybody: Sequence[str]) -> tuple[str, ...]:
    """Give all keys under which addresses may be on the unsubscribe list."""
    parsed = map(addresses.parse, everybody)
    return tuple(key for address in parsed for key in addresses.suppression_keys(address))


async def is_bounced(db: Db, team: TeamId, keys: Sequence[str]) -> bool:
    """Tell whether one of these is known not to exist."""
    return Source.BOUNCED in await _listed(db, team, keys)


async def _listed(db: Db, team: TeamId, keys: Sequence[str]) -> set[Source]:
    found = await unsubscribes.matching(db, [(team, key) for key in keys])
    return set(found.values())
