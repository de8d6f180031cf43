"""The inbox: conversations with people, as their mails out and in make them; reads and labels."""

from pomelo.inbox.conversations import find_anchor, mark_read, read_conversation, read_inbox
from pomelo.inbox.errors import (
    ActivityNotFound,
    ConversationNotFound,
    LabelExists,
    LabelInvalid,
    LabelNameMissing,
    LabelNotFound,
)
from pomelo.inbox.labels import add_label, get_label, list_labels, put_labels, take_labels
from pomelo.inbox.model import Anchor, Conversation, InboxMail, Label, Page, Reader

__all__ = [
    "ActivityNotFound",
    "Anchor",
    "Conversation",
    "ConversationNotFound",
    "InboxMail",
    "Label",
    "LabelExists",
    "LabelInvalid",
    "LabelNameMissing",
    "LabelNotFound",
    "Page",
    "Reader",
    "add_label",
    "find_anchor",
    "get_label",
    "list_labels",
    "mark_read",
    "put_labels",
    "read_conversation",
    "read_inbox",
    "take_labels",
]
