"""What can go wrong with senders."""

from pomelo.base.errors import Invalid, NotFound


class SenderNotFound(NotFound):
    """Email account not found"""


class SenderExists(Invalid):
    """This SMTP mailbox already exists"""


class PlainHostRefused(Invalid):
    """Without TLS a mail server must be on this machine; use tls or starttls."""
