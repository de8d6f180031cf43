"""What can go wrong with contacts."""

from pomelo.base.errors import NotFound


class ContactNotFound(NotFound):
    """Contact not found"""
