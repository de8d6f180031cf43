"""From facts to a mail that can be sent: composed anew, or the very bytes begun before."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from pomelo import senders
from pomelo.base import addresses, ids
from pomelo.base.db import Db
from pomelo.base.ids import MessageId
from pomelo.base.vault import Vault
from pomelo.delivery import store
from pomelo.delivery.desk import Desk
from pomelo.delivery.model import Before, Began, Facts
from pomelo.delivery.outcomes import Failed
from pomelo.leads import Lead
from pomelo.letters import (
    Composed,
    DkimKey,
    Envelope,
    HeadersTampered,
    Occasion,
    StepContent,
    Thread,
    Writer,
    compose,
    header_id,
    known,
    preview,
    read_key,
    seed,
    sign,
)
from pomelo.messages import Intent, MessageKind
from pomelo.senders import Sender
from pomelo.sequences import OutputTooLarge, StepVersion, TemplateInvalid, VariableMissing
from pomelo.tracking import Signer


class Draft(msgspec.Struct, frozen=True):
    """A mail ready to be begun.

    Attributes:
        facts: Its lead.
        intent: The row that is committed before a byte goes out.
        suppression_keys: All keys under which its recipient may be unsubscribed.
        attempts: Which attempt this is, from 1.
        begun_at: When the first attempt began.
    """

    facts: Facts
    intent: Intent
    suppression_keys: tuple[str, ...]
    attempts: int
    begun_at: datetime

    @property
    def message_id(self) -> MessageId:
        """The mail that is tried."""
        return self.intent.id


async def draft(
    desk: Desk, sender: Sender, facts: Facts, dkim: DkimKey | None = None
) -> Draft | Failed:
    """Write a lead's mail; Failed when the step cannot be written for this lead."""
    address = addresses.parse(facts.email)
    keys = addresses.suppression_keys(address)
    now, began = desk.clock.now(), facts.began
    if began is not None and (raw := await _raw(desk, facts, began)) is not None:
        intent = _again(desk, facts, began, raw)
        return Draft(facts, intent, keys, began.attempts + 1, began.created_at)
    try:
        intent = _anew(desk, sender, facts, now)
        if dkim is not None:
            intent = msgspec.structs.replace(intent, raw=sign(intent.raw, dkim))
    except (VariableMissing, OutputTooLarge, TemplateInvalid, HeadersTampered) as problem:
        return Failed(str(problem))
    tries, begun_at = (1, now) if began is None else (began.attempts + 1, began.created_at)
    return Draft(facts, intent, keys, tries, begun_at)


async def fault_of(db: Db, facts: Facts, wording: StepVersion, *, now: datetime) -> str:
    """Say why a step's mail cannot be written for a lead: what is missing, or a sentence.

    Args:
        db: The open transaction.
        facts: The lead.
        wording: What the step says.
        now: When it would be written.

    Returns:
        Nothing where it can be written.
    """
    sender = await senders.get(db, facts.team_id, facts.sender_id)
    nobody, message = Signer(bytes(32)), ids.message()  # its links are followed by nobody
    envelope = envelope_of(
        sender,
        facts,
        message=message,
        header=header_id(message, sender.email.rpartition("@")[2], nobody),
        thread=thread_after(facts.before),
        base_url="",
        occasion=Occasion(seed(facts.lead_id, facts.step_id), now, facts.timezone),
    )
    content = StepContent(wording.subject, wording.message, track_opens=False, track_clicks=False)
    try:
        return ", ".join(preview(content, envelope, nobody).missing)
    except (VariableMissing, OutputTooLarge, TemplateInvalid, HeadersTampered) as problem:
        return str(problem)


async def dkim_key(desk: Desk, sender: Sender) -> DkimKey | None:
    """Read what a sender signs with; nothing when its mail host signs.

    Raises:
        SecretUnreadable: The key was encrypted with another secret key.
    """
    if not sender.dkim_selector:
        return None
    async with desk.database.transaction(readonly=True) as db:
        return await read_dkim(db, sender, desk.vault)


async def read_dkim(db: Db, sender: Sender, vault: Vault) -> DkimKey | None:
    """Read what a sender signs with, in a transaction that is open."""
    if not sender.dkim_selector:
        return None
    pem = await senders.find_dkim_pem(db, sender.team_id, sender.id, vault)
    domain = addresses.parse(sender.email).domain
    return None if pem is None else read_key(pem, domain, sender.dkim_selector)


async def _raw(desk: Desk, facts: Facts, began: Began) -> bytes | None:
    """Read the bytes begun before; another sender writes its own, in its own name."""
    if began.sender_id != facts.sender_id:
        return None
    async with desk.database.transaction() as db:
        return await store.raw(db, facts.team_id, began.id)


