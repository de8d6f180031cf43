"""Our ledger of mails against what lies in Sent folders; read only."""

from pomelo.inbound.reconciling.accounts import Account, Entry, Stray, Unread
from pomelo.inbound.reconciling.actions import reconcile

__all__ = ["Account", "Entry", "Stray", "Unread", "reconcile"]
