"""What can be done with conversations: list, read, mark as read, find where an answer goes."""

from datetime import datetime
from typing import Final

from pomelo import activities
from pomelo.base.db import Db
from pomelo.base.ids import ActivityId, ContactId, LeadId, TeamId, UserId
from pomelo.delivery import Pen
from pomelo.inbox import store
from pomelo.inbox.errors import ActivityNotFound, ConversationNotFound
from pomelo.inbox.model import Anchor, Conversation, InboxMail, Mentioned, Page
from pomelo.inbox.wordings import list_wordings
from pomelo.leads import ActivityType
from pomelo.letters import Thread

# What is a mail, or became of one, in a conversation.
TYPES: Final = (
    ActivityType.EMAILS_SENT,
    ActivityType.EMAILS_REPLIED,
    ActivityType.EMAILS_AUTO_REPLIED,
    ActivityType.EMAILS_BOUNCED,
    ActivityType.EMAILS_ANSWER_FAILED,
)


async def read_inbox(
    db: Db, team: TeamId, user: UserId, *, offset: int, limit: int
) -> Page[Conversation]:
    """Read the conversations that a user's mailboxes have, the newest mail first.

    Args:
        db: The open transaction.
        team: Whose user.
        user: Which.
        offset: How many to pass over.
        limit: At most so many.

    Returns:
        The page; its total counts among the newest 10,000 mails of each mailbox.
    """
    found = await store.list_page(db, team, user, offset=offset, limit=limit + 1)
    shown = {one.contact_id: one for one in await store.show(db, team, found[:limit])}
    items = [shown[contact] for contact in found[:limit] if contact in shown]
    total = max(await store.count_page(db, team, user), offset + len(found) if found else 0)
    return Page(items, total, len(found) > limit)


async def get_conversation(db: Db, team: TeamId, contact: ContactId) -> Conversation:
    """Get the conversation with a person.

    Raises:
        ConversationNotFound: The team never exchanged a mail with them.
    """
    found = await store.show(db, team, [contact])
    if not found:
        raise ConversationNotFound
    return found[0]


async def read_conversation(
    db: Db, pen: Pen, team: TeamId, contact: ContactId, *, offset: int, limit: int
) -> Page[InboxMail]:
    """Read the mails of a conversation, newest first."""
    total = await store.count_of_contact(db, team, contact, TYPES)
    found = await store.list_of_contact(db, team, contact, TYPES, offset=offset, limit=limit)
    shown = await activities.show(db, team, found) if found else []
    said = {one.activity_id: one for one in await store.list_originals(db, team, found)}
    wordings = await list_wordings(db, pen, shown)
    items = [InboxMail(one, said.get(one.id), wordings.get(one.id, "")) for one in shown]
    return Page(items, total, offset + len(items) < total)


async def mark_read(
    db: Db, team: TeamId, contact: ContactId, user: UserId, *, now: datetime
) -> None:
    """Note that a user has read a conversation up to now."""
    await store.mark_read(db, team, contact, user, now=now)


async def find_anchor(
    db: Db,
    team: TeamId,
    contact: ContactId,
    *,
    lead: LeadId | None,
    activity: ActivityId | None,
    opens_thread: bool,
) -> Anchor | None:
    """Find where an answer to a person goes.

    Args:
        db: The open transaction.
        team: Whose.
        contact: To whom.
        lead: As which of their leads; None = the one of the mail that is answered.
        activity: The mail that is answered; None = the newest.
        opens_thread: It answers none, and begins a thread of its own.

    Returns:
        Nothing when the person is in no campaign.

    Raises:
        ActivityNotFound: There is no such mail in the conversation.
    """
    found = await store.find_mentioned(db, team, contact, lead=lead, activity=activity)
    if found is None and activity is not None:
        raise ActivityNotFound
    if found is not None:
        thread = None if opens_thread else _thread(found)
        return Anchor(found.lead_id, found.sender_id, found.sequence_step or 0, thread)
    person = lead or await store.find_newest_lead(db, team, contact)
    return None if person is None else Anchor(person, None, 0, None)


def _thread(mail: Mentioned) -> Thread | None:
    """Give the thread of a mail; of a reply whose own name is not known, that of our mail."""
    if mail.reply_id is not None:
        subject = mail.reply_subject or mail.subject or ""
        return Thread(mail.reply_id, (*(mail.reply_thread or ()), mail.reply_id), subject)
    if mail.header_id is None:
        return None
    before = (mail.thread_ids or ())[:-1]
    return Thread(mail.header_id, (*before, mail.header_id), mail.subject or "")