class _Mail(msgspec.Struct, frozen=True):
    """What an attempt keeps of the one before: identity, wording and bytes."""

    id: MessageId
    header_id: str
    subject: str
    thread_ids: tuple[str, ...]
    links: tuple[str, ...] | None
    step_version: int
    raw: bytes


def _again(desk: Desk, facts: Facts, began: Began, raw: bytes) -> Intent:
    """The same identity and bytes, whatever was edited meanwhile."""
    mail = _Mail(
        began.id,
        began.header_id,
        began.subject,
        began.thread_ids,
        began.links,
        began.step_version,
        raw,
    )
    return _intent(desk, facts, mail)


def _anew(desk: Desk, sender: Sender, facts: Facts, now: datetime) -> Intent:
    message = facts.began.id if facts.began else ids.message()
    header = header_id(message, sender.email.rpartition("@")[2], desk.signer)
    thread = thread_after(facts.before)
    composed = _compose(desk, sender, facts, message=message, header=header, thread=thread, now=now)
    mail = _Mail(
        id=message,
        header_id=header,
        subject=composed.subject,
        thread_ids=(*thread.references, header) if thread else (header,),
        links=composed.links or None,
        step_version=facts.step_version or 1,
        raw=composed.raw,
    )
    return _intent(desk, facts, mail)


def _compose(
    desk: Desk,
    sender: Sender,
    facts: Facts,
    *,
    message: MessageId,
    header: str,
    thread: Thread | None,
    now: datetime,
) -> Composed:
    envelope = envelope_of(
        sender,
        facts,
        message=message,
        header=header,
        thread=thread,
        base_url=desk.public_url,
        occasion=Occasion(seed(facts.lead_id, facts.step_id), now, facts.timezone),
        rehearsal_to=desk.deliver_to or None,
    )
    return compose(desk.letters.get(letter_key(facts)), envelope, desk.signer)


def envelope_of(
    sender: Sender,
    lead: Facts | Lead,
    *,
    message: MessageId,
    header: str,
    thread: Thread | None,
    base_url: str,
    occasion: Occasion,
    rehearsal_to: str | None = None,
) -> Envelope:
    """Address a step's mail to a lead."""
    return Envelope(
        message_id=message,
        header_id=header,
        sender_email=sender.email,
        sender_name=sender.name,
        signature=sender.signature,
        recipient=lead.email,
        recipient_name=name_of(lead.variables),
        values=known(
            lead.variables,
            lead.email,
            lead.campaign_name,
            writer=writer_of(sender),
            occasion=occasion,
        ),
        base_url=base_url,
        date=occasion.at,
        thread=thread,
        rehearsal_to=rehearsal_to,
    )


def writer_of(sender: Sender) -> Writer:
    """Tell what a step's texts may say of its sender."""
    return Writer(sender.name, sender.email, sender.variables)


def letter_key(facts: Facts) -> tuple[ids.TeamId, ids.StepId, int, bool, bool]:
    """Name the wording that a lead is due to get."""
    return (
        facts.team_id,
        facts.step_id or ids.StepId(""),
        facts.step_version or 1,
        facts.track_opens,
        facts.track_clicks,
    )


def _intent(desk: Desk, facts: Facts, mail: _Mail) -> Intent:
    return Intent(
        team_id=facts.team_id,
        id=mail.id,
        kind=MessageKind.REHEARSAL if desk.is_rehearsal else MessageKind.SEQUENCE,
        campaign_id=facts.campaign_id,
        lead_id=facts.lead_id,
        sender_id=facts.sender_id,
        step_id=facts.step_id or ids.StepId(""),
        step_version=mail.step_version,
        sequence_step=facts.step_position,
        fence=facts.fence,
        recipient=desk.deliver_to or facts.email,
        address_key=facts.address_key,
        header_id=mail.header_id,
        subject=mail.subject,
        thread_ids=mail.thread_ids,
        links=mail.links,
        raw=mail.raw,
    )


def thread_after(before: Before | None) -> Thread | None:
    """Put a follow-up into the thread of the mail before it.

    Source:
        RFC 5322 3.6.4.
    """
    if before is None:
        return None
    # The last id is the mail before itself, by the name under which replies know it.
    references = (*before.thread_ids[:-1], before.header_id)
    return Thread(in_reply_to=before.header_id, references=references, subject=before.subject)


def name_of(variables: Mapping[str, object]) -> str:
    """Give the name that is shown before a lead's address; may be empty."""
    parts = (variables.get("firstName"), variables.get("lastName"))
    return " ".join(part for part in parts if isinstance(part, str) and part)
