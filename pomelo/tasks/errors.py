"""What can go wrong with tasks."""

from pomelo.base.errors import Conflict, Invalid, NotFound


class TaskNotFound(NotFound):
    """There is no such task in this team; list the open ones with GET /api/tasks."""


class TaskEnded(Conflict):
    """This task is over already; list the open ones with GET /api/tasks."""


class TaskInvalid(Invalid):
    """This task cannot be kept; compare it with the reference at /docs."""
