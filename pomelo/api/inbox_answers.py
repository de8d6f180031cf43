"""A person's answer on the wire: to whom, from which mailbox, into which thread."""

import asyncio
from typing import Annotated, Final

import msgspec

from pomelo import delivery, inbox, leads, senders, teams
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, NoQuery, Operation, Permission
from pomelo.api.inbox import check_contact
from pomelo.api.inbox_shapes import ContactInvalid
from pomelo.base.addresses import AddressInvalid
from pomelo.base.db import Db
from pomelo.base.errors import Invalid
from pomelo.base.ids import ActivityId, ContactId, LeadId, SenderId, TeamId, UserId
from pomelo.delivery import (
    AddressBounced,
    AnswerEmpty,
    AnswerTangled,
    AnswerTooLong,
    NewAnswer,
    Pen,
    Rehearsing,
    SubjectMissing,
    TooManyCopies,
)
from pomelo.inbox import ActivityNotFound, Anchor
from pomelo.leads import LeadNotFound
from pomelo.senders import Sender

SECTION: Final = "Inbox"
LATEST: Final = "latest"


class SendUserInvalid(Invalid):
    """Invalid sendUserId"""


class SendEmailInvalid(Invalid):
    """Invalid sendUserEmail"""


class SendMailboxInvalid(Invalid):
    """Invalid sendUserMailboxId"""


class NobodyNamed(Invalid):
    """contactId or leadId is required"""


class AnswerBody(msgspec.Struct, frozen=True, rename="camel"):
    """What a person writes, to whom, and from which mailbox."""

    message: Annotated[str, msgspec.Meta(description="HTML or plain text")]
    contact_id: ContactId = ContactId("")
    lead_id: Annotated[LeadId, msgspec.Meta(description="Instead of `contactId`")] = LeadId("")
    send_user_id: UserId = UserId("")
    send_user_email: str = ""
    send_user_mailbox_id: Annotated[
        SenderId, msgspec.Meta(description="Left out: the mailbox that wrote to the lead")
    ] = SenderId("")
    subject: Annotated[
        str, msgspec.Meta(description="Left out: `Re:` and the thread's subject")
    ] = ""
    cc: Annotated[list[str], msgspec.Meta(description="Who else gets it, 20 at most")] = []
    reply_to_activity_id: Annotated[
        str,
        msgspec.Meta(
            description="The mail that is answered, or `latest`; left out with a subject given: "
            "none, a new thread begins"
        ),
    ] = ""


class Answered(msgspec.Struct, frozen=True, rename="camel"):
    """The answer is kept, and on its way."""

    ok: bool
    contact_id: ContactId
    lead_id: LeadId
    message_id: str


async def send(call: Call[NoQuery, AnswerBody]) -> Answered:
    """Keep a person's answer and have it sent."""
    words = await asyncio.to_thread(delivery.read_words, call.body.message)

    async def work(db: Db) -> Answered:
        team, body = call.caller.team, call.body
        named = await _list_named(db, team, body)
        contact = await _contact(db, team, body)
        anchor = await _anchor(db, team, body, contact)
        new = NewAnswer(
            team_id=team,
            lead_id=anchor.lead_id,
            sender_id=_sender(named, anchor),
            user_id=call.caller.user,
            words=words,
            subject=body.subject,
            copies=tuple(body.cc),
            thread=anchor.thread,
            sequence_step=anchor.sequence_step,
        )
        message = await delivery.answer(db, call.state.part(Pen), new, now=call.now)
        return Answered(True, contact, anchor.lead_id, message)

    return await call.state.database.retrying(work)


async def _list_named(db: Db, team: TeamId, body: AnswerBody) -> list[Sender] | None:
    """List the mailboxes that fit what is named, all of it being right; None: none is named."""
    user, mailbox = body.send_user_id, body.send_user_mailbox_id
    email = body.send_user_email.strip().lower()
    if not (user or mailbox or email):
        return None
    if user and user not in await _users(db, team):
        raise SendUserInvalid
    found = await senders.list_of_team(
        db, team, users=[user] if user else None, senders=[mailbox] if mailbox else None
    )
    if not found:
        raise SendMailboxInvalid
    named = [one for one in found if email in ("", one.email.lower())]
    if not named:
        raise SendEmailInvalid
    return named


def _sender(named: list[Sender] | None, anchor: Anchor) -> SenderId:
    """Choose the mailbox: the one that wrote before, if that fits what is named."""
    if named is None or anchor.sender_id in {one.id for one in named}:
        if anchor.sender_id is None:
            raise SendMailboxInvalid
        return anchor.sender_id
    return named[0].id


async def _users(db: Db, team: TeamId) -> list[UserId]:
    return [user.id for user in await teams.list_users(db, team)]


async def _contact(db: Db, team: TeamId, body: AnswerBody) -> ContactId:
    if body.lead_id:
        lead = await leads.get(db, team, body.lead_id)
        if body.contact_id not in ("", lead.contact_id):
            raise LeadNotFound
        return lead.contact_id
    if not body.contact_id:
        raise NobodyNamed
    await check_contact(db, team, body.contact_id)
    return body.contact_id


async def _anchor(db: Db, team: TeamId, body: AnswerBody, contact: ContactId) -> Anchor:
    named = body.reply_to_activity_id
    anchor = await inbox.find_anchor(
        db,
        team,
        contact,
        lead=body.lead_id or None,
        activity=None if named in ("", LATEST) else ActivityId(named),
        opens_thread=not named and bool(body.subject.strip()),
    )
    if anchor is None:
        raise LeadNotFound
    if anchor.sender_id is None:
        return anchor
    still_there = await senders.find(db, team, anchor.sender_id)
    return anchor if still_there else msgspec.structs.replace(anchor, sender_id=None)


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="POST",
        path="/api/inbox/email",
        run=send,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="Answer a person by mail",
        text=(
            "The mail is kept when this is answered, and sent within seconds, in the thread, to "
            "the lead's address. It takes a place in the mailbox's 24 hours, but waits for neither "
            "limit, gap nor hours; while the mailbox is paused it waits. Who unsubscribed may be "
            "answered, for they wrote; nobody is written to at an address that does not exist. "
            "Scripts, styles of pages and unsafe links are taken out; there is no pixel and no "
            "tracked link. It becomes an `emailsSent` with `writtenBy`, of which hooks are not "
            "told. A doubt about it is shown and ended like any other (Messages)."
        ),
        body=AnswerBody,
        answer=Answered,
        errors=(
            SendUserInvalid,
            SendEmailInvalid,
            SendMailboxInvalid,
            NobodyNamed,
            ContactInvalid,
            LeadNotFound,
            ActivityNotFound,
            AnswerEmpty,
            AnswerTangled,
            AnswerTooLong,
            TooManyCopies,
            SubjectMissing,
            AddressInvalid,
            AddressBounced,
            Rehearsing,
        ),
        example={
            "sendUserId": "usr_5Tq7yQyPQnLcKT2vE",
            "sendUserEmail": "jared@piedpiper.com",
            "sendUserMailboxId": "usm_5Tq7yQyPQnLcKT2vE",
            "contactId": "ctc_5Tq7yQyPQnLcKT2vE",
            "message": "<p>Tuesday at ten is fine.</p>",
            "replyToActivityId": "latest",
        },
    ),
)
