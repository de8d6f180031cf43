"""Mails of ours in a sender's Sent folder: they were taken, and this is their final name."""

from datetime import datetime

from pomelo import messages
from pomelo.base.db import Db
from pomelo.base.ids import MessageId, SenderId, TeamId
from pomelo.inbound.lookup import signed_as
from pomelo.inbound.mailboxes import store
from pomelo.inbound.match import threads
from pomelo.inbound.model import Parsed
from pomelo.inbound.store import insert_threads
from pomelo.messages import Message
from pomelo.tracking import Signer, message_of


def is_ours(head: Parsed, signer: Signer) -> bool:
    """Tell whether a mail carries a signature of ours."""
    return _signed(head, signer) is not None


async def seen(
    db: Db, team: TeamId, sender: SenderId, head: Parsed, *, signer: Signer, now: datetime
) -> bool:
    """Note a mail of the Sent folder, if it is one of ours.

    Where the provider gave it another Message-ID than we had, replies name that one: it is
    learnt.

    Args:
        db: The open transaction.
        team: Whose sender.
        sender: Whose folder.
        head: The mail's header block, as it was read in a child process.
        signer: Knows our own signatures.
        now: When it was seen.

    Returns:
        Whether it is ours and was not known to lie there.
    """
    message = await _found(db, team, sender, head, signer)
    if message is None:
        return False
    named = head.message_id or ""
    effective = named if named.isprintable() and named else message.header_id
    if effective != message.header_id:
        await messages.learn_effective(db, team, message.id, effective)
    await insert_threads(db, team, sender, message.id, threads(head))
    return await store.insert_copy(
        db, team, sender, header_id=message.header_id, effective_id=effective, now=now
    )


async def _found(
    db: Db, team: TeamId, sender: SenderId, head: Parsed, signer: Signer
) -> Message | None:
    id_ = _signed(head, signer)
    found = await messages.list_by_ids(db, [id_]) if id_ else []
    own = (one for one in found if one.team_id == team and one.sender_id == sender)
    return next(own, None)


def _signed(head: Parsed, signer: Signer) -> MessageId | None:
    """Read which message it says to be, signed by us: in our own header, or as Message-ID."""
    return signed_as(head, signer) or message_of(head.message_id or "", signer)
