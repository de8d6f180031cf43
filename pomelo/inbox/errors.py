"""What can go wrong with conversations and labels."""

from pomelo.base.errors import Conflict, Invalid, NotFound


class ConversationNotFound(NotFound):
    """Inbox not found"""


class ActivityNotFound(NotFound):
    """Activity not found"""


class LabelNotFound(NotFound):
    """Label not found"""


class LabelExists(Conflict):
    """Label with this name already exists"""


class LabelInvalid(Invalid):
    """The label needs a name (labelName) of at most 100 characters."""


class LabelNameMissing(LabelInvalid):
    """labelName is required"""
