"""What the inbox looks like on the wire: conversations, their mails, labels, and pages of them."""

from typing import Annotated, Any, Final

import msgspec

from pomelo import letters
from pomelo.activities import Shown
from pomelo.api.answers import Moment, moment
from pomelo.api.paging import PAGE, Offset, Slice
from pomelo.base.errors import Invalid
from pomelo.base.ids import (
    ActivityId,
    CampaignId,
    ContactId,
    LabelId,
    LeadId,
    SenderId,
    SequenceId,
    TeamId,
    UserId,
)
from pomelo.inbox import Conversation, InboxMail, Label, Page, Reader
from pomelo.leads import ActivityType

EMAIL: Final = "email"
PREFIX: Final = "ibx"


class UserMissing(Invalid):
    """User ID is required"""


class UserNotInTeam(Invalid):
    """User not in team"""


class ContactInvalid(Invalid):
    """Invalid contactId"""


class ReaderMissing(Invalid):
    """User ID is required to mark as read"""


class ConversationsQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Whose conversations."""

    user_id: Annotated[
        UserId, msgspec.Meta(description="The user whose mailboxes have them; required")
    ] = UserId("")
    page: Annotated[int, msgspec.Meta(ge=1, description="Which page, from 1")] = 1
    limit: Annotated[
        int, msgspec.Meta(ge=1, description="How many; more than 100 are taken as 100")
    ] = PAGE


class MessagesQuery(msgspec.Struct, frozen=True, rename="camel"):
    """Which mails of a conversation."""

    user_id: Annotated[UserId, msgspec.Meta(description="Who reads")] = UserId("")
    skip: Offset = 0
    limit: Annotated[
        int, msgspec.Meta(ge=1, description="How many; more than 100 are taken as 100")
    ] = PAGE
    mark_as_read: Annotated[
        bool, msgspec.Meta(description="Note that the user has read all of it")
    ] = False


class InboxPagination(msgspec.Struct, frozen=True, rename="camel"):
    """Where a page stands; null where there is no such page."""

    total_items: int
    current_page: int
    next_page: int | None
    previous_page: int | None
    per_page: int
    total_pages: int


class InboxContact(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Who the conversation is with; the name as their newest lead says."""

    id: ContactId = msgspec.field(name="_id")
    email: str
    full_name: str = ""


class InboxUser(msgspec.Struct, frozen=True, rename="camel"):
    """A user whose mailbox takes part: `read` when no answer is newer than what they read."""

    user_id: UserId
    sender: bool
    read: bool


class ShownLabel(msgspec.Struct, frozen=True, rename="camel"):
    """A word that a team puts on conversations; it has no colour, and is nobody's own."""

    id: LabelId = msgspec.field(name="_id")
    name: str
    label_name: str
    team_id: TeamId
    created_at: Moment
    color: None = None
    created_by: None = None


