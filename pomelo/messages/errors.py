"""What can go wrong with messages."""

from pomelo.base.errors import Conflict, NotFound


class MessageNotFound(NotFound):
    """The team has no mail of that id; GET /api/messages lists those in doubt."""


class MessageNotDoubtful(Conflict):
    """This message is not uncertain any more; list the uncertain ones again."""
