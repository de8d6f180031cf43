"""A small IMAP server of this machine: mailboxes to be read, whose new mail is told at once."""

from pomelo.demo.imap.account import Account
from pomelo.demo.imap.folder import Folder, Mail
from pomelo.demo.imap.server import Mailboxes

__all__ = ["Account", "Folder", "Mail", "Mailboxes"]