class ShownConversation(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A conversation; `createdBy` is its first mail, as an activity."""

    id: str = msgspec.field(name="_id")
    opportunities: list[str]
    channels: list[str]
    team_id: TeamId
    contact_id: ContactId
    contact: InboxContact
    users: list[InboxUser]
    labels: list[ShownLabel]
    created_at: Moment
    created_by: ActivityId
    last_activity_at: Moment
    have_replies: bool
    last_replied_at: Moment | None
    last_replied_channel: str | None


class ShownConversations(msgspec.Struct, frozen=True):
    """A page of conversations."""

    data: list[ShownConversation]
    pagination: InboxPagination


class ShownMail(msgspec.Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=True):
    """A mail of a conversation, or what became of one.

    `message` is HTML that is safe to show; of a step's mail it is the wording that was sent, with
    the lead's variables of today. `text` is the newest part of an answer, `originalText` all that
    the person wrote and quoted. `writtenBy` is the user who wrote an answer.
    """

    id: ActivityId = msgspec.field(name="_id")
    type: ActivityType
    message_id: str | None = None
    created_at: Moment
    team_id: TeamId
    lead_id: LeadId
    campaign_id: CampaignId
    sequence_id: SequenceId | None = None
    sequence_step: int | None = None
    send_user_id: UserId | None = None
    send_user_email: str | None = None
    send_user_name: str | None = None
    send_user_mailbox_id: SenderId | None = None
    lead_email: str
    contact_id: ContactId
    subject: str
    message: str = ""
    text: str = ""
    original_text: str = ""
    from_email: str = ""
    cc: list[str] = []
    written_by: UserId | None = None
    error_message: str = ""


class ShownMails(msgspec.Struct, frozen=True):
    """A page of mails."""

    data: list[ShownMail]
    pagination: InboxPagination


def pagination(page: Page[Any], cut: Slice) -> InboxPagination:
    """Tell where a page stands."""
    current = cut.offset // cut.limit + 1
    return InboxPagination(
        total_items=page.total,
        current_page=current,
        next_page=current + 1 if page.has_more else None,
        previous_page=current - 1 if current > 1 else None,
        per_page=cut.limit,
        total_pages=-(-page.total // cut.limit),
    )


def conversation(shown: Conversation) -> ShownConversation:
    """Show a conversation."""
    replied_at = shown.last_replied_at
    return ShownConversation(
        id=f"{PREFIX}_{shown.contact_id.partition('_')[2]}",
        opportunities=[],
        channels=[EMAIL],
        team_id=shown.team_id,
        contact_id=shown.contact_id,
        contact=InboxContact(shown.contact_id, shown.email, shown.full_name),
        users=[_user(reader, shown) for reader in shown.readers],
        labels=[label(one) for one in shown.labels],
        created_at=moment(shown.created_at),
        created_by=shown.created_by,
        last_activity_at=moment(shown.last_activity_at),
        have_replies=replied_at is not None,
        last_replied_at=moment(replied_at) if replied_at else None,
        last_replied_channel=EMAIL if replied_at else None,
    )


def _user(reader: Reader, shown: Conversation) -> InboxUser:
    replied_at, read_at = shown.last_replied_at, reader.read_at
    has_read = replied_at is None or (read_at is not None and read_at >= replied_at)
    return InboxUser(reader.user_id, sender=True, read=has_read)


def label(one: Label) -> ShownLabel:
    """Show a label."""
    return ShownLabel(one.id, one.name, one.name, one.team_id, moment(one.created_at))


def mail(one: InboxMail) -> ShownMail:
    """Show a mail of a conversation; whatever a stranger wrote becomes harmless HTML."""
    activity, extra = one.activity, one.activity.extra
    text = str(extra.get("text", ""))
    return ShownMail(
        id=activity.id,
        type=activity.type,
        message_id=activity.message_header,
        created_at=moment(activity.created_at),
        team_id=activity.team_id,
        lead_id=activity.lead_id,
        campaign_id=activity.campaign_id,
        sequence_id=activity.sequence_id,
        sequence_step=activity.sequence_step,
        send_user_id=activity.sender_user_id,
        send_user_email=activity.sender_email,
        send_user_name=activity.sender_name,
        send_user_mailbox_id=activity.sender_id,
        lead_email=activity.lead_email,
        contact_id=activity.contact_id,
        subject=str(extra.get("subject") or activity.message_subject or ""),
        message=_html(activity, text) or one.wording,
        text=text,
        original_text=one.original.text if one.original else "",
        from_email=str(extra.get("fromEmail", "")),
        cc=_texts(extra.get("cc")),
        written_by=UserId(str(extra["writtenBy"])) if "writtenBy" in extra else None,
        error_message=str(extra.get("errorMessage", "")),
    )


def _texts(kept: object) -> list[str]:
    return [str(one) for one in kept] if isinstance(kept, list) else []


def _html(activity: Shown, text: str) -> str:
    kept = activity.extra.get("message")  # our own, cleaned when it was written
    return str(kept) if kept else (letters.html_of(text) if text else "")
