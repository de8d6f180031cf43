"""What can go wrong with messages."""

from pomelo.base.errors import Conflict, NotFound


class MessageNotFound(NotFound):
    """The team has no mail of that id; see GET /api/messages or `pomelo message list`."""


class MessageNotDoubtful(Conflict):
    """This message is not uncertain any more; list the uncertain ones again."""
