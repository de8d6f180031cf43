"""The inbox on the wire: conversations and their mails."""

from typing import Final

from pomelo import contacts, inbox, teams
from pomelo.api import inbox_shapes
from pomelo.api.call import Call
from pomelo.api.contract import AnyOperation, Operation, Permission
from pomelo.api.inbox_shapes import (
    ContactInvalid,
    ConversationsQuery,
    MessagesQuery,
    ReaderMissing,
    ShownConversations,
    ShownMails,
    UserMissing,
    UserNotInTeam,
)
from pomelo.api.paging import part
from pomelo.base.db import Db
from pomelo.base.ids import ContactId, TeamId, UserId
from pomelo.contacts import ContactNotFound
from pomelo.delivery import Pen
from pomelo.teams import UserNotFound

SECTION: Final = "Inbox"


async def list_conversations(call: Call[ConversationsQuery, None]) -> ShownConversations:
    """Answer a user's conversations."""
    if not call.query.user_id:
        raise UserMissing
    cut = part(offset=0, limit=call.query.limit, page=call.query.page)
    async with call.state.database.transaction(readonly=True) as db:
        await _check_user(db, call.caller.team, call.query.user_id)
        page = await inbox.read_inbox(
            db, call.caller.team, call.query.user_id, offset=cut.offset, limit=cut.limit
        )
    shown = [inbox_shapes.conversation(one) for one in page.items]
    return ShownConversations(shown, inbox_shapes.pagination(page, cut))


async def list_mails(call: Call[MessagesQuery, None]) -> ShownMails:
    """Answer the mails of a conversation, and note who has read them."""
    query, contact = call.query, ContactId(call.path["contactId"])
    if query.mark_as_read and not query.user_id:
        raise ReaderMissing
    cut = part(offset=query.skip, limit=query.limit, page=None)
    async with call.state.database.transaction(readonly=not query.mark_as_read) as db:
        await check_contact(db, call.caller.team, contact)
        if query.user_id:
            await _check_user(db, call.caller.team, query.user_id)
        if query.mark_as_read:
            await inbox.mark_read(db, call.caller.team, contact, query.user_id, now=call.now)
        page = await inbox.read_conversation(
            db,
            call.state.part(Pen),
            call.caller.team,
            contact,
            offset=cut.offset,
            limit=cut.limit,
        )
    shown = [inbox_shapes.mail(one) for one in page.items]
    return ShownMails(shown, inbox_shapes.pagination(page, cut))


async def _check_user(db: Db, team: TeamId, user: UserId) -> None:
    try:
        await teams.get_user(db, team, user)
    except UserNotFound:
        raise UserNotInTeam from None


async def check_contact(db: Db, team: TeamId, contact: ContactId) -> None:
    """Make sure that a contact is one of the team's.

    Raises:
        ContactInvalid: It is not.
    """
    try:
        await contacts.get(db, team, contact)
    except ContactNotFound:
        raise ContactInvalid from None


OPERATIONS: Final[tuple[AnyOperation, ...]] = (
    Operation(
        method="GET",
        path="/api/inbox",
        run=list_conversations,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List conversations",
        text=(
            "A conversation is all mails with one person, of all campaigns. Those in which a "
            "mailbox of `userId` takes part, the newest mail first. `totalItems` counts among the "
            "newest 10,000 mails of each mailbox; `nextPage` is right however many there are."
        ),
        query=ConversationsQuery,
        answer=ShownConversations,
        errors=(UserMissing, UserNotInTeam),
    ),
    Operation(
        method="GET",
        path="/api/inbox/{contactId}",
        run=list_mails,
        permission=Permission.MEMBER,
        section=SECTION,
        summary="List the mails of a conversation",
        text=(
            "Newest first: mails sent (`emailsSent`), answers (`emailsReplied`, "
            "`emailsAutoReplied`), mails that came back (`emailsBounced`) and answers of yours "
            "that could not be sent (`emailsAnswerFailed`). `message` is safe to show. With "
            "`markAsRead` the conversation counts as read for `userId`."
        ),
        query=MessagesQuery,
        answer=ShownMails,
        errors=(ContactInvalid, UserNotInTeam, ReaderMissing),
    ),
)
