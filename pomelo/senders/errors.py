"""What can go wrong with senders."""

from pomelo.base.errors import Conflict, Invalid, NotFound


class SenderNotFound(NotFound):
    """Email account not found"""


class SenderExists(Invalid):
    """This SMTP mailbox already exists"""


class ImapUnknown(Invalid):
    """Replies are read where its IMAP server is known; give imap_host, imap or --imap-host."""


class MailboxConnected(Conflict):
    """This mailbox is read by its provider's leave; give it an SMTP password first, to end that."""


class PasswordInvalid(Invalid):
    """A password is at most 1,000 letters, and none of them is NUL."""


class FolderInvalid(Invalid):
    """A folder's name is its name on the mail server, of at most 200 printable letters."""


class FoldersEqual(Invalid):
    """Sent and Junk must be two folders, and neither may be the inbox; name another one."""


class VariablesInvalid(Invalid):
    """A sender has at most 50 variables; each name is letters, digits and _, not name or email."""


class HostElsewhere(Invalid):
    """While POMELO_CLOCK_SPEED makes the clock fast, a mail server must be on this machine."""


class PlainHostRefused(Invalid):
    """Without TLS a mail server must be on this machine; use tls or starttls."""
