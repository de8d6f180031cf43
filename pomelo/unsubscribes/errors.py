"""What can go wrong with unsubscribes."""

from pomelo.base.errors import Conflict, NotFound


class UnsubscribeNotFound(NotFound):
    """Unsubscribe not found"""


class UnsubscribeProtected(Conflict):
    """Variable is protected and cannot be re-subscribed"""
