"""Mailboxes read by IMAP: taken as due rows, watched without a thread, never changed."""

from pomelo.inbound.mailboxes.loop import Mailboxes
from pomelo.inbound.mailboxes.model import Pace
from pomelo.inbound.mailboxes.store import list_troubled, read_anew, read_elsewhere

__all__ = ["Mailboxes", "Pace", "list_troubled", "read_anew", "read_elsewhere"]
